/** Instructions that have an agent send away what it sees. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'sends-secrets': { severity: 'high' },
  'image-carries-data': { severity: 'medium', title: 'Showing an image sends data away' },
};

export default defineDetector({
  id: 'agent-exfiltration',
  title: 'The instructions send data away',
  axis: 'effect',
  effect: 'net',
  severity: 'high',
  references: ['CWE-200', 'AML.T0051', 'AML.T0057', 'LLM01:2025', 'LLM02:2025'],
  remedy: 'Do not install it. Remove the instruction, and treat what the agent could reach as read by others.',
  detect: (artefact) => practiceDetections(artefact, ['agent-instructions'], rules),
  flags: practiceExamples(rules, 'agent-instructions'),
  passes: [
    artefactWith({}),
    artefactWith({ practices: [examplePractice({ subject: 'agent-instructions', code: 'nothing-of-the-kind' })] }),
  ],
});
