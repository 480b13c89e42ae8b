/** Content that grows beyond all bounds when it is read. */
import { anomalyAdvisories } from '../engine/anomaly-advisories.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleAnomaly } from '../engine/examples.ts';

export default defineDetector({
  id: 'resource-bomb',
  title: 'Reading this file exhausts memory, disk or time',
  axis: 'effect',
  effect: 'dos',
  severity: 'high',
  references: ['CWE-409', 'CWE-400', 'AML.T0029'],
  remedy: 'Do not unpack or load this file without limits.',
  detect: ({ anomalies }) =>
    anomalies
      .filter(({ nature }) => nature === 'bomb')
      .map(({ code, detail, proved, where }) => ({
        certainty: proved ? 'proved' : 'possible',
        why: detail,
        evidence: `${code}: ${detail}`,
        where,
        references: anomalyAdvisories(code),
      })),
  flags: [artefactWith({ anomalies: [exampleAnomaly({ code: 'zip-overlap-bomb', nature: 'bomb' })] })],
  passes: [artefactWith({ anomalies: [exampleAnomaly({ nature: 'lie' })] }), artefactWith({})],
});
