/** Instructions against those the agent works for. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'overrides-instructions': { severity: 'medium' },
  conceals: { severity: 'medium', title: 'The instructions keep something from the person' },
};

export default defineDetector({
  id: 'agent-override',
  title: 'The instructions work against the person',
  axis: 'posture',

  severity: 'medium',
  references: ['CWE-1427', 'AML.T0051', 'LLM01:2025'],
  remedy: 'Remove the sentence, and find out who put it there.',
  detect: (artefact) => practiceDetections(artefact, ['agent-instructions'], rules),
  flags: practiceExamples(rules, 'agent-instructions'),
  passes: [
    artefactWith({}),
    artefactWith({ practices: [examplePractice({ subject: 'agent-instructions', code: 'nothing-of-the-kind' })] }),
  ],
});
