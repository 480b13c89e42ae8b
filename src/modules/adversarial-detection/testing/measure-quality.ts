/** For tests and benches: how well a profile tells attacks from clean rows, by attack and detector. */
import { randomSource, shuffle } from '../../../math/random.ts';
import { buildProfile, type ProfileSource } from '../evasion/build-profile.ts';
import type { BuildReport } from '../evasion/build-report.ts';
import { harmlessColumns, harmlessCopies } from '../evasion/harmless.ts';
import { judgeInput } from '../evasion/judge-input.ts';
import type { EvasionProfile } from '../evasion/profile.ts';
import type { Attack } from './attacks.ts';
import { answerOf, type Network } from './network.ts';
import { type LabelledRows, trainNetwork } from './small-network.ts';

export type Trial = {
  readonly data: LabelledRows;
  readonly trainRows: Int32Array;
  readonly profileRows: Int32Array;
  readonly testRows: Int32Array;
  readonly network: Network;
  readonly profile: EvasionProfile;
  readonly report: BuildReport;
};

/** Rows in a seeded order, cut into training, profile and test. */
export function layTrial(
  data: LabelledRows,
  shares: { train: number; profile: number },
  {
    seed = 1,
    rate = 0.01,
    train = trainNetwork,
    mistakes = 'count',
  }: {
    seed?: number;
    rate?: number;
    /** Learns the network under attack. */
    train?: (data: LabelledRows, rows: Int32Array, options: { seed: number }) => Network;
    mistakes?: 'count' | 'set-aside';
  } = {},
): Trial {
  const order = Int32Array.from(data.labels, (_, row) => row);
  shuffle(order, randomSource(seed));
  const trainRows = order.subarray(0, shares.train);
  const profileRows = order.subarray(shares.train, shares.train + shares.profile);
  const testRows = order.subarray(shares.train + shares.profile);
  const network = train(data, trainRows, { seed });
  const { profile, report } = drain(
    buildProfile({ ...sourceOf({ data, network }, profileRows, { rate, seed, known: trainRows }), mistakes }),
  );
  return { data, trainRows, profileRows, testRows, network, profile, report };
}

/** @param known rows the network learnt from: compared with, and setting no threshold. */
export function sourceOf(
  { data, network }: Pick<Trial, 'data' | 'network'>,
  fresh: Int32Array,
  { rate, seed, known }: { rate: number; seed: number; known: Int32Array },
): ProfileSource {
  const { values, dimensions, labels } = data;
  const rows = Int32Array.of(...known, ...fresh);
  const trainedOn = Uint8Array.from(rows, (_, at) => (at < known.length ? 1 : 0));
  const cells = new Float32Array(rows.length * dimensions);
  for (const [to, row] of rows.entries()) cells.set(values.subarray(row * dimensions, (row + 1) * dimensions), to * dimensions);
  const answers = Array.from(rows, (row) => answerOf(network, values.subarray(row * dimensions, (row + 1) * dimensions)));
  return {
    values: cells,
    dimensions,
    labels: Array.from(rows, (row) => String(labels[row])),
    predictions: answers.map(({ label }) => String(label)),
    confidences: Float32Array.from(answers, ({ confidence }) => confidence),
    trainedOn,
    bounds: null,
    kinds: null,
    targetRate: rate,
    seed,
    mostRows: 50_000,
  };
}

export function drain<Step, Result>(steps: Generator<Step, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

export type Scores = { readonly byDetector: ReadonlyMap<string, number[]>; readonly fused: number[]; readonly flagged: number };

/** Strangeness of inputs as the network answers them: −p of each detector and of all, so that more is stranger. */
export function scoreInputs({ network, profile }: Pick<Trial, 'network' | 'profile'>, inputs: readonly ArrayLike<number>[]): Scores {
  const byDetector = new Map<string, number[]>();
  const fused: number[] = [];
  let flagged = 0;
  for (const features of inputs) {
    const { label, confidence } = answerOf(network, features);
    const judged = judgeInput(profile, { features, prediction: label, confidence });
    for (const { id, score } of judged.answers) byDetector.set(id, [...(byDetector.get(id) ?? []), score]);
    if (judged.fused !== null) fused.push(judged.fused.score);
    if (judged.flagged) flagged += 1;
  }
  return { byDetector, fused, flagged: flagged / inputs.length };
}

const rowOf = ({ values, dimensions }: LabelledRows, row: number) => values.slice(row * dimensions, (row + 1) * dimensions);

/** Clean rows of the test part that the network answers right, and their successful attacks. */
export function attackRows({ data, network, testRows }: Trial, attack: Attack, most: number): Float64Array[] {
  const changed: Float64Array[] = [];
  for (const row of testRows) {
    if (changed.length >= most) break;
    const x = rowOf(data, row);
    const label = data.labels[row] as number;
    if (answerOf(network, x).label !== label) continue;
    const moved = attack(network, x, label);
    if (answerOf(network, moved).label !== label) changed.push(moved);
  }
  return changed;
}
export const cleanRows = ({ data, testRows }: Trial): Float64Array[] => Array.from(testRows, (row) => rowOf(data, row));

/** Clean rows of the test part that the network answers right. */
export const rightRows = ({ data, network, testRows }: Trial): Float64Array[] =>
  Array.from(testRows)
    .filter((row) => answerOf(network, rowOf(data, row)).label === data.labels[row])
    .map((row) => rowOf(data, row));

/** Harmless copies of the test part, answered by the network itself. */
export function harmlessRows(trial: Trial, seed = 5): Float32Array[] {
  const { data, testRows } = trial;
  const raw = { values: Float32Array.from(data.values), dimensions: data.dimensions };
  const columns = harmlessColumns(raw, trial.profileRows, null);
  const random = randomSource(seed);
  return Array.from(testRows).flatMap((row) => {
    const copies = harmlessCopies(rowOf(data, row), columns, random);
    return Array.from({ length: copies.length / data.dimensions }, (_, at) =>
      copies.slice(at * data.dimensions, (at + 1) * data.dimensions),
    );
  });
}

/** Area under the ROC curve, ties counted half. */
export function areaUnderCurve(negative: readonly number[], positive: readonly number[]): number {
  let wins = 0;
  for (const high of positive) for (const low of negative) wins += high > low ? 1 : high === low ? 0.5 : 0;
  return wins / (negative.length * positive.length);
}

/** Share of attacks above the threshold that at most `rate` of the clean rows exceed. */
export function truePositiveRate(negative: readonly number[], positive: readonly number[], rate: number): number {
  const sorted = [...negative].sort((one, other) => other - one);
  const threshold = sorted[Math.floor(rate * sorted.length)] ?? Infinity;
  return positive.filter((score) => score > threshold).length / positive.length;
}
