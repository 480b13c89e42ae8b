/** The face of a detector: one file, one rule, its own examples (house-style.md). */
import type { Effect, Where } from '../../../contract/finding.ts';
import type { Severity } from '../../../contract/severity.ts';
import type { Artefact } from './artefact.ts';

export type Detection = {
  /** Overrides the detector's title, severity, effect or remedy when the fact says more. */
  readonly title?: string;
  readonly severity?: Severity;
  readonly effect?: Effect;
  readonly remedy?: string;
  readonly certainty: 'proved' | 'possible' | 'unknown';
  readonly why: string;
  readonly evidence: string;
  readonly where: Where;
  /** Ids beyond the detector's own, e.g. the CVE of this very fact. */
  readonly references?: readonly string[];
};

export type Detector = {
  readonly id: string;
  readonly title: string;
  readonly axis: 'effect' | 'integrity' | 'posture';
  readonly effect?: Effect;
  readonly severity: Severity;
  readonly references: readonly string[];
  readonly remedy: string;
  /** Sees one artefact at a time; members are offered on their own. Pure. */
  readonly detect: (artefact: Artefact) => readonly Detection[];
  /** At least one artefact that must be flagged and one that must not; run by the shared test. */
  readonly flags: readonly Artefact[];
  readonly passes: readonly Artefact[];
};

export function defineDetector(detector: Detector): Detector {
  return detector;
}
