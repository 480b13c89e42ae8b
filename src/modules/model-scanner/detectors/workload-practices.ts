/** Practices of configurations as findings: what the detectors of images, workloads, workflows and agents have in common. */
import type { Severity } from '../../../contract/severity.ts';
import type { Artefact, PracticeFact } from '../engine/artefact.ts';
import type { Detection } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';

export type PracticeRule = {
  readonly severity: Severity;
  /** Title of the finding; the detector's own when left out. */
  readonly title?: string;
  /** What follows from it, after the reader's own sentence. */
  readonly why?: string;
  readonly remedy?: string;
  readonly references?: readonly string[];
};
export type PracticeRules = Readonly<Record<string, PracticeRule>>;

/** @param subjects kinds of configuration that the rules speak about. */
export function practiceDetections(
  { practices }: Artefact,
  subjects: readonly PracticeFact['subject'][],
  rules: PracticeRules,
): Detection[] {
  // Asked by many detectors about every artefact, and nearly none has any.
  if (practices.length === 0) return [];
  const known = new Map(Object.entries(rules));
  return practices
    .filter(({ subject }) => subjects.includes(subject))
    .flatMap(({ code, detail, text, certainty, where }) => {
      const rule = known.get(code);
      if (!rule) return [];
      const { severity, title, why, remedy, references } = rule;
      return [
        {
          ...(title === undefined ? {} : { title }),
          ...(remedy === undefined ? {} : { remedy }),
          ...(references === undefined ? {} : { references }),
          severity,
          certainty,
          why: why === undefined ? detail : `${detail} ${why}`,
          evidence: text === '' ? code : text,
          where,
        },
      ];
    });
}

/** One artefact for each rule, as its reader would make it. */
export function practiceExamples(rules: PracticeRules, subject: PracticeFact['subject']): Artefact[] {
  return Object.keys(rules).map((code) => artefactWith({ practices: [examplePractice({ subject, code, text: `example of ${code}` })] }));
}
