/** From which combined p on an input is flagged: the asked rate, or lower where harmless change asks for it. */

/** Harmless copies may be flagged so many times as often as asked. */
const fusedMostTimes = 2;

/** @param sorted p of harmless copies, ascending. @returns 0 when even the smallest possible p flags too many. */
export function loweredThreshold(sorted: readonly number[], rate: number): number {
  const allowed = Math.floor(fusedMostTimes * rate * sorted.length);
  if ((sorted[allowed] ?? 1) > rate) return rate;
  const first = sorted[allowed] as number;
  return sorted.findLast((p) => p < first) ?? 0;
}

/** What a reader of the profile must know about the threshold; null: nothing. */
export function noteOf({ lowered, threshold, leaveOneOut }: { lowered: boolean; threshold: number; leaveOneOut: boolean }): string | null {
  const parts = [
    leaveOneOut ? 'Fewer than 1,000 rows: every row calibrates, scored without itself.' : null,
    threshold === 0 ? 'Harmless copies look as strange as anything: it reports, and decides nothing.' : null,
    lowered && threshold > 0
      ? 'The threshold lies below the asked rate, so that harmless change is flagged at most twice as often as asked.'
      : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' ');
}
