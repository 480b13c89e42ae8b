/** Machines of ours that strangers set to work. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'self-hosted-public': { severity: 'medium' },
};

export default defineDetector({
  id: 'workflow-self-hosted',
  title: 'Strangers set off work on a machine of ours',
  axis: 'posture',

  severity: 'medium',
  references: ['CWE-829', 'CWE-668', 'AML.T0010'],
  remedy: 'Use hosted or throw-away runners for pull requests, and require approval for every contributor from outside.',
  detect: (artefact) => practiceDetections(artefact, ['github-workflow'], rules),
  flags: practiceExamples(rules, 'github-workflow'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'github-workflow', code: 'nothing-of-the-kind' })] })],
});
