/** Which rows are odd, by detectors that each say how they judge. */
import { densityClusters } from '../../../math/density-clusters.ts';
import { kdTree, nearestNeighbours } from '../../../math/kd-tree.ts';
import { moments, quantile } from '../../../math/moments.ts';
import { keepFinite, sortNumbers } from '../../../math/sorting.ts';
import { alignedNumbers, type Column, type Frame, isNumeric } from '../frame.ts';
import { dataProblems } from '../refusal.ts';
import { columnNamed } from '../rule.ts';
import { type EnsembleAnswer, ensembleOf } from './ensemble-answer.ts';
import { isolationScores } from './isolation-forest.ts';
import { localOutlierFactors } from './local-outlier-factor.ts';

export const rowDetectors = ['isolation-forest', 'local-outlier-factor', 'density-clusters'] as const;
export type RowDetector = (typeof rowDetectors)[number];

export type AnomalyOptions = {
  readonly columns: readonly string[] | undefined;
  readonly detectors: readonly RowDetector[];
  /** Also one judgement of five detectors over columns of every type; left out: no. */
  readonly ensemble?: boolean;
  /** Expected share of false flags among the flags of the ensemble; left out: 0.05. */
  readonly falseFlagRate?: number;
  readonly seed: number;
  readonly top: number;
};

export type ColumnOutliers = {
  readonly name: string;
  /** |x − mean| / population sd > 3. */
  readonly zCount: number;
  /** 0.6745·|x − median| / MAD > 3.5; null when the MAD is 0. */
  readonly robustZCount: number | null;
  /** Below Q1 − 1.5·IQR or above Q3 + 1.5·IQR. */
  readonly iqrCount: number;
  /** The expected range by IQR. */
  readonly low: number;
  readonly high: number;
  /** Rows outside it: the first hundred. */
  readonly rows: readonly number[];
};
export type DetectorResult = {
  readonly detector: RowDetector;
  readonly method: string;
  /** Aligned to rows when the table is small enough to answer them all; else null, and `top` tells the highest. */
  readonly scores: readonly number[] | null;
  readonly top: readonly { readonly row: number; readonly score: number; readonly columns: readonly string[] }[];
  readonly parameters: Readonly<Record<string, number>>;
};
export type NotRun = { readonly detector: RowDetector; readonly reason: string };
export type Anomalies = {
  readonly columns: readonly ColumnOutliers[];
  readonly detectors: readonly DetectorResult[];
  /** null when not asked for. */
  readonly ensemble: EnsembleAnswer | null;
  readonly notRun: readonly NotRun[];
  /** Constant or without any number: no part of the row detectors. */
  readonly leftOut: readonly string[];
  /** Of the columns the row detectors saw; missing cells were set to the median. */
  readonly used: readonly string[];
  readonly seed: number;
};

const mostScores = 10_000;
const mostRowsNamed = 100;
/** Beyond it exact neighbours take too long; nothing is sampled in silence, so the detector is not run. */
const mostNeighbourRows = 200_000;
const mostTreeDimensions = 15;
const neighbours = 20;

export async function findAnomalies(frame: Frame, options: AnomalyOptions): Promise<Anomalies> {
  const chosen = options.columns === undefined ? frame.columns.filter(isNumeric) : options.columns.map((name) => columnNamed(frame, name));
  const text = chosen.find((column) => !isNumeric(column));
  if (text !== undefined) throw dataProblems.noColumns({ reason: `${text.name} is ${text.type}, anomalies are looked for in numbers` });
  if (chosen.length === 0) throw dataProblems.noColumns({ reason: 'no column holds numbers' });
  const raw = await alignedNumbers(frame, chosen);
  const described = chosen.flatMap((column, k) => describeColumn(column, raw[k] as Float64Array) ?? []);
  const standard = described.filter(({ sd }) => sd > 0);
  const scaled = standard.map(standardised);
  const judged = frame.rows < 2 || standard.length === 0 ? null : { scaled, names: standard.map(({ name }) => name) };
  const detectors: DetectorResult[] = [];
  const notRun: NotRun[] = [];
  for (const detector of options.detectors) {
    const reason = judged === null ? 'no column varies' : refusal(detector, frame.rows, standard.length);
    if (reason === null && judged !== null) detectors.push(runDetector(detector, judged, options));
    else notRun.push({ detector, reason: reason ?? 'no column varies' });
  }
  const kept = new Set(standard.map(({ name }) => name));
  return {
    columns: described.map(({ outliers }) => outliers),
    detectors,
    ensemble: options.ensemble === true ? await ensembleOf(frame, options) : null,
    notRun,
    leftOut: chosen.flatMap(({ name }) => (kept.has(name) ? [] : [name])),
    used: [...kept],
    seed: options.seed,
  };
}

type Described = {
  readonly name: string;
  readonly values: Float64Array;
  readonly mean: number;
  readonly sd: number;
  readonly median: number;
  readonly outliers: ColumnOutliers;
};

function describeColumn(column: Column, values: Float64Array): Described | null {
  const sorted = keepFinite(Float64Array.from(values));
  if (sorted.length === 0) return null;
  sortNumbers(sorted);
  const { mean, variance } = moments(sorted);
  const sd = Math.sqrt(variance);
  const median = quantile(sorted, 0.5);
  const [q1, q3] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const low = q1 - 1.5 * (q3 - q1);
  const high = q3 + 1.5 * (q3 - q1);
  const spread = sorted.map((value) => Math.abs(value - median));
  sortNumbers(spread);
  const mad = quantile(spread, 0.5);
  const outside: number[] = [];
  let iqrCount = 0;
  let zCount = 0;
  let robust = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (sd > 0 && Math.abs(value - mean) / sd > 3) zCount++;
    if (mad > 0 && (0.6745 * Math.abs(value - median)) / mad > 3.5) robust++;
    if (value < low || value > high) {
      iqrCount++;
      if (outside.length < mostRowsNamed) outside.push(row);
    }
  }
  const outliers = { name: column.name, zCount, robustZCount: mad > 0 ? robust : null, iqrCount, low, high, rows: outside };
  return { name: column.name, values, mean, sd: Number.isFinite(sd) ? sd : 0, median, outliers };
}

/** (x − mean) / population sd; a missing cell gets the median's. */
function standardised({ values, mean, sd, median }: Described): Float64Array {
  return values.map((value) => ((Number.isNaN(value) ? median : value) - mean) / sd);
}

function refusal(detector: RowDetector, rows: number, dimensions: number): string | null {
  if (detector === 'isolation-forest') return null;
  if (rows > mostNeighbourRows) return `more than ${mostNeighbourRows} rows`;
  if (dimensions > mostTreeDimensions) return `more than ${mostTreeDimensions} columns: name fewer`;
  return rows < 3 ? 'fewer than 3 rows' : null;
}

type Judged = { readonly scaled: readonly Float64Array[]; readonly names: readonly string[] };

function runDetector(detector: RowDetector, judged: Judged, { seed, top }: AnomalyOptions): DetectorResult {
  if (detector === 'isolation-forest') {
    const scores = isolationScores(judged.scaled, { seed });
    return resultOf(
      {
        detector,
        scores,
        method: '100 trees of 256 rows; a score near 1 is odd, below 0.5 ordinary',
        parameters: { trees: 100, sample: 256 },
      },
      judged,
      top,
    );
  }
  const points = interleaved(judged.scaled);
  const tree = kdTree(points);
  if (detector === 'local-outlier-factor') {
    const k = Math.min(neighbours, tree.size - 1);
    const scores = localOutlierFactors(nearestNeighbours(tree, k));
    return resultOf(
      { detector, scores, method: 'exact nearest neighbours; a factor near 1 is ordinary', parameters: { neighbours: k } },
      judged,
      top,
    );
  }
  const minPoints = Math.min(2 * judged.scaled.length, tree.size);
  const radius = kneeRadius(nearestNeighbours(tree, Math.max(1, Math.min(minPoints - 1, tree.size - 1))));
  const labels = densityClusters(tree, { radius, minPoints });
  const scores = Float64Array.from(labels, (label) => (label === -1 ? 1 : 0));
  return resultOf(
    {
      detector,
      scores,
      method: 'noise (1) belongs to no dense group; the radius is the knee of the distances to the last neighbour',
      parameters: { radius, minPoints },
    },
    judged,
    top,
  );
}

function interleaved(columns: readonly Float64Array[]): { values: Float64Array; dimensions: number } {
  const dimensions = columns.length;
  const values = new Float64Array((columns[0]?.length ?? 0) * dimensions);
  for (const [d, column] of columns.entries()) for (let i = 0; i < column.length; i++) values[i * dimensions + d] = column[i] as number;
  return { values, dimensions };
}

/** The place of the sorted k-distances farthest below the line between their ends. */
function kneeRadius({ k, distances }: { k: number; distances: Float64Array }): number {
  const last = Float64Array.from({ length: distances.length / k }, (_, i) => distances[i * k + k - 1] as number);
  sortNumbers(last);
  const lowest = last[0] as number;
  const step = ((last[last.length - 1] as number) - lowest) / Math.max(1, last.length - 1);
  let knee = last.length - 1;
  let deepest = 0;
  for (let i = 0; i < last.length; i++) {
    const depth = lowest + step * i - (last[i] as number);
    if (depth > deepest) [deepest, knee] = [depth, i];
  }
  return last[knee] as number;
}

type Scored = {
  readonly detector: RowDetector;
  readonly scores: Float64Array;
  readonly method: string;
  readonly parameters: Readonly<Record<string, number>>;
};

function resultOf({ detector, scores, method, parameters }: Scored, { scaled, names }: Judged, top: number): DetectorResult {
  const order = Int32Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || a - b,
  );
  const isNoise = detector === 'density-clusters';
  const highest = [...order.subarray(0, top)].filter((row) => !isNoise || scores[row] === 1);
  return {
    detector,
    method,
    scores: scores.length <= mostScores ? [...scores] : null,
    top: highest.map((row) => ({ row, score: scores[row] as number, columns: farthestColumns(row, scaled, names) })),
    parameters,
  };
}

/** The three columns in which the row lies farthest from the mean, in standard deviations. */
function farthestColumns(row: number, scaled: readonly Float64Array[], names: readonly string[]): string[] {
  return scaled
    .map((column, k) => ({ name: names[k] ?? '', far: Math.abs(column[row] as number) }))
    .toSorted((a, b) => b.far - a.far)
    .slice(0, 3)
    .map(({ name }) => name);
}
