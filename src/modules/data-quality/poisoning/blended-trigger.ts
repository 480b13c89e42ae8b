/** Triggers spread thinly over many columns: a direction in which rows of one label differ from the class they otherwise look like. */
import { dot } from '../../../math/linear-algebra.ts';
import { randomSource, shuffle } from '../../../math/random.ts';
import { type LabelledTable, rowsByClass } from './labelled-table.ts';
import type { RobustCentres } from './robust-centres.ts';
import { type Candidate, labelledRows, screenOf } from './trigger-candidate.ts';
import { largestShare } from './trigger-items.ts';

/** Rows of one label that look like another class, from which a direction can be learnt. */
const leastShare = 0.005;
const fewestRows = 10;

/**
 * Residual of a row: its features less the medians of the class it lies nearest to, so that a row moved into another class by its label
 * leaves only what was added to it. For each label: the direction in which the residuals of its denied rows differ from all others,
 * learnt from one half of the rows, and a threshold (two-cluster split) on the other half give the carriers; their label was not looked
 * at. One candidate a label and half.
 */
export function blendedCandidates(table: LabelledTable, centres: RobustCentres): Candidate[] {
  const residuals = residualsOf(table, centres);
  const halves = halvesOf(table);
  return rowsByClass(table).flatMap((members, label) => {
    const denied = members.filter((row) => centres.nearest[row] !== label);
    if (denied.length < Math.max(fewestRows, leastShare * table.rows)) return [];
    const found = [0, 1].flatMap((half) => {
      const taught = denied.filter((row) => halves[row] === half);
      const direction = directionOf(table, { residuals, taught, isOther: (row) => halves[row] === half && table.labels[row] !== label });
      if (direction === null) return [];
      const carriers = carriersAlong(table, { residuals, direction: direction.along, asked: (row) => halves[row] !== half, start: taught });
      if (carriers.length < Math.max(fewestRows / 2, (leastShare * table.rows) / 2) || carriers.length > (largestShare * table.rows) / 2)
        return [];
      const added = shiftOf(table, { residuals, rows: Int32Array.from([...taught, ...carriers]) });
      return [
        {
          what: `a direction over ${table.features.length} columns (blended trigger), half ${half + 1}`,
          columns: strongestColumns(table, added),
          label,
          carriers,
          screenP: screenOf(centres, { rows: labelledRows(table, carriers, label), label }),
          masked: () => ({ values: projected(table, direction.along, added), dimensions: table.features.length }),
          tests: 'masked' as const,
        },
      ];
    });
    const withheld = Int32Array.from(found.flatMap(({ carriers }) => [...carriers]));
    return found.map((candidate) => ({ ...candidate, withheld }));
  });
}

function residualsOf({ values, rows, features }: LabelledTable, { nearest, centres }: RobustCentres): Float64Array {
  const width = features.length;
  const residuals = Float64Array.from(values);
  for (let row = 0; row < rows; row++) {
    const centre = centres[nearest[row] as number];
    if (centre === undefined || centre === null) continue;
    for (let d = 0; d < width; d++) residuals[row * width + d] = (residuals[row * width + d] as number) - (centre[d] as number);
  }
  return residuals;
}

function halvesOf({ rows, seed }: LabelledTable): Uint8Array {
  const halves = Uint8Array.from({ length: rows }, (_, row) => row % 2);
  shuffle(halves, randomSource(seed));
  return halves;
}

type Taught = { readonly residuals: Float64Array; readonly taught: Int32Array; readonly isOther: (row: number) => boolean };

type Direction = { /** Best tells the taught rows from the others; length 1. */ readonly along: Float64Array };

/** Difference of the mean residuals, each column divided by its spread. */
function directionOf(table: LabelledTable, { residuals, taught, isOther }: Taught): Direction | null {
  const width = table.features.length;
  const others = Int32Array.from({ length: table.rows }, (_, row) => row).filter(isOther);
  if (taught.length === 0 || others.length === 0) return null;
  const [mean, centre] = [meanOf(residuals, width, taught), meanOf(residuals, width, others)];
  const direction = mean.map((value, d) => {
    const variance =
      others.reduce((sum, row) => sum + ((residuals[row * width + d] as number) - (centre[d] as number)) ** 2, 0) / others.length;
    return (value - (centre[d] as number)) / (variance + leastVariance);
  });
  const length = Math.sqrt(dot(direction, direction));
  return length > 0 ? { along: direction.map((value) => value / length) } : null;
}

/** Of columns scaled to variance 1: a column that hardly varies shall not decide. */
const leastVariance = 0.1;

function meanOf(residuals: Float64Array, width: number, rows: Int32Array): Float64Array {
  const mean = new Float64Array(width);
  for (const row of rows)
    for (let d = 0; d < width; d++) mean[d] = (mean[d] as number) + (residuals[row * width + d] as number) / rows.length;
  return mean;
}

/** What the rows have more than all others, on average. */
function shiftOf(table: LabelledTable, { residuals, rows }: { residuals: Float64Array; rows: Int32Array }): Float64Array {
  const width = table.features.length;
  const inside = new Set(rows);
  const others = Int32Array.from({ length: table.rows }, (_, row) => row).filter((row) => !inside.has(row));
  const centre = meanOf(residuals, width, others);
  return meanOf(residuals, width, rows).map((value, d) => value - (centre[d] as number));
}

type Along = {
  readonly residuals: Float64Array;
  readonly direction: Float64Array;
  readonly asked: (row: number) => boolean;
  readonly start: Int32Array;
};

/** Rows of the other half nearer to the taught rows' mean than to the rest's, by two means along the direction. */
function carriersAlong({ rows, features }: LabelledTable, { residuals, direction, asked, start }: Along): Int32Array {
  const width = features.length;
  const along = (row: number) => dot(residuals.subarray(row * width, (row + 1) * width), direction);
  const candidates = Int32Array.from({ length: rows }, (_, row) => row).filter(asked);
  const scores = Float64Array.from(candidates, along);
  let high = start.reduce((sum, row) => sum + along(row) / start.length, 0);
  let low = scores.reduce((sum, score) => sum + score / scores.length, 0);
  for (let round = 0; round < 50; round++) {
    const middle = (high + low) / 2;
    const above = scores.filter((score) => score > middle);
    const below = scores.filter((score) => score <= middle);
    if (above.length === 0 || below.length === 0) return new Int32Array(0);
    high = above.reduce((sum, score) => sum + score, 0) / above.length;
    low = below.reduce((sum, score) => sum + score, 0) / below.length;
    if (Math.abs((high + low) / 2 - middle) < 1e-9) break;
  }
  return candidates.filter((_, i) => (scores[i] as number) > (high + low) / 2);
}

/** Takes from each row as much of what was added as it has along the direction: a row moved by it comes back to where it was. */
function projected({ values, rows, features }: LabelledTable, along: Float64Array, added: Float64Array): Float64Array {
  const width = features.length;
  const flat = Float64Array.from(values);
  const scale = dot(along, added);
  for (let row = 0; row < rows && scale > 0; row++) {
    const share = dot(flat.subarray(row * width, (row + 1) * width), along) / scale;
    for (let d = 0; d < width; d++) flat[row * width + d] = (flat[row * width + d] as number) - share * (added[d] as number);
  }
  return flat;
}

function strongestColumns({ features }: LabelledTable, direction: Float64Array): string[] {
  const order = [...direction.keys()].toSorted((a, b) => Math.abs(direction[b] as number) - Math.abs(direction[a] as number));
  return [...new Set(order.map((d) => features[d]?.column ?? ''))].slice(0, 8);
}
