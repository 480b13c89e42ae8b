/** What an agent may do without asking, and how far it reaches. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'approves-everything': { severity: 'medium', references: ['CVE-2025-53773'] },
  'approves-action': { severity: 'low', title: 'The agent changes things without asking' },
  'broad-folder': { severity: 'medium', title: 'A server sees a whole home folder or machine' },
  'no-sandbox': { severity: 'medium', title: 'The agent runs commands without a sandbox' },
};

export default defineDetector({
  id: 'mcp-access',
  title: 'The agent acts without asking',
  axis: 'posture',

  severity: 'medium',
  references: ['CWE-250', 'CWE-862', 'AML.T0053', 'LLM06:2025'],
  remedy: 'Approve tools one by one, give servers only the folder they need, and keep the sandbox on.',
  detect: (artefact) => practiceDetections(artefact, ['mcp-config'], rules),
  flags: practiceExamples(rules, 'mcp-config'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'mcp-config', code: 'nothing-of-the-kind' })] })],
});
