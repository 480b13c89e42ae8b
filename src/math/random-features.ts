/** Random Fourier features: a linear model over them is a kernel machine with the Gaussian kernel, at the price of a small layer. */
import type { RandomSource } from './random.ts';

export type FourierFeatures = {
  readonly dimensions: number;
  readonly count: number;
  /** `count` rows of `dimensions` numbers. */
  readonly frequencies: Float32Array;
  readonly phases: Float32Array;
};

/**
 * @param lengthScale ℓ of the kernel exp(−‖x − y‖² / 2ℓ²). @param count more is closer to the kernel: error about 1/√count.
 * @source Rahimi and Recht 2007, "Random features for large-scale kernel machines", algorithm 1.
 */
export function fourierFeatures(
  { dimensions, count, lengthScale }: { dimensions: number; count: number; lengthScale: number },
  random: RandomSource,
): FourierFeatures {
  const frequencies = new Float32Array(count * dimensions);
  for (let i = 0; i < frequencies.length; i++) frequencies[i] = random.normal() / lengthScale;
  const phases = Float32Array.from({ length: count }, () => 2 * Math.PI * random.next());
  return { dimensions, count, frequencies, phases };
}

/** √(2/count) · cos(ω·x + b) of one row, written to `target` from `to` on. */
export function writeFourier(
  { dimensions, count, frequencies, phases }: FourierFeatures,
  { values, at }: { values: Float32Array; at: number },
  { target, to }: { target: Float64Array; to: number },
): void {
  const scale = Math.sqrt(2 / count);
  for (let feature = 0, from = 0; feature < count; feature++, from += dimensions) {
    let angle = phases[feature] as number;
    for (let d = 0; d < dimensions; d++) angle += (frequencies[from + d] as number) * (values[at + d] as number);
    target[to + feature] = scale * Math.cos(angle);
  }
}
