import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReadingProgress } from './check-child.ts';
import { forgetProgress, noteProgress, progressId, progressOf } from './check-progress.ts';
import { runCheck } from './run-check.ts';

test('a check tells how many rows it has read, then that it computes over all of them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'check-progress-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'many.csv');
  writeFileSync(path, `x\n${'1\n'.repeat(40_000)}`);
  const heard: ReadingProgress[] = [];
  const question = async () => ({ kind: 'suggest' as const, data: { path, name: 'many.csv', options: {} } });
  const limits = { memoryMb: 128, threads: 1, diskMb: 256, timeoutMs: 60_000, processMb: 900 };
  await runCheck(question, { limits, told: (progress) => void heard.push(progress) });
  // Told every 16,384 rows.
  assert.deepEqual(heard, [
    { stage: 'reading', rows: 16_384 },
    { stage: 'reading', rows: 32_768 },
    { stage: 'computing', rows: 40_000 },
  ]);
});

test('progress is known under its name, in its workspace, while it runs', () => {
  const id = progressId('one', 'a');
  noteProgress(id, { stage: 'reading', rows: 5 });
  assert.deepEqual([progressOf(id ?? ''), progressOf(progressId('two', 'a') ?? '').stage], [{ stage: 'reading', rows: 5 }, 'unknown']);
  forgetProgress(id);
  assert.deepEqual(progressOf(id ?? ''), { stage: 'unknown', rows: null });
});
