/** Scripts that are fetched and run in one breath. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'remote-script': { severity: 'low' },
  'remote-script-plain': { severity: 'high', title: 'A script is fetched over http and run' },
};

export default defineDetector({
  id: 'pipeline-remote-script',
  title: 'A script is fetched and run unseen',
  axis: 'posture',

  severity: 'medium',
  references: ['CWE-494', 'CWE-829', 'AML.T0010'],
  remedy: 'Fetch a fixed version, compare its SHA-256, then run it; or install the program from a package.',
  detect: (artefact) =>
    practiceDetections(artefact, ['github-workflow', 'gitlab-ci', 'pipeline', 'dockerfile', 'compose', 'kubernetes', 'mcp-config'], rules),
  flags: practiceExamples(rules, 'github-workflow'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'github-workflow', code: 'nothing-of-the-kind' })] })],
});
