/** Compiled code is kept between starts: stripping types and compiling cost more than a small scan. */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

/** Beside the installed packages: whoever may write there may change the code itself. Not writable: starts are slower, nothing else. */
export const compiledCodeFolder = join(import.meta.dirname, '../../../node_modules/.cache/compiled');

/** Call before the imports it should serve. Each thread has its own switch; worker threads of the pool have it on. */
export function keepCompiledCode(): void {
  enableCompileCache(compiledCodeFolder);
}

/** Writes what was compiled so far; threads that are terminated would lose it. */
export function saveCompiledCode(): void {
  flushCompileCache();
}
