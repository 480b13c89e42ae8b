import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import type { Frame } from '../frame.ts';
import { csv, withFrames } from '../test-frames.ts';
import { findChanges } from './changes.ts';

const question = { columns: undefined, time: undefined, window: undefined, referenceRows: 100, burst: 1, seed: 1 } as const;

test('a shift in the middle of a table is its own window, with its time, and raises the alarms of the column', async () => {
  const { normal } = randomSource(3);
  const minute = (i: number) => new Date(i * 60_000).toISOString();
  const rows = Array.from({ length: 400 }, (_, i) => `${minute(i)},${(normal() + (i < 250 ? 0 : 2)).toFixed(4)},${normal().toFixed(4)},a`);
  await withFrames([csv(['when,moved,still,word', ...rows].join('\n'), { header: true })], async (table) => {
    const found = await findChanges(table as Frame, { ...question, time: 'when' });
    const from = found.windows[1]?.from ?? 0;
    assert.equal(found.windows.length, 2);
    assert.ok(Math.abs(from - 250) <= 5, `${from}`);
    assert.equal(found.windows[1]?.fromTime, from * 60_000);
    const [moved] = found.series;
    assert.ok((moved?.cusum.find(({ direction }) => direction === 'up')?.at ?? 0) < 270);
    // A window of the first hour: sixty rows.
    const hour = await findChanges(table as Frame, { ...question, time: 'when', window: { kind: 'fixed', from: 0, to: 3_600_000 } });
    assert.equal(hour.referenceRows, 60);
    await assert.rejects(findChanges(table as Frame, { ...question, columns: ['word'] }), { code: 'data-quality.noColumns' });
    await assert.rejects(findChanges(table as Frame, { ...question, time: 'still' }), { code: 'data-quality.noColumns' });
  });
});

test('a table of equal rows, or of one, has one window and says nothing of its series', async () => {
  for (const content of ['x\n1\n1\n1\n', 'x\n1\n'])
    await withFrames([csv(content, { header: true })], async (table) => {
      const { windows, series } = await findChanges(table as Frame, question);
      assert.deepEqual([windows.length, series[0]?.target], [1, null]);
    });
});
