/** Settings that send what the agent sees to somebody else. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'sends-data': { severity: 'medium' },
  'redirected-provider': { severity: 'medium', title: 'Requests and keys go to another address', references: ['CVE-2026-21852'] },
};

export default defineDetector({
  id: 'mcp-data-flow',
  title: 'What the agent sees goes elsewhere',
  axis: 'posture',

  severity: 'medium',
  references: ['CWE-200', 'CWE-522', 'AML.T0024', 'LLM02:2025'],
  remedy: 'Take the setting out of the repository; only a person sets where requests and keys go.',
  detect: (artefact) => practiceDetections(artefact, ['mcp-config'], rules),
  flags: practiceExamples(rules, 'mcp-config'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'mcp-config', code: 'nothing-of-the-kind' })] })],
});
