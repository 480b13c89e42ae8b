/** When did a series change? Alarms one number at a time (CUSUM, Page–Hinkley), and change points looking back (energy statistic). */
import { distanceMatrix, type PointSet } from './energy-distance.ts';
import { type RandomSource, randomSource } from './random.ts';

export type Alarm = {
  /** Place at which the alarm was raised. */
  readonly at: number;
  readonly direction: 'up' | 'down';
  /** First place of the run that led to it: the likely beginning of the change. */
  readonly since: number;
};

export type CusumOptions = {
  /** What the series should be, and its standard deviation (> 0). */
  readonly target: number;
  readonly sd: number;
  /** Both in standard deviations: half the shift worth finding, and the sum that raises the alarm. */
  readonly allowance?: number;
  readonly threshold?: number;
};

/**
 * Two-sided tabular CUSUM; both sums begin anew after an alarm. Places that are not finite are passed over.
 * With allowance 0.5 and threshold 5 a shift of one sd is found after about 10 places, and a false alarm comes about every 465.
 * @source Page 1954 (Biometrika 41:100); Montgomery, Introduction to Statistical Quality Control, ch. 9.
 */
export function cusum(series: Float64Array, { target, sd, allowance = 0.5, threshold = 5 }: CusumOptions): Alarm[] {
  const alarms: Alarm[] = [];
  const up = { sum: 0, since: 0 };
  const down = { sum: 0, since: 0 };
  for (let at = 0; at < series.length; at++) {
    const z = ((series[at] as number) - target) / sd;
    if (!Number.isFinite(z)) continue;
    for (const [side, step] of [
      [up, z],
      [down, -z],
    ] as const) {
      if (side.sum === 0) side.since = at;
      side.sum = Math.max(0, side.sum + step - allowance);
      if (side.sum <= threshold) continue;
      alarms.push({ at, direction: side === up ? 'up' : 'down', since: side.since });
      up.sum = 0;
      down.sum = 0;
    }
  }
  return alarms;
}

export type PageHinkleyOptions = {
  /** In units of the series: a change smaller than `tolerance` is none, a sum above `threshold` raises the alarm. */
  readonly tolerance: number;
  readonly threshold: number;
  /** Places before the first alarm may be raised. */
  readonly warmUp?: number;
};

/**
 * Page–Hinkley test against the running mean, upward and downward; begins anew after an alarm.
 * @source Page 1954; Hinkley 1971 (Biometrika 58:509).
 */
export function pageHinkley(series: Float64Array, { tolerance, threshold, warmUp = 30 }: PageHinkleyOptions): Alarm[] {
  const alarms: Alarm[] = [];
  let state = newHinkley();
  for (let at = 0; at < series.length; at++) {
    const value = series[at] as number;
    if (!Number.isFinite(value)) continue;
    state.seen++;
    state.mean += (value - state.mean) / state.seen;
    const found = [step(state.up, value - state.mean - tolerance, at), step(state.down, state.mean - value - tolerance, at)];
    const side = found.findIndex((sum) => sum > threshold);
    if (side < 0 || state.seen < warmUp) continue;
    alarms.push({ at, direction: side === 0 ? 'up' : 'down', since: (side === 0 ? state.up : state.down).since });
    state = newHinkley();
  }
  return alarms;
}

type Side = { sum: number; least: number; since: number };
const newHinkley = () => ({ seen: 0, mean: 0, up: newSide(), down: newSide() });
const newSide = (): Side => ({ sum: 0, least: 0, since: 0 });

/** @returns how far the sum lies above its least value. */
function step(side: Side, by: number, at: number): number {
  side.sum += by;
  if (side.sum < side.least) {
    side.least = side.sum;
    side.since = at + 1;
  }
  return side.sum - side.least;
}

export type ChangePoint = {
  /** The first place of the new regime. */
  readonly at: number;
  /** nm/(n+m) · squared energy distance of what lies before and behind, within the segment that was cut. */
  readonly statistic: number;
  readonly p: number;
};
export type ChangeOptions = {
  readonly seed: number;
  /** Places that are permuted together: what comes in bursts is not independent. */
  readonly block?: number;
  /** Largest p that counts. */
  readonly alpha?: number;
  readonly rounds?: number;
  /** Fewest places of a segment. */
  readonly shortest?: number;
};
type Settings = Required<ChangeOptions>;

/**
 * Change points by binary segmentation: the cut with the largest energy statistic, kept while a permutation of blocks reaches it in at most
 * `alpha` of the rounds; then both parts again. O(n²·(d + rounds)) for n places of d numbers: thin long series first.
 * @source Matteson and James 2014 (JASA 109:334).
 */
export function changePoints(points: PointSet, options: ChangeOptions): ChangePoint[] {
  const { distances, size } = distanceMatrix([points]);
  const block = options.block ?? Math.max(1, Math.round(Math.cbrt(size)));
  const settings: Settings = { alpha: 0.01, rounds: 199, shortest: 20, ...options, block };
  const random = randomSource(options.seed);
  const found: ChangePoint[] = [];
  const waiting = [{ from: 0, to: size }];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const { from, to } = part;
    if (to - from < 2 * settings.shortest) continue;
    const order = Int32Array.from({ length: to - from }, (_, k) => from + k);
    const best = bestCut({ distances, size }, order, settings.shortest);
    let reached = 0;
    for (let round = 0; round < settings.rounds; round++) {
      const permuted = permutedBlocks(order, settings.block, random);
      if (bestCut({ distances, size }, permuted, settings.shortest).statistic >= best.statistic * (1 - 1e-9)) reached++;
    }
    const p = (1 + reached) / (1 + settings.rounds);
    if (p > settings.alpha) continue;
    const at = from + best.cut;
    found.push({ at, statistic: best.statistic, p });
    waiting.push({ from, to: at }, { from: at, to });
  }
  return found.toSorted((a, b) => a.at - b.at);
}

type Matrix = { readonly distances: Float32Array; readonly size: number };

/** The sums inside the first part and across the cut grow with it: every cut in one pass over the pairs. */
function bestCut({ distances, size }: Matrix, order: Int32Array, shortest: number): { cut: number; statistic: number } {
  const n = order.length;
  const earlier = new Float64Array(n);
  const all = new Float64Array(n);
  for (let i = 1; i < n; i++) {
    const row = (order[i] as number) * size;
    let sum = 0;
    for (let j = 0; j < i; j++) {
      const distance = distances[row + (order[j] as number)] as number;
      sum += distance;
      all[j] = (all[j] as number) + distance;
    }
    earlier[i] = sum;
    all[i] = (all[i] as number) + sum;
  }
  const pairs = earlier.reduce((sum, value) => sum + value, 0);
  let inside = 0;
  let touching = 0;
  let best = { cut: shortest, statistic: 0 };
  for (let cut = 1; cut <= n - shortest; cut++) {
    inside += earlier[cut - 1] as number;
    touching += all[cut - 1] as number;
    if (cut < shortest) continue;
    const across = touching - 2 * inside;
    const behind = pairs - inside - across;
    const m = n - cut;
    const energy = (2 * across) / (cut * m) - (2 * inside) / (cut * cut) - (2 * behind) / (m * m);
    const statistic = ((cut * m) / n) * energy;
    if (statistic > best.statistic) best = { cut, statistic };
  }
  return best;
}

/** Blocks begin at a random place, so that no boundary of theirs is always the same. */
function permutedBlocks(order: Int32Array, block: number, random: RandomSource): Int32Array {
  const offset = random.below(block);
  const starts = [0, ...Array.from({ length: Math.ceil((order.length - offset) / block) }, (_, k) => offset + k * block)];
  const blocks = starts.map((start, k) => order.subarray(start, starts[k + 1] ?? order.length)).filter(({ length }) => length > 0);
  for (let last = blocks.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = blocks[last] as Int32Array;
    blocks[last] = blocks[other] as Int32Array;
    blocks[other] = kept;
  }
  const permuted = new Int32Array(order.length);
  let at = 0;
  for (const part of blocks) {
    permuted.set(part, at);
    at += part.length;
  }
  return permuted;
}
