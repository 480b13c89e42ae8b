import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { printable, runDiscover } from '../command.ts';
import { discover } from '../discover.ts';
import { closeDiscoverWorkers, walkFolder } from '../discover-folder.ts';
import { diskTree } from './disk-tree.ts';

type Owner = { after(work: () => void): void };
function folder(t: Owner): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'discovery-')));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}
const gguf = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(60)]);

test('links inside the folder are followed to files; loops, links out, FIFOs and sockets are named, not opened', {
  skip: process.platform === 'win32',
}, (t) => {
  const root = folder(t);
  const outside = folder(t);
  writeFileSync(join(outside, 'secret.gguf'), gguf);
  mkdirSync(join(root, 'a'));
  writeFileSync(join(root, 'a', 'm.gguf'), gguf);
  symlinkSync('a/m.gguf', join(root, 'link.gguf'));
  symlinkSync('..', join(root, 'a', 'loop'));
  symlinkSync(join(outside, 'secret.gguf'), join(root, 'out.gguf'));
  symlinkSync(outside, join(root, 'outfolder'));
  symlinkSync('/dev/zero', join(root, 'zero'));
  symlinkSync('nowhere', join(root, 'broken'));
  execFileSync('mkfifo', [join(root, 'pipe.pkl')]);
  const { hits, summary } = discover(diskTree(root));
  assert.deepEqual(
    hits.map(({ where }) => where.map(({ path }) => path)),
    [['a/m.gguf', 'link.gguf']],
  );
  const skipped = new Map(summary.skipped.map(({ path, reason }) => [path, reason]));
  assert.deepEqual(
    ['a/loop', 'out.gguf', 'outfolder', 'zero', 'broken', 'pipe.pkl'].map((path) => skipped.get(path)),
    ['link-loop', 'outside-link', 'outside-link', 'outside-link', 'outside-link', 'not-a-regular-file'],
  );
  assert.equal(summary.complete, true);
});

test('a folder nobody may read makes the walk incomplete', { skip: process.platform === 'win32' || process.getuid?.() === 0 }, (t) => {
  const root = folder(t);
  mkdirSync(join(root, 'closed'), { mode: 0o000 });
  const { summary } = discover(diskTree(root));
  chmodSync(join(root, 'closed'), 0o700);
  assert.deepEqual(
    summary.skipped.map(({ path, reason }) => [path, reason]),
    [['closed', 'permission']],
  );
  assert.equal(summary.complete, false);
});

test('names with line breaks, quotes and directions are data', { skip: process.platform === 'win32' }, (t) => {
  const root = folder(t);
  const name = 'a\n"\u202eb.gguf';
  writeFileSync(join(root, name), gguf);
  const { hits } = discover(diskTree(root));
  assert.equal(hits[0]?.name, name);
  assert.equal(printable(name), 'a\\u{a}"\\u{202e}b.gguf');
});

test('a walk runs in a worker, says how far it is, and can be stopped', async (t) => {
  const root = folder(t);
  t.after(() => void closeDiscoverWorkers());
  for (let index = 0; index < 600; index += 1) writeFileSync(join(root, `${index}.py`), 'import torch\n');
  const walk = walkFolder(root, { timeoutMs: 60_000 });
  const { summary, hits } = await walk.done;
  assert.equal(summary.files, 600);
  assert.equal(walk.progress().files, 600);
  assert.equal(hits[0]?.where.length, 50);
  assert.equal(hits[0]?.whereLeftOut, 550);
  const stop = new AbortController();
  const second = walkFolder(root, { timeoutMs: 60_000, signal: stop.signal });
  stop.abort();
  await assert.rejects(second.done, { code: 'workers.stopped' });
  await assert.rejects(walkFolder(join(root, '1.py'), { timeoutMs: 1000 }).done, { code: 'discovery.notAFolder', status: 422 });
});

test('the offline command says what it found, exits 2 when not everything was reached and 3 for no folder', async (t) => {
  const root = folder(t);
  writeFileSync(join(root, 'train.py'), 'import torch\n');
  const said: string[] = [];
  assert.equal(await runDiscover(root, {}, (text) => said.push(text)), 0);
  assert.match(said.join(''), /framework-use\s+torch\s+\(certain; train\.py:1\)/);
  const json: string[] = [];
  assert.equal(await runDiscover(root, { json: true }, (text) => json.push(text)), 0);
  assert.equal(JSON.parse(json.join('')).hits.length, 1);
  assert.equal(await runDiscover(join(root, 'nothing'), {}, () => {}), 3);
});
