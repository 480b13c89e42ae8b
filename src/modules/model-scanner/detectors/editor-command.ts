/** Commands that run because somebody looks at a folder. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = { 'runs-on-open': { severity: 'medium' } };

export default defineDetector({
  id: 'editor-command',
  title: 'Opening the folder in an editor runs a command',
  axis: 'posture',

  severity: 'medium',
  references: ['CWE-829', 'AML.T0010'],
  remedy: 'Let people start the task themselves: remove runOn.',
  detect: (artefact) => practiceDetections(artefact, ['mcp-config'], rules),
  flags: practiceExamples(rules, 'mcp-config'),
  passes: [artefactWith({}), artefactWith({ practices: [examplePractice({ subject: 'mcp-config', code: 'nothing-of-the-kind' })] })],
});
