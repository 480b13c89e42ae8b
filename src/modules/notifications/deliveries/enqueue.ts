/** Puts news into the outbox of its destinations: at once, as a repeat for the digest, or after quiet hours. */
import { severityRank } from '../../../contract/severity.ts';
import { afterCommit } from '../../../platform/database/database.ts';
import { endOf, type Hours, isWithin } from '../destinations/hours.ts';
import type { HeldReason } from './delivery-contract.ts';
import type { News } from './message.ts';
import { insertQueued, keepHeard, lockHeard } from './outbox-store.ts';
import { judgeArrival } from './storm.ts';
import { wakeDeliveries } from './wake.ts';

export type Target = {
  readonly id: string;
  readonly coalesceRepeats: boolean;
  /** Of the destination and of the rule that chose it. */
  readonly quiet: readonly Hours[];
};

/** Joins the ambient transaction. @returns ids in the order of the targets */
export async function enqueue(news: News, targets: readonly Target[], now = new Date()): Promise<string[]> {
  const ids: string[] = [];
  for (const target of targets) ids.push(await enqueueFor(news, target, now));
  if (ids.length > 0) afterCommit(wakeDeliveries);
  return ids;
}

async function enqueueFor(news: News, { id, coalesceRepeats, quiet }: Target, now: Date): Promise<string> {
  const verdict = await hear(news, coalesceRepeats, id, now);
  const waits = waitOf(news, verdict.waitUntil, { quiet, now });
  return await insertQueued({
    destinationId: id,
    news,
    urgent: news.urgent || news.severity === 'critical' || verdict.isWorse,
    held: waits.held,
    dueAt: waits.until,
  });
}

async function hear(
  news: News,
  coalesce: boolean,
  destinationId: string,
  now: Date,
): Promise<{ waitUntil: Date | null; isWorse: boolean }> {
  if (news.fingerprint === null || !coalesce) return { waitUntil: null, isWorse: false };
  const before = await lockHeard(destinationId, news.fingerprint);
  const arrival = { rank: severityRank(news.severity), techniques: news.techniques, assetId: news.assetId };
  const verdict = judgeArrival(before, arrival, now);
  await keepHeard(destinationId, news.fingerprint, verdict.heard);
  return verdict;
}

type Wait = { readonly held: HeldReason | null; readonly until: Date | null };

/** Quiet hours never hold a critical message back. */
export function waitOf(
  { severity, urgent }: Pick<News, 'severity' | 'urgent'>,
  repeatUntil: Date | null,
  { quiet, now }: { quiet: readonly Hours[]; now: Date },
): Wait {
  const wait: Wait = { held: repeatUntil === null ? null : 'repeat', until: repeatUntil };
  if (severity === 'critical' || urgent) return wait;
  const end = quietEnd(quiet, repeatUntil ?? now);
  return end === null ? wait : { held: 'quiet', until: end };
}

/** When all of the hours leave people alone no longer; null when none does at `at`. Two that follow each other are one night. */
function quietEnd(quiet: readonly Hours[], at: Date): Date | null {
  let end = at;
  for (let round = 0; round < 14; round += 1) {
    const open = quiet.find((hours) => isWithin(hours, end));
    if (open === undefined) break;
    end = endOf(open, end);
  }
  return end > at ? end : null;
}
