/** Text of strangers that becomes a script. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'expression-injection': { severity: 'high' },
  'expression-injection-unprivileged': { severity: 'low', why: 'The run has no secrets and cannot write.' },
  'input-in-shell': { severity: 'low', title: 'A value that is typed in becomes part of a script' },
};

export default defineDetector({
  id: 'workflow-injection',
  title: 'Text of strangers becomes part of a script',
  axis: 'posture',

  severity: 'high',
  references: ['CWE-78', 'CWE-94', 'AML.T0010'],
  remedy: 'Put the value into env: and use "$NAME" in the script.',
  detect: (artefact) => practiceDetections(artefact, ['github-workflow', 'gitlab-ci'], rules),
  flags: practiceExamples(rules, 'github-workflow'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'github-workflow', code: 'nothing-of-the-kind' })] })],
});
