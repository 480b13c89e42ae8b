/** Instructions that let an agent act without asking. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'stops-asking': { severity: 'low' },
  'every-tool': { severity: 'medium', title: 'Every tool may be used without asking' },
  'any-command': { severity: 'low', title: 'Any command may be run without asking' },
  'remote-script': { severity: 'low', title: 'A script is fetched and run unseen', references: ['CWE-494'] },
};

export default defineDetector({
  id: 'agent-permission',
  title: 'The instructions let the agent act without asking',
  axis: 'posture',

  severity: 'low',
  references: ['CWE-250', 'AML.T0053', 'LLM06:2025'],
  remedy: 'Name the tools and commands that are needed, one by one.',
  detect: (artefact) => practiceDetections(artefact, ['agent-instructions'], rules),
  flags: practiceExamples(rules, 'agent-instructions'),
  passes: [
    artefactWith({}),
    artefactWith({ practices: [examplePractice({ subject: 'agent-instructions', code: 'nothing-of-the-kind' })] }),
  ],
});
