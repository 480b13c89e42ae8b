/** A suspicion of a trigger, before the expensive test. */
import { binomialTail } from '../../../math/counting-tails.ts';
import type { LabelledTable } from './labelled-table.ts';
import type { RobustCentres } from './robust-centres.ts';

/** Rows that may carry a trigger for a label, and the features without it. */
export type Candidate = {
  readonly what: string;
  readonly columns: readonly string[];
  readonly label: number;
  readonly carriers: Int32Array;
  /** Rows a model may not learn from that shall know nothing of the trigger: the carriers, of a direction those of both halves. */
  readonly withheld: Int32Array;
  readonly screenP: number;
  /** Features row by row that do not show the trigger. */
  readonly masked: () => { values: Float64Array; dimensions: number };
  /** `masked`: a direction; no model sees what was added along it. `both`: the second model sees all columns. */
  readonly tests: 'masked' | 'both';
};

export const labelledRows = ({ labels }: LabelledTable, rows: Int32Array, label: number): Int32Array =>
  rows.filter((row) => labels[row] === label);

/** P(at least as many of these rows of one label denied) at the label's usual rate of denial. */
export function screenOf({ nearest, denialRate }: RobustCentres, { rows, label }: { rows: Int32Array; label: number }): number {
  const denied = rows.reduce((sum, row) => sum + Number(nearest[row] !== label), 0);
  return binomialTail(denied, rows.length, denialRate[label] as number);
}
