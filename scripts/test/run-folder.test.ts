import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseParent, makeRunFolder } from './run-folder.ts';

const gibibyte = 2 ** 30;
const room = (inFolder: number, memory: number) => ({ freeIn: () => inFolder * gibibyte, freeMemory: () => memory * gibibyte });

test('temporary files go into memory when both the folder and the machine have plenty', () => {
  assert.equal(chooseParent({}, room(8, 8)), '/dev/shm');
});

test('they stay on the disk when memory is short, as in a container with 64 MiB of it', () => {
  assert.equal(chooseParent({}, room(64 / 1024, 8)), tmpdir());
  assert.equal(chooseParent({}, room(8, 2)), tmpdir());
});

test('a TMPDIR that somebody set is obeyed', () => {
  assert.equal(chooseParent({ TMPDIR: '/elsewhere' }, room(8, 8)), '/elsewhere');
});

test('a run removes its folder, and what a killed run left behind, but not the folder of one that still runs', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'parent-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  // A process that has certainly ended.
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const abandoned = join(parent, `aispm-${ended}-abcdef`);
  const running = join(parent, `aispm-${process.ppid}-abcdef`);
  for (const folder of [abandoned, running]) mkdirSync(folder);
  const { folder, share, remove } = makeRunFolder(parent);
  assert.notEqual(share(), share());
  assert.deepEqual([existsSync(abandoned), existsSync(running)], [false, true]);
  if (process.platform !== 'win32') assert.equal(statSync(folder).mode & 0o777, 0o711);
  writeFileSync(join(folder, 'report.json'), '{}');
  await remove();
  assert.equal(existsSync(folder), false);
});

test('the folder is kept until the databases in it have been removed by their own watcher', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'parent-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const { folder, share, remove } = makeRunFolder(parent);
  const database = join(share(), 'ai-spm-db-1');
  mkdirSync(database);
  const removed = remove();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(existsSync(folder), true);
  rmSync(database, { recursive: true });
  await removed;
  assert.equal(existsSync(folder), false);
});
