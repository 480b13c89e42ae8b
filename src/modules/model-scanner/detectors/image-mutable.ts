/** Images whose content can change under the same name. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'mutable-image': { severity: 'low' },
  'image-without-digest': { severity: 'informational' },
};

export default defineDetector({
  id: 'image-mutable',
  title: 'The image can change without a change here',
  axis: 'posture',

  severity: 'low',
  references: ['CWE-1357', 'CWE-494', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Name the image by its digest (name@sha256:…) and let a bot raise it.',
  detect: (artefact) => practiceDetections(artefact, ['dockerfile', 'compose', 'kubernetes', 'pipeline', 'gitlab-ci'], rules),
  flags: practiceExamples(rules, 'dockerfile'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'dockerfile', code: 'nothing-of-the-kind' })] })],
});
