/** Tokens and secrets that reach further than the work needs. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'write-all': { severity: 'medium' },
  'secrets-inherit': { severity: 'medium', title: 'Every secret is handed to a workflow of somebody else' },
  'all-secrets': { severity: 'medium', title: 'Every secret is handed to one step' },
  'unsecure-commands': { severity: 'medium', title: 'Any output may set variables', references: ['CVE-2020-15228'] },
  'no-permissions': { severity: 'informational', title: 'The rights of the token are not set' },
};

export default defineDetector({
  id: 'workflow-permissions',
  title: 'The workflow has more rights than it needs',
  axis: 'posture',

  severity: 'medium',
  references: ['CWE-250', 'CWE-272', 'AML.T0010'],
  remedy: 'Set permissions: {} at the top and give each job only what it needs; name the secrets that are handed over.',
  detect: (artefact) => practiceDetections(artefact, ['github-workflow'], rules),
  flags: practiceExamples(rules, 'github-workflow'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'github-workflow', code: 'nothing-of-the-kind' })] })],
});
