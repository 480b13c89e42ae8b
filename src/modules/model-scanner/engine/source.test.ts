import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { dice } from '../../../../test/corpus/model-scanner/mutate.ts';
import { Budget } from './budget.ts';
import { openFileSource } from './source.ts';

const folder = mkdtempSync(join(tmpdir(), 'source-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(size: number): { readonly path: string; readonly bytes: Uint8Array } {
  const path = join(folder, `${size}.bin`);
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 255);
  writeFileSync(path, bytes);
  return { path, bytes };
}

test('reads here and there, in order and across blocks give the bytes of the file, and stop at its end', () => {
  for (const size of [0, 1, 1023, 1024, 300_000, 700_001]) {
    const { path, bytes } = fileOf(size);
    const source = openFileSource(path, new Budget());
    const roll = dice(size + 1);
    let at = 0;
    for (let i = 0; i < 400; i++) {
      const length = roll(roll(3) === 0 ? 40_000 : 200);
      at = roll(2) === 0 ? at + length : roll(size + 10);
      assert.deepEqual(
        source.read(at, length),
        bytes.subarray(Math.min(at, size), Math.min(at + length, size)),
        `${length} bytes at ${at} of ${size}`,
      );
    }
    source.close();
  }
});

test('headers far from each other cost about a thousand bytes each, not a whole block', () => {
  const { path } = fileOf(700_001);
  const budget = new Budget();
  const source = openFileSource(path, budget);
  for (let i = 1; i <= 20; i++) source.read(i * 32_768, 30);
  source.close();
  assert.ok(budget.bytesRead <= 20 * 1024, `${budget.bytesRead}`);
});

test('a link is not followed', { skip: process.platform === 'win32' }, () => {
  const { path } = fileOf(1);
  symlinkSync(path, join(folder, 'link'));
  assert.throws(() => openFileSource(join(folder, 'link'), new Budget()), { code: 'ELOOP' });
});
