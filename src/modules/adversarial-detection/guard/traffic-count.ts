/** What guards did, counted in memory until it is written behind: numbers by guard and hour, and a histogram of the time added. */

export const countedKinds = [
  'requests',
  'screened',
  'flagged',
  'wouldBlock',
  'blocked',
  'refusedBefore',
  'unscreened',
  'invalid',
  'upstreamFailed',
] as const;
export type GuardCountKind = (typeof countedKinds)[number];
/** Upper edges in ms of the classes of added time; the last class has none. */
export const addedEdges = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 50, 100, 250] as const;
export const addedClasses = addedEdges.length + 1;

export type GuardCount = Record<GuardCountKind, number> & {
  readonly guardId: string;
  readonly hour: Date;
  addedMs: number;
  upstreamMs: number;
  upstreamAsked: number;
  readonly addedBuckets: number[];
};
export type GuardCounts = Map<string, GuardCount>;
export type Spent = { readonly addedMs: number; readonly upstreamMs: number | null };

const hourMs = 3_600_000;
function blank(guardId: string, hour: Date): GuardCount {
  const none = {
    requests: 0,
    screened: 0,
    flagged: 0,
    wouldBlock: 0,
    blocked: 0,
    refusedBefore: 0,
    unscreened: 0,
    invalid: 0,
    upstreamFailed: 0,
  };
  return { ...none, guardId, hour, addedMs: 0, upstreamMs: 0, upstreamAsked: 0, addedBuckets: new Array<number>(addedClasses).fill(0) };
}

function countOf(counts: GuardCounts, guardId: string, hour: Date): GuardCount {
  const key = `${guardId} ${hour.getTime()}`;
  const count = counts.get(key) ?? blank(guardId, hour);
  counts.set(key, count);
  return count;
}

/** The class of a time in ms: the first whose upper edge is not below it. */
export function classOfAdded(ms: number): number {
  const place = addedEdges.findIndex((edge) => ms <= edge);
  return place === -1 ? addedClasses - 1 : place;
}

/** One request of a guard. @param spent ms here and at the upstream; null: it was not asked. */
export function countGuarded(
  counts: GuardCounts,
  guardId: string,
  { kinds, spent, now = Date.now() }: { readonly kinds: ReadonlySet<GuardCountKind>; readonly spent: Spent; readonly now?: number },
): void {
  const count = countOf(counts, guardId, new Date(Math.floor(now / hourMs) * hourMs));
  count.requests += 1;
  for (const kind of kinds) if (kind !== 'requests') count[kind] += 1;
  count.addedMs += spent.addedMs;
  const place = classOfAdded(spent.addedMs);
  count.addedBuckets[place] = (count.addedBuckets[place] ?? 0) + 1;
  if (spent.upstreamMs === null) return;
  count.upstreamMs += spent.upstreamMs;
  count.upstreamAsked += 1;
}

/** Counts that could not be written go back to those gathered since. */
export function addGuardCounts(into: GuardCounts, from: GuardCounts): void {
  for (const { guardId, hour, ...more } of from.values()) {
    const count = countOf(into, guardId, hour);
    for (const kind of countedKinds) count[kind] += more[kind];
    count.addedMs += more.addedMs;
    count.upstreamMs += more.upstreamMs;
    count.upstreamAsked += more.upstreamAsked;
    for (const [place, n] of more.addedBuckets.entries()) count.addedBuckets[place] = (count.addedBuckets[place] ?? 0) + n;
  }
}

/**
 * Upper edge of the class in which a share of the requests ends. @returns undefined: there is no request; null: it lies above the last edge.
 * @param share in (0, 1]
 */
export function addedQuantile(buckets: readonly number[], share: number): number | null | undefined {
  const total = buckets.reduce((sum, n) => sum + n, 0);
  if (total === 0) return undefined;
  let seen = 0;
  for (const [place, n] of buckets.entries()) {
    seen += n;
    if (seen >= share * total) return addedEdges[place] ?? null;
  }
  return null;
}
