/** Text that a person does not see and a model reads. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'tag-characters': { severity: 'high' },
  'selector-run': { severity: 'high', title: 'Hidden text carries data' },
  'zero-width-run': { severity: 'medium', title: 'Hidden characters carry data' },
  'bidi-override': { severity: 'medium', title: 'The text is shown in another order than it is read', references: ['CVE-2021-42574'] },
  'hidden-comment': { severity: 'high' },
  'hidden-style': { severity: 'high' },
};

export default defineDetector({
  id: 'agent-hidden-text',
  title: 'Hidden text gives a model orders',
  axis: 'integrity',

  severity: 'high',
  references: ['CWE-1007', 'CWE-451', 'AML.T0051', 'LLM01:2025'],
  remedy: 'Remove the hidden text, and find out who put it there.',
  detect: (artefact) => practiceDetections(artefact, ['agent-instructions', 'mcp-config'], rules),
  flags: practiceExamples(rules, 'agent-instructions'),
  passes: [
    artefactWith({}),
    artefactWith({ practices: [examplePractice({ subject: 'agent-instructions', code: 'nothing-of-the-kind' })] }),
  ],
});
