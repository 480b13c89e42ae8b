import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compareExamples, exampleFiles, examplesFolder, writeExamples } from './make.ts';
import { pickleBytes } from './pickle-bytes.ts';

test('the committed examples are what the script writes', async () => {
  assert.deepEqual(await compareExamples(examplesFolder), []);
});

test('writing is the same twice, stays small, and a changed, missing or surplus file is told', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'examples-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeExamples(folder);
  assert.deepEqual(await compareExamples(folder), []);
  const bytes = [...exampleFiles().values()].reduce((sum, one) => sum + one.length, 0);
  assert.ok(bytes < 300_000, `${bytes} bytes`);
  await writeFile(join(folder, 'shop-assistant/extra.txt'), 'x');
  await writeFile(join(folder, 'shop-assistant/README.md'), 'x');
  await rm(join(folder, 'shop-assistant/.env'));
  assert.deepEqual(await compareExamples(folder), [
    'examples/shop-assistant/.env is missing.',
    'examples/shop-assistant/README.md differs from what scripts/examples/make.ts writes.',
    'examples/shop-assistant/extra.txt is written by nothing.',
  ]);
});

test('the planted payloads only print a line', () => {
  const planted = exampleFiles().get('shop-assistant/models/vendor/reranker.pkl');
  // Disassembled by CPython's pickletools: PROTO 4, 'os', 'system', STACK_GLOBAL, text, TUPLE1, REDUCE, STOP.
  assert.equal(
    Buffer.from(planted ?? []).toString('latin1'),
    '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x37echo ai-spm example: this file would have run a command\x85R.',
  );
});

test('pickle values are written as CPython reads them', () => {
  // Each checked with pickle.loads of CPython 3.13: the value on the left came back.
  const hex = (value: Parameters<typeof pickleBytes>[0], protocol: 2 | 4 = 4) => Buffer.from(pickleBytes(value, protocol)).toString('hex');
  assert.equal(hex([1, 300, -1]), '80045d284b014a2c0100004affffffff652e');
  assert.equal(hex({ tuple: [true, null] }), '8004884e862e');
  assert.equal(hex({ dict: [['a', 0.5]] }, 2), '80027d28580100000061473fe0000000000000752e');
});
