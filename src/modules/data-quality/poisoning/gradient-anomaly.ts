/** Gradients of single rows, as handed over, that are longer than or turned against those of their class. */
import { fitUpperTail, tailProbability } from '../../../math/upper-tail.ts';
import { type FamilyOutcome, flaggedRows } from './evidence.ts';
import { type LabelledTable, rowsByClass } from './labelled-table.ts';

const fewestInClass = 30;

/**
 * Three statistics a row within its class: the norm on a logarithmic scale, 1 − cosine to the median gradient, and the share of signs
 * against the median's; each against the fitted upper tail of its class. p is three times the smallest.
 * The centre is the coordinate-wise median: a few large gradients cannot move it.
 */
export function gradientAnomaly(table: LabelledTable): FamilyOutcome {
  const { gradients } = table;
  if (gradients === null) return { family: 'gradient-anomaly', reason: 'no gradients were handed over' };
  const members = rowsByClass(table).filter((rows) => rows.length >= fewestInClass);
  if (members.length === 0) return { family: 'gradient-anomaly', reason: `no class has ${fewestInClass} rows` };
  const rowP = new Float64Array(table.rows).fill(1);
  for (const rows of members) {
    const own = Array.from(rows, (row) => Float64Array.from(gradients[row] ?? []));
    const centre = medianOf(own);
    const statistics = [
      own.map(logNorm),
      own.map((gradient) => 1 - cosine(gradient, centre)),
      own.map((gradient) => against(gradient, centre)),
    ];
    const tails = statistics.map((scores) => fitUpperTail(Float64Array.from(scores)));
    for (const [i, row] of rows.entries()) {
      const least = Math.min(...tails.map((tail, k) => tailProbability(tail, statistics[k]?.[i] ?? 0)));
      rowP[row] = Math.min(1, tails.length * least);
    }
  }
  return {
    family: 'gradient-anomaly',
    method: 'norm, cosine and signs of the given gradients against the median gradient of the class, each by the fitted upper tail',
    rowP,
    flagged: flaggedRows(rowP),
    findings: [],
    notes: [],
    figures: { dimensions: gradients[0]?.length ?? 0 },
  };
}

function medianOf(gradients: readonly Float64Array[]): Float64Array {
  const column = new Float64Array(gradients.length);
  return Float64Array.from({ length: gradients[0]?.length ?? 0 }, (_, d) => {
    for (const [i, gradient] of gradients.entries()) column[i] = gradient[d] as number;
    column.sort();
    const middle = column.length >>> 1;
    return column.length % 2 === 1 ? (column[middle] as number) : ((column[middle - 1] as number) + (column[middle] as number)) / 2;
  });
}

const lengthOf = (vector: Float64Array): number => Math.hypot(...vector);
const logNorm = (gradient: Float64Array): number => Math.log(lengthOf(gradient) + 1e-12);

function cosine(left: Float64Array, right: Float64Array): number {
  const scale = lengthOf(left) * lengthOf(right);
  return scale > 0 ? left.reduce((sum, value, d) => sum + value * (right[d] as number), 0) / scale : 0;
}

function against(gradient: Float64Array, centre: Float64Array): number {
  return gradient.reduce((sum, value, d) => sum + Number(value * (centre[d] as number) < 0), 0) / gradient.length;
}
