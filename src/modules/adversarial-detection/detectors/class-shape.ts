/** The input lies where rows of another class lie, seen from how each class varies. */

import type { ShapeFacts } from '../evasion/class-shapes.ts';
import { defineEvasionDetector, exampleFacts } from '../evasion/detector.ts';

/** A class that was never seen is as unlikely as can be. */
const farthest = 1e6;
function likelierBy({ own, other }: ShapeFacts): number {
  if (own === null) return farthest;
  return Math.max(-farthest, Math.min(farthest, other === null ? -farthest : own - other));
}

const neighbours = [
  [0, 1],
  [1, 1],
] as const;
export default defineEvasionDetector({
  id: 'class-shape',
  title: 'Another class fits better',
  method:
    'Log-likelihood ratio of the likeliest other class against the predicted one; each class is a Gaussian of its rows after harmless change (regularised discriminant analysis).',
  needsConfidence: false,
  seesInput: true,
  role: 'answer',
  score: ({ shape }) => (shape === null ? null : likelierBy(shape)),
  statistic: ({ shape }) => ({ logLikelihoodRatio: shape === null ? null : likelierBy(shape) }),
  positive: [
    exampleFacts({ predicted: 0, neighbours, shape: { own: 90, other: 40, apart: 60 } }),
    exampleFacts({ predicted: -1, neighbours, shape: { own: null, other: 40, apart: 60 } }),
  ],
  harmless: [
    exampleFacts({ predicted: 0, neighbours, shape: { own: 40, other: 90, apart: 60 } }),
    // Far from everything, and still nearest to its own class.
    exampleFacts({ predicted: 0, neighbours, shape: { own: 400, other: 460, apart: 900 } }),
  ],
});
