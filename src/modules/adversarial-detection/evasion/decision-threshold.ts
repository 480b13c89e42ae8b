/** Which inputs are flagged: a combined p at the asked rate or below, and a score that harmless change seldom reaches. */

/** Harmless copies may be flagged so many times as often as asked. */
const mostTimes = 2;

/**
 * A p has a floor that harmless copies may reach as well as attacks; how far their scores lie beyond it tells them apart.
 * @param copies combined score and p of each harmless copy. @param rate α.
 * @returns the score that a flagged input has to exceed, so that at most 2α of the copies are flagged; null: the rate alone does that.
 */
export function leastScoreOf(copies: readonly { readonly score: number; readonly p: number }[], rate: number): number | null {
  const allowed = Math.floor(mostTimes * rate * copies.length);
  const flagged = copies.filter(({ p }) => p <= rate).map(({ score }) => score);
  if (flagged.length <= allowed) return null;
  return flagged.sort((one, other) => other - one)[allowed] ?? null;
}

/** What a reader of the profile must know about the threshold; null: nothing. */
export function noteOf({
  raised,
  leaveOneOut,
  mistakesSetAside,
}: {
  raised: boolean;
  leaveOneOut: boolean;
  mistakesSetAside: boolean;
}): string | null {
  const parts = [
    leaveOneOut ? 'Fewer than 1,000 rows: every row calibrates, scored without itself.' : null,
    mistakesSetAside ? 'Rows that the model answers wrong set no threshold: the asked rate holds among those it answers right.' : null,
    raised
      ? 'The score has to exceed that of harmless change as well, which would else be flagged more than twice as often as asked.'
      : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' ');
}
