import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProblem } from '../../../contract/problem.ts';
import type { ScanResult } from '../contract.ts';
import { DoorScans } from './door-scans.ts';

const named = { root: '/', name: 'x', profile: 'standard' } as const;
const result: ScanResult = {
  verdict: 'clean',
  counts: { critical: 0, high: 0, medium: 0, low: 0, informational: 0 },
  files: [],
  findings: [],
  unread: [],
  filesRead: 0,
  filesTotal: 0,
  bytesRead: 0,
  durationMs: 0,
  engineVersion: '1',
  rulesVersion: '1',
};

test('one scan more than allowed is refused with the time to come again, and has its place when one ends', async () => {
  const scans = new DoorScans(1);
  const { promise, resolve } = Promise.withResolvers<ScanResult>();
  const first = scans.start({ named, run: () => promise });
  assert.throws(
    () => scans.start({ named, run: () => promise }),
    (error: unknown) => isProblem(error) && error.status === 429 && error.retryAfterSeconds === 5,
  );
  resolve(result);
  await first.finished;
  await new Promise((next) => setImmediate(next));
  scans.start({ named, run: async () => result });
});

test('a result that reaches the bar is marked as failed, without a bar nothing is said', async () => {
  const scans = new DoorScans(5);
  const judged = scans.start({ named, run: async () => result, fails: () => true });
  const free = scans.start({ named, run: async () => result });
  await Promise.all([judged.finished, free.finished]);
  await new Promise((next) => setImmediate(next));
  assert.deepEqual([scans.entry(judged.id).status.failed, scans.entry(free.id).status.failed], [true, null]);
});
