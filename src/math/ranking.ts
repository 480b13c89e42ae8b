/** How well scores put the marked rows first. */

/**
 * Area under the ROC curve: the chance that a marked row scores above an unmarked one, ties counting half.
 * @returns null when either kind is missing. @source Mann and Whitney 1947; equals sklearn.metrics.roc_auc_score.
 */
export function areaUnderCurve(scores: ArrayLike<number>, isMarked: (row: number) => boolean): number | null {
  const order = Int32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let marked = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    let inGroup = 0;
    while (to < order.length && scores[order[to] as number] === scores[order[from] as number]) {
      if (isMarked(order[to] as number)) inGroup++;
      to++;
    }
    rankSum += (inGroup * (from + to + 1)) / 2;
    marked += inGroup;
    from = to;
  }
  const others = order.length - marked;
  return marked === 0 || others === 0 ? null : (rankSum - (marked * (marked + 1)) / 2) / (marked * others);
}

/** Share of the marked rows among the `marked` highest scores (ties in row order). @returns null when none is marked. */
export function recallAtMarked(scores: ArrayLike<number>, isMarked: (row: number) => boolean): number | null {
  const order = Int32Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || a - b,
  );
  const marked = order.reduce((sum, row) => sum + Number(isMarked(row)), 0);
  if (marked === 0) return null;
  return order.subarray(0, marked).reduce((sum, row) => sum + Number(isMarked(row)), 0) / marked;
}
