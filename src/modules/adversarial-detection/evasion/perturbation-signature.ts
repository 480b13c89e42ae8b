/** What an input was changed by, read from its difference to the unchanged one: it names a technique, and proves no attack. */

export type Norms = { readonly l0: number; readonly l1: number; readonly l2: number; readonly linf: number };
export const shapes = ['none', 'sign-step', 'projected-steps', 'small-dense', 'few-coordinates', 'blocks', 'unknown'] as const;
export type Shape = (typeof shapes)[number];
export type PerturbationSignature = {
  readonly norms: Norms;
  readonly shape: Shape;
  /** Attacks that leave this shape. A harmless change may leave it too. */
  readonly candidates: readonly string[];
  /** Share of the changed coordinates that moved by the largest step, up or down. */
  readonly atLargest: number;
  readonly changedShare: number;
  /** Mean length of runs of neighbouring changed coordinates that moved the same way. */
  readonly runLength: number;
};

/** Steps that differ by less than this share of the largest are equal: inputs are often kept in single precision. */
const equalWithin = 1e-3;
const candidatesOf: Readonly<Record<Shape, readonly string[]>> = {
  none: [],
  'sign-step': ['FGSM'],
  'projected-steps': ['PGD', 'BIM'],
  'small-dense': ['DeepFool', 'C&W-L2'],
  'few-coordinates': ['one-pixel', 'JSMA'],
  blocks: ['Square'],
  unknown: [],
};

/**
 * @param input, baseline same length, finite. @returns L0 is a count, the others are in the units of the features.
 * @source Goodfellow 2015 (one step of equal size), Madry 2018 (mass at ±ε), Moosavi-Dezfooli 2016 and Carlini and Wagner 2017 (small,
 * dense), Su 2019 and Papernot 2016 (few coordinates), Andriushchenko 2020 (blocks).
 */
export function perturbationSignature(input: readonly number[], baseline: readonly number[]): PerturbationSignature {
  const steps = input.map((value, at) => value - (baseline[at] as number));
  const norms = normsOf(steps);
  const changed = steps.filter((step) => step !== 0);
  const atLargest =
    changed.length === 0 ? 0 : changed.filter((step) => Math.abs(step) >= norms.linf * (1 - equalWithin)).length / changed.length;
  const facts = { atLargest, changedShare: norms.l0 / steps.length, runLength: meanRun(steps), changed: norms.l0, size: steps.length };
  const shape = shapeOf(facts);
  return { norms, shape, candidates: candidatesOf[shape], atLargest, changedShare: facts.changedShare, runLength: facts.runLength };
}

function normsOf(steps: readonly number[]): Norms {
  let l0 = 0;
  let l1 = 0;
  let square = 0;
  let linf = 0;
  for (const step of steps) {
    const size = Math.abs(step);
    if (size > 0) l0 += 1;
    l1 += size;
    square += size * size;
    if (size > linf) linf = size;
  }
  return { l0, l1, l2: Math.sqrt(square), linf };
}

function meanRun(steps: readonly number[]): number {
  let runs = 0;
  let changed = 0;
  let before = 0;
  for (const step of steps) {
    const sign = Math.sign(step);
    if (sign !== 0) {
      changed += 1;
      if (sign !== before) runs += 1;
    }
    before = sign;
  }
  return runs === 0 ? 0 : changed / runs;
}

type Facts = {
  readonly atLargest: number;
  readonly changedShare: number;
  readonly runLength: number;
  readonly changed: number;
  readonly size: number;
};

function shapeOf({ atLargest, changedShare, runLength, changed, size }: Facts): Shape {
  if (changed === 0) return 'none';
  if (size < 8) return 'unknown';
  if (changed <= Math.max(1, Math.floor(size * 0.1))) return 'few-coordinates';
  // Random signs change after two coordinates on average.
  if (atLargest >= 0.8 && runLength >= 3) return 'blocks';
  if (atLargest >= 0.8) return 'sign-step';
  if (atLargest >= 0.25) return 'projected-steps';
  if (changedShare >= 0.4 && atLargest < 0.1) return 'small-dense';
  return 'unknown';
}
