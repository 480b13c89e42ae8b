/** A detection of a rule as a finding of the contract. */
import { hash } from 'node:crypto';
import type { Finding, Where } from '../../../contract/finding.ts';
import type { Detection, Detector } from './detector.ts';

type Redaction = { redacted(text: string): string };

/** No word about a file shows a secret in it, whoever quotes it. */
export function findingOf(detector: Detector, detection: Detection, places: Redaction): Finding {
  // A name in the file may be empty; a finding never stands without words and something to show.
  const evidence = places.redacted(detection.evidence).slice(0, 4000) || '(empty)';
  const effect = detection.effect ?? detector.effect;
  return {
    ruleId: detector.id,
    title: places.redacted(detection.title ?? detector.title).slice(0, 300),
    severity: detection.severity ?? detector.severity,
    axis: detector.axis,
    ...(effect === undefined ? {} : { effect }),
    certainty: detection.certainty,
    why: places.redacted(detection.why).slice(0, 4000) || detector.title,
    where: detection.where,
    evidence,
    fingerprint: fingerprintOf(detector.id, detection.where, evidence),
    references: referencesOf(detector.references, detection.references),
    remedy: (detection.remedy ?? detector.remedy).slice(0, 2000),
    mark: 'static',
  };
}

function referencesOf(own: readonly string[], more: readonly string[] | undefined): string[] {
  return [...(more === undefined || more.length === 0 ? own : new Set([...own, ...more]))].slice(0, 40);
}

/** SHA-256 over rule, container path and evidence. The folder of the file is left out, so that a moved file keeps its findings. */
export function fingerprintOf(ruleId: string, { containerPath }: Where, evidence: string): string {
  const [file = '', ...inner] = containerPath;
  const name = file.slice(file.lastIndexOf('/') + 1);
  return hash('sha256', JSON.stringify([ruleId, name, ...inner, evidence]));
}
