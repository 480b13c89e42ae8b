/** How much one thing tells about another, from counts. */
import { type RandomSource, shuffle } from '../../../math/random.ts';

/** Natural logarithm; Miller and Madow's correction of each of the three entropies by (cells − 1) / 2n. Never below 0. */
export function mutualInformation(left: Int32Array, right: Int32Array): number {
  const n = left.length;
  if (n === 0) return 0;
  const [a, b, joint] = [new Map<number, number>(), new Map<number, number>(), new Map<string, number>()];
  for (let i = 0; i < n; i++) {
    const [x, y] = [left[i] as number, right[i] as number];
    a.set(x, (a.get(x) ?? 0) + 1);
    b.set(y, (b.get(y) ?? 0) + 1);
    joint.set(`${x} ${y}`, (joint.get(`${x} ${y}`) ?? 0) + 1);
  }
  return Math.max(0, entropyOf(a.values(), n) + entropyOf(b.values(), n) - entropyOf(joint.values(), n));
}

/** Entropy in nats with Miller and Madow's correction. @source Miller 1955. */
export function entropyOf(counts: Iterable<number>, n: number): number {
  let sum = 0;
  let cells = 0;
  for (const count of counts) {
    if (count === 0) continue;
    sum -= (count / n) * Math.log(count / n);
    cells++;
  }
  return sum + (cells - 1) / (2 * n);
}

/**
 * Σ over the strata of their share times the information within; one stratum is plain information.
 * @param strata a number for each row, or null.
 */
export function conditionalInformation(left: Int32Array, right: Int32Array, strata: Int32Array | null): number {
  if (strata === null) return mutualInformation(left, right);
  const rows = Map.groupBy(strata.keys(), (row) => strata[row] as number);
  let sum = 0;
  for (const group of rows.values()) {
    const part = (values: Int32Array): Int32Array => Int32Array.from(group, (row) => values[row] as number);
    sum += (group.length / left.length) * mutualInformation(part(left), part(right));
  }
  return sum;
}

export type Permuted = { readonly value: number; readonly p: number };

/**
 * Information, and the share of shuffles (within strata) that tell as much: p = (1 + #) / (shuffles + 1).
 * @param shuffles 199 give p down to 0.005.
 */
export function permutedInformation(
  { left, right, strata = null }: { left: Int32Array; right: Int32Array; strata?: Int32Array | null },
  random: RandomSource,
  shuffles = 199,
): Permuted {
  const value = conditionalInformation(left, right, strata);
  const groups = strata === null ? [[...left.keys()]] : [...Map.groupBy(strata.keys(), (row) => strata[row] as number).values()];
  const moved = left.slice();
  let asMuch = 0;
  for (let k = 0; k < shuffles; k++) {
    for (const group of groups) {
      const part = Int32Array.from(group, (row) => left[row] as number);
      shuffle(part, random);
      for (const [at, row] of group.entries()) moved[row] = part[at] as number;
    }
    if (conditionalInformation(moved, right, strata) >= value - 1e-12) asMuch++;
  }
  return { value, p: (1 + asMuch) / (shuffles + 1) };
}

/** Bins of equal frequency; equal numbers share a bin. @returns a bin for each number. */
export function equalFrequencyBins(values: ArrayLike<number>, bins: number): Int32Array {
  const n = values.length;
  const sorted = Float64Array.from(values).sort();
  const edges = Array.from({ length: bins - 1 }, (_, k) => sorted[Math.min(n - 1, Math.floor(((k + 1) * n) / bins))] as number);
  const cuts = [...new Set(edges)];
  return Int32Array.from({ length: n }, (_, i) => cuts.filter((cut) => (values[i] as number) >= cut).length);
}
