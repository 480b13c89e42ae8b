/** What keeping the log costs: a month made, a thousand people erased with the verification after it, a month dropped. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../contract/actor.ts';
import { audit } from '../../../platform/audit.ts';
import { overrideEnvironment } from '../../../platform/config.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { sequenceWorkspace } from '../recording/sequencer.ts';
import { erase } from '../sealed/erasure.ts';
import { type DurableLog, durableLog } from '../test-durable-log.ts';
import { verifyLog } from '../verifying/verify.ts';
import { ensureMonthAcrossWorkspaces } from './retention-store.ts';

const people = 1000;
const months = 84;

async function onLog(measure: (log: DurableLog) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'keeping-bench-'));
  const log = await durableLog();
  overrideEnvironment({ AUDIT_DESTROYED_KEYS: join(folder, 'destroyed') });
  try {
    return await measure(log);
  } finally {
    await log.close();
    overrideEnvironment({ AUDIT_DESTROYED_KEYS: '' });
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sequence({ inside, workspace }: DurableLog): Promise<void> {
  while ((await inside(() => sequenceWorkspace(workspace))) > 0);
}

const millisecondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const since = performance.now();
  await work();
  return performance.now() - since;
};

/** Each person acts twice from an address and leaves words; then each is erased. @returns milliseconds an erasure */
async function erasureCost(log: DurableLog): Promise<number> {
  const names = Array.from({ length: people }, (_, at) => `person-${at}`);
  for (const id of names) {
    const context: Context = { ...log.context(), actor: { ...log.context().actor, kind: 'user', id } };
    const record = { action: 'ai-assets.update', resource: { type: 'ai-assets', id: 'a' }, outcome: 'done' } as const;
    await log.inside(() => transaction(context, () => audit.record({ ...record, change: { after: { comment: `words of ${id}` } } })));
  }
  await sequence(log);
  const spent = await millisecondsOf(async () => {
    for (const subject_id of names)
      await log.inside(() => transaction(log.context(), () => erase({ subject_id, ground: 'consent-withdrawn' })));
  });
  await sequence(log);
  const { state, defectCount } = await verified(log);
  const { rows } = await log.owner.query<{ left: string }>(
    'select count(*) as left from audit_logs.subject_key where wrapped is not null and subject like $1',
    ['person-%'],
  );
  if (state !== 'verified' || defectCount > 0 || rows[0]?.left !== '0')
    throw new RangeError(`${state}, ${defectCount} defects, ${rows[0]?.left} keys left`);
  return spent / people;
}

async function verified(log: DurableLog) {
  for (;;) {
    const answer = await log.inside(() => verifyLog({ restart: false }, log.context()));
    if (answer.state !== 'running') return answer;
  }
}

async function monthCost(log: DurableLog): Promise<number> {
  const spent = await millisecondsOf(() =>
    log.inside(() =>
      systemTransaction(async () => {
        for (let month = 0; month < months; month += 1) await ensureMonthAcrossWorkspaces(new Date(Date.UTC(2010, month, 5)));
      }),
    ),
  );
  return spent / months;
}

/** With a table of seven years and one month. */
async function dropCost(log: DurableLog): Promise<number> {
  await monthCost(log);
  const times: number[] = [];
  for (const month of ['2010-01', '2010-02', '2010-03', '2010-04', '2010-05'])
    times.push(await millisecondsOf(() => log.owner.query('select audit_logs.drop_month($1::date)', [`${month}-01`])));
  return times.toSorted((left, right) => left - right)[2] ?? Number.NaN;
}

export const benches = [
  { name: 'audit log: erase a person, of 1,000, verification green after it', bar: 50, unit: 'ms', run: () => onLog(erasureCost) },
  { name: 'audit log: make the table of a month', bar: 200, unit: 'ms', run: () => onLog(monthCost) },
  { name: 'audit log: drop an empty month of 84', bar: 500, unit: 'ms', run: () => onLog(dropCost) },
];
