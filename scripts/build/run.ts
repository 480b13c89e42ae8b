/** The build command: the web app into dist/public and the server as plain JavaScript into dist/. `npm start` needs neither. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { build } from 'vite';
import { root } from '../files.ts';
import { bundleScript, workerScripts } from './one-file.ts';
import { toPlainJavaScript } from './plain-javascript.ts';
import { buildVerifier } from './verifier.ts';

/** What is started from outside; everything else is found from here. */
const entries = ['src/apps/main.ts', 'src/apps/cli/main.ts', 'src/platform/database/push.ts'];

async function buildServer(): Promise<number> {
  const paths = new Set(entries);
  // A Set grows while it is iterated: whatever a module needs is built after it.
  for (const path of paths) {
    const { code, needs } = await toPlainJavaScript(path, readFileSync(join(root, path), 'utf8'));
    for (const specifier of needs) paths.add(posix.join(posix.dirname(path), specifier));
    const target = targetOf(path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  // Nothing changes in a built copy: its workers are one file each from the beginning.
  for (const path of workerScripts) writeFileSync(targetOf(path), (await bundleScript(path)).code);
  return paths.size;
}

function targetOf(path: string): string {
  return join(root, 'dist', path.slice('src/'.length).replace(/\.ts$/, '.js'));
}

for (const folder of ['apps', 'client', 'contract', 'math', 'modules', 'platform']) {
  rmSync(join(root, 'dist', folder), { recursive: true, force: true });
}
const modules = await buildServer();
process.stdout.write(`dist: ${modules} modules of the server\n`);
await buildVerifier(join(root, 'dist', 'audit-verify.mjs'));
process.stdout.write('dist/audit-verify.mjs: the audit verifier, for Node alone\n');
await build({ configFile: join(root, 'src/apps/web/vite.config.ts'), logLevel: 'warn' });
process.stdout.write('dist/public: the web app\n');
