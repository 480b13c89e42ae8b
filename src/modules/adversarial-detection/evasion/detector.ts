/** What a calibrated evasion detector is: a score of an input, higher is stranger, and its own proof. */
import type { ShapeFacts } from './class-shapes.ts';
import type { EvasionFacts } from './facts.ts';

export type EvasionDetector = {
  readonly id: string;
  readonly title: string;
  /** One sentence: what the score is. */
  readonly method: string;
  /** Without a confidence the detector has no score. */
  readonly needsConfidence: boolean;
  /** A copy of a row keeps the model's answer: of a detector that sees nothing else, copies prove nothing. */
  readonly seesInput: boolean;
  /**
   * `answer`: the model's answer does not fit the input. `doubt` and `change` say nothing of an attack by themselves: they count as far as the
   * first lets them.
   */
  readonly role: 'answer' | 'doubt' | 'change';
  /** @returns null when the facts do not hold what it needs. Never NaN. */
  readonly score: (facts: EvasionFacts) => number | null;
  /** The figures behind the score, for people. */
  readonly statistic: (facts: EvasionFacts) => Record<string, number | null>;
  /** Each positive must score above each harmless one. */
  readonly positive: readonly EvasionFacts[];
  readonly harmless: readonly EvasionFacts[];
};

export function defineEvasionDetector(detector: EvasionDetector): EvasionDetector {
  return detector;
}

/** For examples: facts of an input whose ten neighbours have the classes given, at the distances given. */
export function exampleFacts(draft: {
  predicted: number;
  neighbours: readonly (readonly [cls: number, distance: number])[];
  supports?: readonly [number, number, number];
  confidence?: number | null;
  shape?: ShapeFacts;
}): EvasionFacts {
  const classes = Math.max(draft.predicted, ...draft.neighbours.map(([known]) => known)) + 1;
  const ofClass = new Float64Array(classes).fill(Infinity);
  for (const [known, distance] of draft.neighbours) ofClass[known] = Math.min(ofClass[known] as number, distance);
  return {
    predicted: draft.predicted,
    confidence: draft.confidence ?? null,
    neighbourClasses: Int32Array.from(draft.neighbours, ([known]) => known),
    nearest: {
      rows: Int32Array.from(draft.neighbours, (_, place) => place),
      distances: Float64Array.from(draft.neighbours, ([, distance]) => distance),
      ofClass,
    },
    supports: draft.supports ?? [1, 1, 1],
    shape: draft.shape ?? null,
  };
}
