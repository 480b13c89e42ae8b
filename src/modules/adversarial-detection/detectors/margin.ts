/** The model is less sure than it is of such rows: the smallest change that flips an answer ends just beyond the boundary. */
import { defineEvasionDetector, exampleFacts } from '../evasion/detector.ts';

/** A confidence this near to 0 or 1 is as good as equal to it. */
const nearest = 1e-12;
/** Log-odds against the prediction: any increasing function of the doubt orders rows the same way. */
function doubt(confidence: number): number {
  const bounded = Math.min(1 - nearest, Math.max(nearest, confidence));
  return Math.log1p(-bounded) - Math.log(bounded);
}

const neighbours = [
  [0, 1],
  [1, 1],
] as const;
export default defineEvasionDetector({
  id: 'margin',
  title: 'Unusual doubt',
  method: 'Log-odds against the predicted class, from the confidence the model gave.',
  needsConfidence: true,
  seesInput: false,
  role: 'doubt',
  score: ({ confidence }) => (confidence === null ? null : doubt(confidence)),
  statistic: ({ confidence }) => ({ confidence }),
  positive: [exampleFacts({ predicted: 0, neighbours, confidence: 0.51 })],
  harmless: [exampleFacts({ predicted: 0, neighbours, confidence: 0.97 }), exampleFacts({ predicted: 0, neighbours, confidence: 1 })],
});
