import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PgBoss } from 'pg-boss';
import { transaction } from '../../platform/database/database.ts';
import { installQueue } from '../../platform/jobs/jobs.ts';
import { startDue } from './jobs.ts';
import { findScheduleOf, putSchedule } from './schedules/schedule-store.ts';
import { listScanRows } from './store.ts';
import { TestScanner } from './test-scanner.ts';

const weekly = { every: 'weekly', weekday: 2, time: '03:15', timeZone: 'UTC' } as const;

/** Messages are counted, nobody takes them. */
function countingQueue(t: { after(release: () => void): void }): { sent: number } {
  const counted = { sent: 0 };
  const send = async (): Promise<string> => {
    counted.sent += 1;
    return '';
  };
  // Only `send` is asked by `enqueue`.
  installQueue({ send } as unknown as PgBoss);
  t.after(() => installQueue(undefined));
  return counted;
}

test('a schedule whose time has come starts one scan, however many runs were missed, and moves on to the next', async (t) => {
  const scanner = await TestScanner.open(t);
  const queue = countingQueue(t);
  // Three weeks ago: Tuesday, 5 May 2026.
  const missed = new Date('2026-05-05T03:15:00Z');
  const now = new Date('2026-05-26T09:00:00Z');
  await scanner.run(() =>
    putSchedule({ source: { path: '/models' }, target: '/models', assetId: null, ...weekly, nextRunAt: missed, createdBy: 'test' }),
  );
  assert.equal(await scanner.within((context) => startDue(context, now)), 1);
  assert.equal(await scanner.within((context) => startDue(context, now)), 0, 'nothing is due twice');
  const { items } = await scanner.run(() => listScanRows({}, { after: undefined, limit: 10 }));
  assert.deepEqual(
    items.map(({ path, trigger, state }) => [path, trigger, state]),
    [['/models', 'schedule', 'queued']],
  );
  const after = await scanner.run(() => findScheduleOf('/models'));
  assert.deepEqual([after?.nextRunAt, after?.lastRunAt, after?.lastScanId], ['2026-06-02T03:15:00.000Z', now.toISOString(), items[0]?.id]);
  assert.equal(queue.sent, 1);
});

test('a source has one schedule, others are not seen from another workspace, and one that is off is never due', async (t) => {
  const scanner = await TestScanner.open(t);
  countingQueue(t);
  const draft = { source: { ollama: 'shop:latest' }, target: 'ollama:shop:latest', assetId: null, createdBy: 'test' };
  const first = await scanner.run(() => putSchedule({ ...draft, ...weekly, nextRunAt: new Date('2026-05-05T03:15:00Z') }));
  const second = await scanner.run(() => putSchedule({ ...draft, ...weekly, every: 'off', nextRunAt: null }));
  assert.equal(first, second);
  assert.equal(await scanner.within((context) => startDue(context, new Date('2027-01-01T00:00:00Z'))), 0);
  assert.equal(await scanner.run(() => findScheduleOf('ollama:shop:latest'), scanner.other), null);
  await assert.rejects(
    scanner.within((context) => transaction(context, () => putSchedule({ ...draft, target: 'x', ...weekly, nextRunAt: null }))),
    'the database refuses a schedule that is on and never runs',
  );
});
