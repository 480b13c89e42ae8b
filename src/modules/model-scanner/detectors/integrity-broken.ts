/** The bytes break the rules of their own format. */
import { anomalyAdvisories } from '../engine/anomaly-advisories.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleAnomaly } from '../engine/examples.ts';

export default defineDetector({
  id: 'integrity-broken',
  title: 'The file breaks the rules of its format',
  axis: 'integrity',
  severity: 'medium',
  references: ['CWE-1286'],
  remedy: 'Get the file again and compare its digest with the one its maker publishes.',
  detect: ({ anomalies }) =>
    anomalies
      .filter(({ nature }) => nature === 'broken')
      .map(({ code, detail, proved, where }) => ({
        certainty: proved ? 'proved' : 'possible',
        why: detail,
        evidence: `${code}: ${detail}`,
        where,
        references: anomalyAdvisories(code),
      })),
  flags: [artefactWith({ anomalies: [exampleAnomaly({ code: 'safetensors-hole', nature: 'broken' })] })],
  passes: [artefactWith({ anomalies: [exampleAnomaly({ nature: 'lie' })] }), artefactWith({})],
});
