/** Workflows that run with secrets and take in what strangers made. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'untrusted-code-run': { severity: 'high' },
  'untrusted-checkout': { severity: 'medium', title: 'Code of strangers is fetched where secrets are' },
  'untrusted-artefact': { severity: 'medium', title: 'Files of strangers are taken in where secrets are' },
};

export default defineDetector({
  id: 'workflow-untrusted-code',
  title: 'Code of strangers runs with the secrets of the repository',
  axis: 'posture',

  severity: 'high',
  references: ['CWE-829', 'CWE-94', 'AML.T0010'],
  remedy:
    'Build and test in a pull_request workflow without secrets; hand results on as data, check them, and never run them where secrets are.',
  detect: (artefact) => practiceDetections(artefact, ['github-workflow'], rules),
  flags: practiceExamples(rules, 'github-workflow'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'github-workflow', code: 'nothing-of-the-kind' })] })],
});
