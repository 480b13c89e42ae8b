/** Two readers of the same bytes would see different things, or bytes are hidden from one of them. */
import { anomalyAdvisories } from '../engine/anomaly-advisories.ts';
import type { AnomalyFact } from '../engine/artefact.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleAnomaly } from '../engine/examples.ts';

export default defineDetector({
  id: 'integrity-lie',
  title: 'Programs disagree about what this file holds',
  axis: 'integrity',
  severity: 'high',
  references: ['CWE-436', 'CWE-345', 'AML.T0010'],
  remedy: 'Do not load this file. Build the archive anew from trusted parts.',
  detect: ({ anomalies }) =>
    anomalies
      .filter(({ nature }) => nature === 'lie')
      .map((anomaly) => ({
        certainty: anomaly.proved ? 'proved' : 'possible',
        why: anomaly.detail,
        evidence: evidenceOf(anomaly),
        where: anomaly.where,
        references: anomalyAdvisories(anomaly.code),
      })),
  flags: [artefactWith({ anomalies: [exampleAnomaly({})] })],
  passes: [artefactWith({ anomalies: [exampleAnomaly({ code: 'npy-trailing', nature: 'broken' })] }), artefactWith({})],
});

function evidenceOf({ code, detail }: AnomalyFact): string {
  return `${code}: ${detail}`;
}
