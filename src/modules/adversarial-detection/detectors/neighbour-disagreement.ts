/** The rows nearest to the input have another label than the model says. */
import { defineEvasionDetector, exampleFacts } from '../evasion/detector.ts';
import type { EvasionFacts } from '../evasion/facts.ts';

/** Distance-weighted share of the neighbours with another class, in [0, 1]. */
function otherShare({ neighbourClasses, nearest, predicted }: EvasionFacts): number {
  let other = 0;
  let all = 0;
  for (let place = 0; place < neighbourClasses.length; place++) {
    if ((neighbourClasses[place] as number) < 0) continue;
    const weight = 1 / ((nearest.distances[place] as number) + 1e-6);
    all += weight;
    if (neighbourClasses[place] !== predicted) other += weight;
  }
  return all === 0 ? 1 : other / all;
}

/** Distance to the nearest row of the predicted class, and of any other. */
function classDistances({ nearest: { ofClass }, predicted }: EvasionFacts): { own: number; other: number } {
  let other = Infinity;
  for (let k = 0; k < ofClass.length; k++) if (k !== predicted && (ofClass[k] as number) < other) other = ofClass[k] as number;
  return { own: predicted < 0 ? Infinity : (ofClass[predicted] as number), other };
}

/** own / (own + other), in [0, 1]: ½ where both are as near. Breaks the ties of the share. */
function ownRatio(facts: EvasionFacts): number {
  const { own, other } = classDistances(facts);
  if (own === Infinity) return 1;
  return own + other === 0 ? 0.5 : own / (own + other);
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

export default defineEvasionDetector({
  id: 'neighbour-disagreement',
  title: 'Neighbours disagree',
  method:
    'Distance-weighted share of the 10 nearest reference rows with another label, plus own-class distance over own-class and other-class distance.',
  needsConfidence: false,
  seesInput: true,
  role: 'answer',
  score: (facts) => otherShare(facts) + ownRatio(facts),
  statistic: (facts) => {
    const { own, other } = classDistances(facts);
    return {
      otherLabelShare: otherShare(facts),
      ownClassDistance: finite(own),
      otherClassDistance: finite(other),
      nearestDistance: finite(facts.nearest.distances[0] as number),
    };
  },
  positive: [
    exampleFacts({
      predicted: 1,
      neighbours: [
        [0, 1],
        [0, 1.1],
        [0, 1.2],
        [1, 4],
      ],
    }),
    exampleFacts({
      predicted: -1,
      neighbours: [
        [0, 1],
        [1, 2],
      ],
    }),
  ],
  harmless: [
    exampleFacts({
      predicted: 0,
      neighbours: [
        [0, 1],
        [0, 1.1],
        [0, 1.2],
        [1, 4],
      ],
    }),
    // An ambiguous row with a neighbour of another class is not an attack.
    exampleFacts({
      predicted: 0,
      neighbours: [
        [0, 1],
        [1, 1.5],
        [0, 1.6],
        [0, 1.7],
      ],
    }),
  ],
});
