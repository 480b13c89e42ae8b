/** Two readers of the same bytes would see different things, or bytes are hidden from one of them. */
import type { AnomalyFact } from '../engine/artefact.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleAnomaly } from '../engine/examples.ts';

/** Advisories of other scanners that looked at one view only, by the view that lies. */
const advisories: ReadonlyMap<string, readonly string[]> = new Map([
  ['zip-name-mismatch', ['CVE-2025-1944']],
  ['zip-false-encryption', ['CVE-2025-1945']],
  ['zip-flag-mismatch', ['CVE-2025-1945']],
  ['zip-bad-crc', ['CVE-2025-10156']],
  ['torch-storage-size', ['CVE-2026-24747']],
  ['gguf-overflow', ['CVE-2025-53630', 'CVE-2024-21836']],
  ['onnx-external-key', ['CVE-2026-34445']],
]);

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
        references: advisories.get(anomaly.code) ?? [],
      })),
  flags: [artefactWith({ anomalies: [exampleAnomaly({})] })],
  passes: [artefactWith({ anomalies: [exampleAnomaly({ code: 'npy-trailing', nature: 'broken' })] }), artefactWith({})],
});

function evidenceOf({ code, detail }: AnomalyFact): string {
  return `${code}: ${detail}`;
}
