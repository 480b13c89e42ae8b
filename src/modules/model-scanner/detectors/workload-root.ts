/** Containers that run as root. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'runs-as-root': { severity: 'low', title: 'The container runs as root' },
  'no-user': { severity: 'informational' },
  'run-as-user-root': { severity: 'low', title: 'The task runs as root' },
};

export default defineDetector({
  id: 'workload-root',
  title: 'The container may run as root',
  axis: 'posture',

  severity: 'low',
  references: ['CWE-250', 'AML.T0010'],
  remedy: 'Run as a user without rights: USER in the image, runAsNonRoot in the manifest.',
  detect: (artefact) => practiceDetections(artefact, ['dockerfile', 'compose', 'kubernetes', 'pipeline', 'gitlab-ci'], rules),
  flags: practiceExamples(rules, 'dockerfile'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'dockerfile', code: 'nothing-of-the-kind' })] })],
});
