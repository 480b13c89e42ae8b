/**
 * Is this news, or a repeat? The first of a fingerprint goes out at once, and what is worse than before, uses another
 * technique or hits another asset always does; the rest waits for the digest. Pure.
 */

/** Repeats within this time of the first are one digest (ms). */
export const repeatWindowMs = 5 * 60_000;
/** Kept of what was heard; an attacker who names more assets than this is heard as a repeat, and stays in the digest. */
const mostNames = 200;

export type Heard = {
  readonly since: Date;
  /** 0 is critical. */
  readonly worstRank: number;
  readonly techniques: readonly string[];
  readonly assetIds: readonly string[];
  readonly count: number;
};
export type Arrival = {
  readonly rank: number;
  readonly techniques: readonly string[];
  readonly assetId: string | null;
};
export type Verdict = {
  /** Null: now. Otherwise the end of the window. */
  readonly waitUntil: Date | null;
  /** Worse than anything heard in this window. */
  readonly isWorse: boolean;
  readonly heard: Heard;
};

export function judgeArrival(before: Heard | null, arrival: Arrival, now: Date): Verdict {
  const { rank, techniques, assetId } = arrival;
  const assetIds = assetId === null ? [] : [assetId];
  if (before === null || now.getTime() - before.since.getTime() >= repeatWindowMs)
    return {
      waitUntil: null,
      isWorse: false,
      heard: { since: now, worstRank: rank, techniques: techniques.slice(0, mostNames), assetIds, count: 1 },
    };
  const isWorse = rank < before.worstRank;
  const newTechniques = techniques.filter((name) => !before.techniques.includes(name));
  const newAssets = assetIds.filter((id) => !before.assetIds.includes(id));
  // Each list is full by itself: many assets do not hide the first alert of another technique.
  const techniquesFit = before.techniques.length + newTechniques.length <= mostNames;
  const assetsFit = before.assetIds.length + newAssets.length <= mostNames;
  const isNews = isWorse || (techniquesFit && newTechniques.length > 0) || (assetsFit && newAssets.length > 0);
  return {
    waitUntil: isNews ? null : new Date(before.since.getTime() + repeatWindowMs),
    isWorse,
    heard: {
      since: before.since,
      worstRank: Math.min(rank, before.worstRank),
      techniques: techniquesFit ? [...before.techniques, ...newTechniques] : before.techniques,
      assetIds: assetsFit ? [...before.assetIds, ...newAssets] : before.assetIds,
      count: before.count + 1,
    },
  };
}

/** Urgent messages may borrow this many from the minutes to come. */
export const overdraft = 6;

export type Bucket = { readonly tokens: number; readonly perMinute: number; readonly burst: number };

export function refilled({ tokens, perMinute, burst }: Bucket, elapsedMs: number): number {
  return Math.min(burst, tokens + (Math.max(0, elapsedMs) * perMinute) / 60_000);
}

export type Waiting = { readonly urgent: number; readonly ordinary: number };
export type Plan = {
  /** So many of the most severe go one by one. */
  readonly urgent: number;
  readonly ordinary: number;
  /** The rest of this kind becomes one digest. */
  readonly digestUrgent: boolean;
  readonly digestOrdinary: boolean;
  /** Tokens spent by all of it. */
  readonly spent: number;
};

/**
 * Shares the tokens out: urgent ones first, and into the overdraft; of what does not fit the last token carries the digest.
 * @param coalesce without it nothing is put together, and what does not fit waits
 */
export function planSending(tokens: number, waiting: Waiting, coalesce: boolean): Plan {
  const forUrgent = share(Math.floor(tokens) + overdraft, waiting.urgent, coalesce);
  const forOrdinary = share(Math.floor(tokens - forUrgent.spent), waiting.ordinary, coalesce);
  return {
    urgent: forUrgent.single,
    ordinary: forOrdinary.single,
    digestUrgent: forUrgent.digest,
    digestOrdinary: forOrdinary.digest,
    spent: forUrgent.spent + forOrdinary.spent,
  };
}

function share(allowed: number, waiting: number, coalesce: boolean): { single: number; digest: boolean; spent: number } {
  const room = Math.max(0, allowed);
  if (waiting <= room) return { single: waiting, digest: false, spent: waiting };
  if (!coalesce || room === 0) return { single: room, digest: false, spent: room };
  return { single: room - 1, digest: true, spent: room };
}
