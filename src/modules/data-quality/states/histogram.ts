/** Rows between fixed edges; a value on an edge belongs to the bin above it, the last edge to the last bin. */
import { defineState, numberOf, oneColumn } from './state.ts';

export type HistogramSpec = { /** Rising, two or more. */ readonly edges: readonly number[] };
/** Below the first edge, the bins, above the last. */
type Histogram = readonly number[];

export const histogramState = defineState<HistogramSpec, Histogram>({
  scan: ({ edges }, room) => {
    const { dialect, binding } = room;
    const value = dialect.finite(oneColumn(room).sql);
    const edge = (at: number) => dialect.parameter(binding.place(edges[at] ?? 0), 'number');
    const rows = (condition: string) => `sum(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;
    const last = edges.length - 1;
    const bins = edges.slice(1).map((_, k) => rows(`${value} >= ${edge(k)} AND ${value} ${k + 1 === last ? '<=' : '<'} ${edge(k + 1)}`));
    return [rows(`${value} < ${edge(0)}`), ...bins, rows(`${value} > ${edge(last)}`)];
  },
  read: ([row = []], { edges }) => Array.from({ length: edges.length + 1 }, (_, k) => numberOf(row[k])),
  merge: (a, b) => a.map((rows, k) => rows + (b[k] ?? 0)),
  finish: (state, { edges }) => ({ edges, below: state[0] ?? 0, counts: state.slice(1, -1), above: state.at(-1) ?? 0 }),
  errorBound: () => null,
});
