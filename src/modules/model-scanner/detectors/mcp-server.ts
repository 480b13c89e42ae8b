/** Servers an agent starts whose program others can change or read along. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'unpinned-server': { severity: 'low' },
  'mutable-server': { severity: 'medium' },
  'plain-http-server': { severity: 'high', title: 'The agent talks to its tools over http', references: ['CWE-319'] },
  'shell-wrapper': { severity: 'medium', title: 'The server is started through a shell' },
  'preloaded-code': { severity: 'medium', title: 'The server loads other code first', references: ['CWE-426'] },
  'inline-program': { severity: 'medium', title: 'The server’s program stands in the configuration' },
};

export default defineDetector({
  id: 'mcp-server',
  title: 'The agent starts a server that others can change',
  axis: 'posture',

  severity: 'low',
  references: ['CWE-829', 'CWE-494', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Fix the exact version or commit, and use https.',
  detect: (artefact) => practiceDetections(artefact, ['mcp-config'], rules),
  flags: practiceExamples(rules, 'mcp-config'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'mcp-config', code: 'nothing-of-the-kind' })] })],
});
