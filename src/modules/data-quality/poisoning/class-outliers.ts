/** Rows far from the rest of their class, column by column and all columns together. */
import { choleskyFactor, shrunkCovariance, squaredDistance } from '../../../math/linear-algebra.ts';
import { quantile } from '../../../math/moments.ts';
import { sortNumbers } from '../../../math/sorting.ts';
import { fitUpperTail, tailProbability } from '../../../math/upper-tail.ts';
import { type FamilyOutcome, flaggedRows } from './evidence.ts';
import { type LabelledTable, rowsByClass } from './labelled-table.ts';

const fewestRows = 30;
/** Beyond it the covariance is left out: its factor takes d³ steps. */
const mostColumns = 300;
/** Share of a class, nearest first, from which mean and covariance are learnt a second time: crude outliers shall not hide themselves. */
const keptShare = 0.9;
/** Heaviest tail allowed for: real columns have heavy ones, and rows that are rare by nature are no tampering. */
const steepest = 0.5;

/**
 * Two statistics a row, within its class: the largest robust z over the columns, and the Mahalanobis distance with shrinkage. Each is put
 * on the scale of its class (median and quartiles); the fitted upper tail over all classes is its null, and p is twice the smaller.
 * @source Rousseeuw and Croux 1993 (MAD); Ledoit and Wolf 2004. IQR outliers are counted for the record.
 */
export function classOutliers(table: LabelledTable): FamilyOutcome {
  if (table.features.length === 0) return { family: 'statistical', reason: 'no column besides the label varies' };
  const members = rowsByClass(table);
  const large = members.filter((rows) => rows.length >= fewestRows);
  if (large.length === 0) return { family: 'statistical', reason: `no class has ${fewestRows} rows` };
  const z = new Float64Array(table.rows).fill(Number.NaN);
  const apart = new Float64Array(table.rows).fill(Number.NaN);
  let iqrCells = 0;
  for (const rows of large) {
    const { scores, outside } = robustScores(table, rows);
    iqrCells += outside;
    spread(scores, { rows, target: z });
    const far = table.features.length > mostColumns ? null : distances(table, rows);
    if (far !== null) spread(far, { rows, target: apart });
  }
  const tails = [z, apart].map((scores) => ({
    scores,
    tail: scores.every(Number.isNaN)
      ? null
      : fitUpperTail(
          scores.filter((score) => !Number.isNaN(score)),
          steepest,
        ),
  }));
  const used = tails.filter(({ tail }) => tail !== null).length;
  const rowP = Float64Array.from({ length: table.rows }, (_, row) => {
    const each = tails.map(({ scores, tail }) =>
      tail === null || Number.isNaN(scores[row]) ? 1 : tailProbability(tail, scores[row] as number),
    );
    return Math.min(1, used * Math.min(...each));
  });
  const notes = members.flatMap((rows, k) =>
    rows.length < fewestRows ? [`Class ${JSON.stringify((table.classes[k] ?? '').slice(0, 60))} has ${rows.length} rows: not judged.`] : [],
  );
  if (table.features.length > mostColumns) notes.push(`More than ${mostColumns} columns: without Mahalanobis distance.`);
  return {
    family: 'statistical',
    method:
      'by class: largest robust z and Mahalanobis distance with shrinkage, each on the scale of its class against one fitted upper tail',
    rowP,
    flagged: flaggedRows(rowP),
    findings: [],
    notes: notes.slice(0, 20),
    figures: { iqrCells },
  };
}

/** Writes (score − median) / (distance between the quartiles), so that classes can share one tail. */
function spread(scores: Float64Array, { rows, target }: { rows: Int32Array; target: Float64Array }): void {
  const sorted = Float64Array.from(scores).sort();
  const width = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  if (!(width > 0)) return;
  for (const [i, row] of rows.entries()) target[row] = ((scores[i] as number) - quantile(sorted, 0.5)) / width;
}

/** Largest |x − median| / (1.4826·MAD) over the columns whose MAD is not 0. */
function robustScores({ features }: LabelledTable, rows: Int32Array): { scores: Float64Array; outside: number } {
  const scores = new Float64Array(rows.length);
  let outside = 0;
  for (const { values } of features) {
    const sorted = Float64Array.from(rows, (row) => values[row] as number);
    sortNumbers(sorted);
    const median = quantile(sorted, 0.5);
    const [q1, q3] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
    const gaps = sorted.map((value) => Math.abs(value - median));
    sortNumbers(gaps);
    const width = 1.4826 * quantile(gaps, 0.5);
    for (const [i, row] of rows.entries()) {
      const value = values[row] as number;
      if (value < q1 - 1.5 * (q3 - q1) || value > q3 + 1.5 * (q3 - q1)) outside++;
      if (width > 0) scores[i] = Math.max(scores[i] as number, Math.abs(value - median) / width);
    }
  }
  return { scores, outside };
}

/** Mahalanobis distance of the rows of one class, learnt from its nearer nine tenths. */
function distances({ features }: LabelledTable, rows: Int32Array): Float64Array | null {
  const columns = features.map(({ values }) => values);
  const first = distancesFrom(columns, { rows, learnt: rows });
  if (first === null) return null;
  const limit = quantile(Float64Array.from(first).sort(), keptShare);
  const learnt = rows.filter((_, i) => (first[i] as number) <= limit);
  return learnt.length < 2 ? first : distancesFrom(columns, { rows, learnt });
}

function distancesFrom(columns: readonly Float64Array[], { rows, learnt }: { rows: Int32Array; learnt: Int32Array }): Float64Array | null {
  const { mean, covariance } = shrunkCovariance(columns, learnt);
  const factor = choleskyFactor(covariance);
  if (factor === null) return null;
  const away = new Float64Array(columns.length);
  const work = new Float64Array(columns.length);
  return Float64Array.from(rows, (row) => {
    for (const [d, column] of columns.entries()) away[d] = (column[row] as number) - (mean[d] as number);
    return Math.sqrt(squaredDistance(factor, away, work));
  });
}
