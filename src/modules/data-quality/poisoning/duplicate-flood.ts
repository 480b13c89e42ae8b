/** Rows copied more often than the table repeats itself, exactly or with a little noise. */
import { binomialTail, poissonTail } from '../../../math/counting-tails.ts';
import { kdTree, type Neighbours, nearestNeighbours } from '../../../math/kd-tree.ts';
import { dot, leadingDirections, shrunkCovariance } from '../../../math/linear-algebra.ts';
import { quantile } from '../../../math/moments.ts';
import { nearestReferences } from '../../../math/nearest-references.ts';
import { fitUpperTail, tailProbability } from '../../../math/upper-tail.ts';
import { type FamilyOutcome, type Finding, flaggedRows } from './evidence.ts';
import type { LabelledTable } from './labelled-table.ts';

const fewestRows = 50;
const neighbours = 15;
/** One or two near copies are chance; a flood is more. */
const fewestNear = 3;
const collapsePlace = 5;
/** Dimensions up to which the tree is faster than plain comparison, and to which wider tables are turned when large. */
const treeDimensions = 10;
const mostComparisons = 4e9;

/**
 * Exact copies: p of a row is P(Poisson(μ) ≥ copies), μ the median number of copies of a row in the table; where copies are usual
 * (fewer than half of the rows differ) the fitted upper tail of the copy counts has to agree.
 * Near copies: of the 15 nearest rows, j lie within distance r_j; were the rows spread evenly out to the 15th, the number within r_j
 * would be binomial with chance (r_j / r_15)^D, D the table's own dimension: the smallest such p over j ≥ 3 is one score. The other is how
 * short the distance to the fifth nearest row is. Each has the fitted upper tail of all rows as its null.
 * @source Levina and Bickel 2004 for the dimension.
 */
export function duplicateFlood(table: LabelledTable): FamilyOutcome {
  if (table.features.length === 0) return { family: 'duplicate-flood', reason: 'no column besides the label varies' };
  if (table.rows < fewestRows) return { family: 'duplicate-flood', reason: `fewer than ${fewestRows} rows` };
  const groups = equalRows(table);
  const exact = exactP(table, groups);
  const isRepetitive = groups.length < table.rows / 2;
  const near = isRepetitive ? null : nearP(table);
  const rowP = exact.map((p, row) => (near === null ? p : Math.min(1, 2 * Math.min(p, near.rowP[row] as number))));
  const flagged = flaggedRows(rowP);
  return {
    family: 'duplicate-flood',
    method:
      'copies of a row against a Poisson law at the median; collapse of the distances to the nearest rows against the spacing of the table',
    rowP,
    flagged,
    findings: largestGroups(groups, exact, new Set(flagged)),
    notes: near === null ? ['Most rows repeat: near copies were not looked for.'] : near.note === null ? [] : [near.note],
    figures: { distinctRows: groups.length, ...(near === null ? {} : { dimension: near.dimension }) },
  };
}

/** Rows with the same features, label included; the row numbers of each group ascending. */
function equalRows({ rows, values, features, labels, raw }: LabelledTable): Int32Array[] {
  const width = features.length;
  const buckets = new Map<number, number[][]>();
  const isEqual = (a: number, b: number) => {
    for (let d = 0; d < width; d++) if (values[a * width + d] !== values[b * width + d]) return false;
    return labels[a] === labels[b] && raw.every((column) => Object.is(column.values[a], column.values[b]));
  };
  for (let row = 0; row < rows; row++) {
    const bucket = buckets.get(hashOf(values, row * width, width)) ?? [];
    const group = bucket.find(([first = -1]) => isEqual(first, row));
    if (group === undefined) bucket.push([row]);
    else group.push(row);
    buckets.set(hashOf(values, row * width, width), bucket);
  }
  return [...buckets.values()].flat().map((group) => Int32Array.from(group));
}

const bits = new DataView(new ArrayBuffer(8));

/** FNV-1a over the bits of the numbers; hits are confirmed number by number. */
function hashOf(values: Float64Array, from: number, width: number): number {
  let hash = 0x811c9dc5;
  for (let d = from; d < from + width; d++) {
    bits.setFloat64(0, values[d] as number);
    hash = Math.imul(hash ^ bits.getUint32(0), 0x01000193);
    hash = Math.imul(hash ^ bits.getUint32(4), 0x01000193);
  }
  return hash >>> 0;
}

function exactP({ rows }: LabelledTable, groups: readonly Int32Array[]): Float64Array {
  const sizes = Float64Array.from(groups, (group) => group.length);
  const usual = quantile(Float64Array.from(sizes).sort(), 0.5);
  const isRepetitive = groups.length < rows / 2;
  const tail = isRepetitive && groups.length >= 30 ? fitUpperTail(sizes.map(Math.log)) : null;
  const rowP = new Float64Array(rows).fill(1);
  for (const group of groups) {
    if (group.length < 2) continue;
    const byCount = poissonTail(group.length, usual);
    const p = isRepetitive ? Math.max(byCount, tail === null ? 1 : tailProbability(tail, Math.log(group.length))) : byCount;
    for (const row of group) rowP[row] = p;
  }
  return rowP;
}

function largestGroups(groups: readonly Int32Array[], exact: Float64Array, flagged: ReadonlySet<number>): Finding[] {
  return groups
    .filter((group) => group.length > 1 && flagged.has(group[0] ?? -1))
    .toSorted((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0))
    .slice(0, 20)
    .map((rows) => {
      const p = exact[rows[0] ?? 0] ?? 1;
      return {
        what: `${rows.length} equal rows`,
        columns: [],
        label: null,
        rows,
        p,
        adjustedP: p,
        effect: rows.length,
        expected: null,
        counts: false,
      };
    });
}

function nearP(table: LabelledTable): { rowP: Float64Array; dimension: number; note: string | null } {
  const k = Math.min(neighbours, table.rows - 1);
  const { found, note } = nearestRows(table, k);
  const dimension = ownDimension(found, k);
  const contrast = new Float64Array(table.rows);
  for (let row = 0; row < table.rows; row++)
    contrast[row] = -Math.log(evenSpacingP(found.distances.subarray(row * k, (row + 1) * k), dimension));
  const collapse = collapses(found, k);
  // −ln of a p-value, and −ln of a distance (the chance of one below r is a power of r), have exponential tails.
  const [contrastTail, collapseTail] = [fitUpperTail(contrast), fitUpperTail(collapse)];
  const rowP = contrast.map((score, row) => {
    // Never stronger evidence than even spacing itself would give.
    const contrastP = Math.max(tailProbability(contrastTail, score), Math.exp(-score));
    return Math.min(1, 2 * Math.min(contrastP, tailProbability(collapseTail, collapse[row] as number)));
  });
  return { rowP, dimension, note };
}

/** −ln of the distance to the fifth nearest row; equal rows are counted as exact copies and stand at the median here. */
function collapses({ distances }: Neighbours, k: number): Float64Array {
  const place = Math.min(collapsePlace, k) - 1;
  const fifth = Float64Array.from({ length: distances.length / k }, (_, row) => distances[row * k + place] as number);
  const positive = fifth.filter((distance) => distance > 0).sort();
  const usual = positive.length === 0 ? 1 : quantile(positive, 0.5);
  return fifth.map((distance) => -Math.log(distance > 0 ? distance : usual));
}

/** The smallest binomial tail over j ≥ 3, times the number of j looked at. */
function evenSpacingP(distances: Float64Array, dimension: number): number {
  const last = distances[distances.length - 1] as number;
  if (!(last > 0)) return 1;
  let least = 1;
  for (let j = fewestNear; j < distances.length; j++) {
    const chance = ((distances[j - 1] as number) / last) ** dimension;
    // Copies at distance 0 are counted as exact ones.
    if (chance > 0) least = Math.min(least, binomialTail(j, distances.length - 1, chance));
  }
  return Math.min(1, least * (distances.length - fewestNear));
}

function nearestRows({ rows, values, features }: LabelledTable, k: number): { found: Neighbours; note: string | null } {
  const dimensions = features.length;
  if (dimensions <= treeDimensions) return { found: nearestNeighbours(kdTree({ values, dimensions }), k), note: null };
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  if (rows * rows * dimensions <= mostComparisons)
    return { found: { k, ...nearestReferences({ values, dimensions, queries: all, references: all, k }) }, note: null };
  const columns = features.map((feature) => feature.values);
  const { covariance } = shrunkCovariance(columns);
  const axes = leadingDirections(covariance, treeDimensions);
  const turned = new Float64Array(rows * axes.length);
  for (let row = 0; row < rows; row++)
    for (const [a, { vector }] of axes.entries())
      turned[row * axes.length + a] = dot(values.subarray(row * dimensions, (row + 1) * dimensions), vector);
  const note = `Near copies were looked for along the ${axes.length} leading directions of ${dimensions} columns.`;
  return { found: nearestNeighbours(kdTree({ values: turned, dimensions: axes.length }), k), note };
}

/** Median over rows of the maximum-likelihood dimension of their neighbourhood. */
function ownDimension({ distances }: Neighbours, k: number): number {
  const each: number[] = [];
  for (let from = 0; from < distances.length; from += k) {
    const last = distances[from + k - 1] as number;
    let sum = 0;
    let seen = 0;
    for (let j = from; j < from + k - 1; j++) {
      const distance = distances[j] as number;
      if (!(distance > 0) || distance >= last) continue;
      sum += Math.log(last / distance);
      seen++;
    }
    if (seen > 1) each.push((seen - 1) / sum);
  }
  return each.length === 0 ? 1 : Math.max(1, quantile(Float64Array.from(each).sort(), 0.5));
}
