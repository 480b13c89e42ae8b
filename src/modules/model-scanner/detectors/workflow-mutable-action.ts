/** Steps whose code others can change. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'branch-action': { severity: 'medium' },
  'mutable-action': { severity: 'low' },
  'platform-action-by-tag': { severity: 'informational' },
  'remote-include': { severity: 'medium', title: 'Jobs are taken from an address that nothing fixes' },
  'mutable-include': { severity: 'low', title: 'Jobs are taken from a branch of another project' },
};

export default defineDetector({
  id: 'workflow-mutable-action',
  title: 'A step runs code that others can change',
  axis: 'posture',

  severity: 'low',
  references: ['CWE-829', 'CWE-1357', 'CVE-2025-30066', 'AML.T0010'],
  remedy: 'Name the action by its full commit (@<40 hex digits>) and let a bot raise it.',
  detect: (artefact) => practiceDetections(artefact, ['github-workflow', 'gitlab-ci'], rules),
  flags: practiceExamples(rules, 'github-workflow'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'github-workflow', code: 'nothing-of-the-kind' })] })],
});
