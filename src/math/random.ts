/** A seeded source of random numbers: same seed, same numbers, on every machine. Not for secrets. */

export type RandomSource = {
  /** A number in [0, 1) with 53 random bits. */
  next(): number;
  /** A whole number in [0, n), each equally likely; n from 1 to 2^32. */
  below(n: number): number;
  /** A number of the standard normal distribution (polar method). */
  normal(): number;
};

/**
 * @param seed taken modulo 2^32.
 * @source xoshiro128** 1.1, Blackman and Vigna 2018; its state is filled by splitmix32.
 */
export function randomSource(seed: number): RandomSource {
  const word = stateFilledFrom(seed);
  const next = () => ((word() >>> 5) * 67_108_864 + (word() >>> 6)) / 9_007_199_254_740_992;
  return { next, below: (n) => belowOf(word, n), normal: () => normalOf(next) };
}

function stateFilledFrom(seed: number): () => number {
  let mixed = seed >>> 0;
  const fill = () => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let z = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let a = fill();
  let b = fill();
  let c = fill();
  let d = fill();
  return () => {
    const product = Math.imul(b, 5);
    const word = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return word;
  };
}

/** Words beyond the last whole multiple of n are drawn again: otherwise small numbers would come more often. */
function belowOf(word: () => number, n: number): number {
  const fair = 4_294_967_296 - (4_294_967_296 % n);
  for (;;) {
    const drawn = word();
    if (drawn < fair) return drawn % n;
  }
}

function normalOf(next: () => number): number {
  for (;;) {
    const u = 2 * next() - 1;
    const v = 2 * next() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}

/** Shuffles in place (Fisher and Yates): every order is equally likely. */
export function shuffle(values: Int32Array | Uint8Array | Float64Array, random: RandomSource): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = values[last] as number;
    values[last] = values[other] as number;
    values[other] = kept;
  }
}

/** @returns `count` different whole numbers of [0, n) in random order; count ≤ n. @source Floyd's algorithm, then shuffled. */
export function sampleWithoutReplacement(n: number, count: number, random: RandomSource): Int32Array {
  const chosen = new Set<number>();
  for (let top = n - count; top < n; top++) {
    const drawn = random.below(top + 1);
    chosen.add(chosen.has(drawn) ? top : drawn);
  }
  const sample = Int32Array.from(chosen);
  shuffle(sample, random);
  return sample;
}
