/** Other models, of other kinds and trained on the same rows, deny the prediction. */
import { defineEvasionDetector, exampleFacts } from '../evasion/detector.ts';

/** P(at least two of three independent denials), denial having probability 1 − support. */
function twoDeny([first, second, third]: readonly [number, number, number]): number {
  const [a, b, c] = [1 - first, 1 - second, 1 - third];
  return a * b + a * c + b * c - 2 * a * b * c;
}

const neighbours = [
  [0, 1],
  [1, 1],
] as const;
export default defineEvasionDetector({
  id: 'ensemble-disagreement',
  title: 'Other models disagree',
  method: 'Probability that at least two of a logistic model, a random forest and a Gaussian-kernel model deny the predicted label.',
  needsConfidence: false,
  seesInput: true,
  role: 'answer',
  score: ({ supports }) => twoDeny(supports),
  statistic: ({ supports: [logistic, forest, kernel] }) => ({ logisticSupport: logistic, forestSupport: forest, kernelSupport: kernel }),
  positive: [exampleFacts({ predicted: 0, neighbours, supports: [0.02, 0.1, 0.4] })],
  // One model that errs is no evidence.
  harmless: [
    exampleFacts({ predicted: 0, neighbours, supports: [0.02, 0.97, 0.98] }),
    exampleFacts({ predicted: 0, neighbours, supports: [0.9, 0.8, 0.95] }),
  ],
});
