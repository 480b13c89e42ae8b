/** The input varies where rows do not. Evidence of change and not of attack, so it only counts beside an answer that does not fit. */
import { defineEvasionDetector, exampleFacts } from '../evasion/detector.ts';

const neighbours = [
  [0, 1],
  [1, 1],
] as const;
export default defineEvasionDetector({
  id: 'unusual-change',
  title: 'Unusual change',
  method:
    'Squared Mahalanobis distance from all rows. A model that errs by itself errs on inputs like others; this tells them from inputs that were changed. Counts as far as the evidence against the answer lets it.',
  needsConfidence: false,
  seesInput: true,
  role: 'change',
  score: ({ shape }) => (shape === null ? null : shape.apart),
  statistic: ({ shape }) => ({ squaredDistance: shape?.apart ?? null }),
  positive: [exampleFacts({ predicted: 0, neighbours, shape: { own: 90, other: 40, apart: 300 } })],
  harmless: [exampleFacts({ predicted: 0, neighbours, shape: { own: 40, other: 90, apart: 60 } })],
});
