/** Commands that instructions have an agent run unseen. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'disguised-command': { severity: 'high' },
  'unchecked-download': { severity: 'high', title: 'A packed program is opened with a password' },
  'remote-script-plain': { severity: 'high', title: 'A script from an unsafe place is run', references: ['CWE-494'] },
};

export default defineDetector({
  id: 'agent-command',
  title: 'The instructions run what nobody can read',
  axis: 'effect',
  effect: 'exec',
  severity: 'high',
  references: ['CWE-94', 'CWE-506', 'AML.T0051', 'LLM01:2025'],
  remedy: 'Do not install it before somebody has read what is run.',
  detect: (artefact) => practiceDetections(artefact, ['agent-instructions'], rules),
  flags: practiceExamples(rules, 'agent-instructions'),
  passes: [
    artefactWith({}),
    artefactWith({ practices: [examplePractice({ subject: 'agent-instructions', code: 'nothing-of-the-kind' })] }),
  ],
});
