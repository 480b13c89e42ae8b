/** Secrets that end in logs, caches and artefacts. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'secret-in-log': { severity: 'medium' },
  'secret-in-cache': { severity: 'medium' },
  'token-over-http': { severity: 'high', title: 'A token is sent over http', references: ['CWE-319'] },
};

export default defineDetector({
  id: 'workflow-secret-exposure',
  title: 'Secrets reach a place where others read them',
  axis: 'posture',

  severity: 'medium',
  references: ['CWE-532', 'CWE-522', 'AML.T0055', 'LLM02:2025'],
  remedy: 'Never print secrets or environments; keep files with secrets out of caches and artefacts.',
  detect: (artefact) => practiceDetections(artefact, ['github-workflow', 'gitlab-ci'], rules),
  flags: practiceExamples(rules, 'github-workflow'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'github-workflow', code: 'nothing-of-the-kind' })] })],
});
