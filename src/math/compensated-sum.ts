/** A sum that keeps what each addition loses. @source Neumaier 1974, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen" */
export type Sum = { total: number; lost: number };

export const newSum = (): Sum => ({ total: 0, lost: 0 });

/** What overflowed stays infinite. */
export const totalOf = ({ total, lost }: Sum): number => total + (Number.isFinite(lost) ? lost : 0);

export function addTo(sum: Sum, value: number): void {
  const next = sum.total + value;
  sum.lost += Math.abs(sum.total) >= Math.abs(value) ? sum.total - next + value : value - next + sum.total;
  sum.total = next;
}
