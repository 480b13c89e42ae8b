/** Compiled code is kept between starts: stripping types and compiling cost more than a small scan. */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';

/** Beside the installed packages: whoever may write there may change the code itself. Not writable: starts are slower, nothing else. */
export const compiledCodeFolder = join(import.meta.dirname, '../../../node_modules/.cache/compiled');

/** Stands in scripts that are prepared as one file, and only there: keeps the code of every function that has run by now. */
declare const keepPreparedCode: (() => void) | undefined;

/** Call before the imports it should serve. Each thread has its own switch; worker threads of the pool have it on. */
export function keepCompiledCode(): void {
  if (typeof keepPreparedCode === 'undefined') enableCompileCache(compiledCodeFolder);
}

/** Writes what was compiled so far; threads that are terminated would lose it. */
export function saveCompiledCode(): void {
  if (typeof keepPreparedCode === 'undefined') flushCompileCache();
  else keepPreparedCode();
}
