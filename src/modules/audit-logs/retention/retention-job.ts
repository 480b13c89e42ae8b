/** Once a day: months ahead are made, closed ones go to cold storage, what has outlived its term leaves. */
import { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import { audit } from '../../../platform/audit.ts';
import { config } from '../../../platform/config.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { defineJob } from '../../../platform/jobs/jobs.ts';
import { pruneCoverage } from '../coverage/coverage-store.ts';
import { eraseExpired } from '../sealed/erasure.ts';
import { expiredKeys } from '../sealed/sealed-store.ts';
import { freezeMonth } from './cold-month.ts';
import type { Terms } from './keeping-contract.ts';
import {
  actionsOfMonth,
  type ColdRow,
  dropMonthAcrossWorkspaces,
  ensureMonthAcrossWorkspaces,
  keepCold,
  rangeOfMonth,
  readColdMonths,
  readMonths,
  readTerms,
  reasonToKeep,
  releaseCold,
} from './retention-store.ts';
import { addMonths, lineMonths, monthEnd } from './terms.ts';

const keysAtOnce = 500;
const dayMs = 86_400_000;
/** A closed month rests this long before it is written away: a record of its last second has found its place by then. */
const restDays = 2;

export const retentionJob = defineJob({
  kind: 'audit-logs.retention',
  title: 'Keep the audit log: cold storage, terms, erasure',
  input: z.object({}),
  schedule: '11 2 * * *',
  transient: true,
  timeoutMs: 6 * 3_600_000,
  run: (_input, job) => keepLog({ ...job.context, signal: job.signal }),
});

export type Kept = { readonly frozen: readonly string[]; readonly dropped: readonly string[]; readonly erasedKeys: number };

/** @param now ms since 1970, for the months that are looked at; whether one may go the database decides by its own clock. */
export async function keepLog(context: Context, now: number = Date.now()): Promise<Kept> {
  const terms = await transaction(context, readTerms, { readOnly: true });
  await systemTransaction(async () => {
    for (const ahead of [0, 1, 2]) await ensureMonthAcrossWorkspaces(new Date(`${addMonths(dayOf(now), ahead).slice(0, 7)}-01T00:00:00Z`));
  });
  const erasedKeys =
    (await endParts(context, terms, { purpose: 'request', now })) + (await endParts(context, terms, { purpose: 'values', now }));
  const frozen = await freezeClosed(context, terms, now);
  const dropped = await dropEnded(context);
  await transaction(context, pruneCoverage);
  return { frozen, dropped, erasedKeys };
}

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

async function endParts(context: Context, terms: Terms, { purpose, now }: { purpose: 'request' | 'values'; now: number }): Promise<number> {
  const months = purpose === 'request' ? terms.requestMonths : terms.valueMonths;
  const before = addMonths(dayOf(now), -months);
  const expired = await transaction(context, () => expiredKeys(purpose, before, 20_000), { readOnly: true });
  let erased = 0;
  for (let from = 0; from < expired.length && !context.signal.aborted; from += keysAtOnce)
    erased += await transaction(context, () => eraseExpired(expired.slice(from, from + keysAtOnce), terms));
  return erased;
}

async function freezeClosed(context: Context, terms: Terms, now: number): Promise<string[]> {
  const root = config().AUDIT_COLD_DIR;
  if (root === undefined) return [];
  const read = <T>(work: () => Promise<T>): Promise<T> => transaction(context, work, { readOnly: true });
  const [months, rows] = await read(async () => [await readMonths(), await readColdMonths()] as const);
  const cold = new Map(rows.map((row) => [row.month.slice(0, 7), row]));
  const frozen: string[] = [];
  for (const { month, attached } of months) {
    if (context.signal.aborted) break;
    if (!attached || monthEnd(month) > dayOf(now - restDays * dayMs)) continue;
    const range = await read(() => rangeOfMonth(month));
    if (range === null) continue;
    const known = cold.get(month);
    if (known !== undefined && known.firstIndex === range.first && known.endIndex === range.end) await keepAsSet(context, known, terms);
    else if (await freezeMonth({ month, range, root, context, terms })) frozen.push(month);
  }
  return frozen;
}

/** Terms may have been changed since it was written. */
async function keepAsSet(context: Context, row: ColdRow, terms: Terms): Promise<void> {
  const month = row.month.slice(0, 7);
  // Without terms of single actions there is nothing to look up in the month.
  const actions = terms.longer.length === 0 ? [] : await transaction(context, () => actionsOfMonth(month), { readOnly: true });
  const until = addMonths(monthEnd(month), lineMonths(terms, actions));
  if (until !== row.keepUntil) await transaction(context, () => keepCold(month, until));
}

/**
 * Oldest first, and no month before the ones before it: what is left of a chain is always its end.
 * A month goes when every workspace with entries in it has written into its log that it may.
 */
async function dropEnded(context: Context): Promise<string[]> {
  const months = await transaction(context, readMonths, { readOnly: true });
  const dropped: string[] = [];
  for (const { month, attached } of months) {
    if (!attached) continue;
    let reason = await transaction(context, () => reasonToKeep(month), { readOnly: true });
    if (reason === 'not-released') {
      await release(context, month);
      reason = await transaction(context, () => reasonToKeep(month), { readOnly: true });
    }
    if (reason !== null || (await systemTransaction(() => dropMonthAcrossWorkspaces(month))) !== null) break;
    dropped.push(month);
  }
  return dropped;
}

async function release(context: Context, month: string): Promise<void> {
  await transaction(context, async () => {
    const row = (await readColdMonths()).find((one) => one.month.slice(0, 7) === month);
    if (row === undefined || !(await releaseCold(month))) return;
    const after = { month, first: row.firstIndex, end: row.endIndex, sha256: row.sha256.toString('hex') };
    await audit.record({
      action: 'audit-logs.drop-month',
      resource: { type: 'audit-logs', id: month },
      outcome: 'allowed',
      change: { after },
    });
  });
}
