/** Many tests at once: without control, 50 columns at p < 0.05 flag 92 of 100 unchanged tables. */

/**
 * Benjamini and Hochberg's adjusted p-values: flagging those ≤ q keeps the expected share of false flags among the flags below q.
 * The family is fixed before looking: hand in every test that was made, not the interesting ones.
 * @returns one value per p, same order. @source Benjamini and Hochberg 1995 (JRSS B 57:289).
 */
export function benjaminiHochberg(probabilities: readonly number[]): number[] {
  const order = probabilities.map((_, index) => index).toSorted((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
  const adjusted = new Array<number>(probabilities.length).fill(1);
  let least = 1;
  for (const [place, index] of order.entries()) {
    const rank = probabilities.length - place;
    least = Math.min(least, ((probabilities[index] ?? 1) * probabilities.length) / rank);
    adjusted[index] = least;
  }
  return adjusted;
}
