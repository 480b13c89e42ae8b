/** Rows that lie farthest along the direction in which their class varies most: where a planted pattern shows. */
import { dot, leadingDirections, shrunkCovariance } from '../../../math/linear-algebra.ts';
import type { FamilyOutcome } from './evidence.ts';
import { type LabelledTable, rowsByClass } from './labelled-table.ts';

const fewestRows = 100;
const fewestInClass = 30;
const mostColumns = 600;

/** Columns to look along: the activations handed over, else the features. */
export function spectralColumns({ activations, features, rows }: LabelledTable): Float64Array[] {
  if (activations === null) return features.map(({ values }) => values);
  return Array.from({ length: activations[0]?.length ?? 0 }, (_, k) =>
    Float64Array.from({ length: rows }, (_, row) => activations[row]?.[k] ?? 0),
  );
}

/**
 * p of a row: its rank, within its class, by the squared projection on the top singular direction of the centred class. The null is
 * counted, so it ranks rows and feeds the joint p but cannot flag a row alone.
 * @source Tran, Li and Madry 2018 (Spectral Signatures in Backdoor Attacks).
 */
export function spectralSignature(table: LabelledTable): FamilyOutcome {
  const columns = spectralColumns(table);
  if (columns.length === 0) return { family: 'spectral-signature', reason: 'no column besides the label varies' };
  if (table.rows < fewestRows) return { family: 'spectral-signature', reason: `fewer than ${fewestRows} rows` };
  if (columns.length > mostColumns) return { family: 'spectral-signature', reason: `more than ${mostColumns} columns` };
  const members = rowsByClass(table).filter((rows) => rows.length >= fewestInClass);
  if (members.length === 0) return { family: 'spectral-signature', reason: `no class has ${fewestInClass} rows` };
  const rowP = new Float64Array(table.rows).fill(1);
  for (const rows of members) {
    const scores = projections(columns, rows);
    const order = Int32Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number));
    for (const [rank, i] of order.entries()) rowP[rows[i] as number] = (rank + 1) / (rows.length + 1);
  }
  return {
    family: 'spectral-signature',
    method: `squared projection on the top singular direction of each class, on ${table.activations === null ? 'the features' : 'the activations'}; ranked within the class`,
    rowP,
    flagged: new Int32Array(0),
    findings: [],
    notes: [],
    figures: { classes: members.length },
  };
}

function projections(columns: readonly Float64Array[], rows: Int32Array): Float64Array {
  const { mean, covariance } = shrunkCovariance(columns, rows);
  const [top] = leadingDirections(covariance, 1);
  if (top === undefined) return new Float64Array(rows.length);
  const centred = new Float64Array(columns.length);
  return Float64Array.from(rows, (row) => {
    for (const [d, column] of columns.entries()) centred[d] = (column[row] as number) - (mean[d] as number);
    return dot(centred, top.vector) ** 2;
  });
}
