import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from './files.ts';
import { plantTree } from './test-tree.ts';

type Launcher = {
  isInstalled(folder: string): boolean;
  findNode(folder: string): string;
  takeLock(path: string, options?: { waitMs?: number; pollMs?: number; say?: (line: string) => void }): Promise<() => void>;
  runForeground(program: string, args: readonly string[], cwd: string): Promise<number>;
};
// Plain JavaScript, because it runs on Nodes that strip no types; its face is written here.
const { isInstalled, findNode, takeLock, runForeground }: Launcher = await import('./node24.mjs' as string);

const lock = (packages: object): string => JSON.stringify({ packages });
const wanted = lock({
  '': { name: 'ai-spm' },
  'node_modules/zod': { version: '4.6.7' },
  'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['another-system'] },
  'node_modules/fallback': { version: '1.0.0', optional: true },
});
const hidden = 'node_modules/.package-lock.json';
const stamp = 'node_modules/.ai-spm-installed';

test('a folder without node_modules is not installed', (t) => {
  assert.equal(isInstalled(plantTree(t, { 'package-lock.json': wanted })), false);
});

test('packages that npm installed by itself are adopted; optional ones of other platforms may be absent', (t) => {
  const base = plantTree(t, { 'package-lock.json': wanted, [hidden]: lock({ 'node_modules/zod': { version: '4.6.7' } }) });
  assert.equal(isInstalled(base), true);
  assert.equal(readFileSync(join(base, stamp), 'utf8'), createHash('sha256').update(wanted).digest('hex'));
});

for (const [fault, present] of [
  ['another version', lock({ 'node_modules/zod': { version: '4.6.6' } })],
  ['a package less', lock({})],
  ['a package more', lock({ 'node_modules/zod': { version: '4.6.7' }, 'node_modules/old': { version: '1.0.0' } })],
  ['a half-written list', '{ "packages": '],
] as const) {
  test(`packages with ${fault} are not installed`, (t) => {
    assert.equal(isInstalled(plantTree(t, { 'package-lock.json': wanted, [hidden]: present })), false);
  });
}

test('an optional build for this very platform must be there: npm on an old Node leaves it out', (t) => {
  const here = { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] };
  const lockFile = lock({ 'node_modules/zod': { version: '4.6.7' }, 'node_modules/here': here });
  const zod = { 'node_modules/zod': { version: '4.6.7' } };
  assert.equal(isInstalled(plantTree(t, { 'package-lock.json': lockFile, [hidden]: lock(zod) })), false);
  assert.equal(isInstalled(plantTree(t, { 'package-lock.json': lockFile, [hidden]: lock({ ...zod, 'node_modules/here': here }) })), true);
});

test('a changed lock file asks for a new install', (t) => {
  const base = plantTree(t, { 'package-lock.json': wanted, [stamp]: createHash('sha256').update(wanted).digest('hex') });
  assert.equal(isInstalled(base), true);
  writeFileSync(join(base, 'package-lock.json'), wanted.replace('4.6.7', '4.6.8'));
  assert.equal(isInstalled(base), false);
});

test('a published package, which has no lock file, installs nothing', (t) => {
  assert.equal(isInstalled(plantTree(t, { 'package.json': '{}' })), true);
});

test('the Node that is found is at least 24 and runs', () => {
  const { stdout } = spawnSync(findNode(root), ['--version'], { encoding: 'utf8' });
  assert.ok(Number(/^v(\d+)/.exec(stdout)?.[1]) >= 24);
});

test('without a packaged Node the running one is taken, since it is new enough here', (t) => {
  assert.equal(findNode(plantTree(t, {})), process.execPath);
});

test('a lock is given to one after the other', async (t) => {
  const path = join(plantTree(t, {}), 'deep', 'install.lock');
  const release = await takeLock(path);
  let second = false;
  const said: string[] = [];
  const waiting = takeLock(path, { pollMs: 5, say: (line) => said.push(line) }).then((give) => {
    second = true;
    return give;
  });
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.equal(second, false);
  release();
  (await waiting)();
  assert.equal(said.length, 1, 'who waits is told so once');
  assert.equal(existsSync(path), false);
});

test('a lock of a process that is gone is taken over', async (t) => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const base = plantTree(t, { 'install.lock': String(pid) });
  const release = await takeLock(join(base, 'install.lock'), { waitMs: 1000, pollMs: 5, say: () => {} });
  assert.equal(readFileSync(join(base, 'install.lock'), 'utf8'), String(process.pid));
  release();
});

test('a lock of a living process is respected until patience ends', async (t) => {
  const base = plantTree(t, { 'install.lock': String(process.ppid) });
  await assert.rejects(takeLock(join(base, 'install.lock'), { waitMs: 30, pollMs: 5, say: () => {} }), /Another install holds/);
  assert.equal(readFileSync(join(base, 'install.lock'), 'utf8'), String(process.ppid));
});

test('the exit code of the program is handed on', async () => {
  assert.equal(await runForeground(process.execPath, ['-e', 'process.exit(7)'], root), 7);
});

test('a program that does not exist is a sentence, not a stack', async () => {
  await assert.rejects(runForeground(join(root, 'no-such-program'), [], root), /could not be started/);
});

test('a signal reaches the program, and its own exit code comes back', {
  skip: process.platform === 'win32' ? 'Windows has no signals' : false,
}, async () => {
  const program = "process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('up');";
  const launcher = `
    import { runForeground } from ${JSON.stringify(new URL('./node24.mjs', import.meta.url).href)};
    process.exitCode = await runForeground(process.execPath, ['-e', ${JSON.stringify(program)}], '.');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', launcher], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [5, null]);
});
