/** Scripts that do nothing hostile by themselves, and that somebody should look at before they run. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  obfuscated: { severity: 'medium', title: 'A script was made unreadable' },
  'macro-starts-program': { severity: 'low', title: 'A macro starts a program while a project is compiled' },
  'macro-connects': { severity: 'medium', title: 'A macro speaks to a host while a project is compiled' },
  'build-fetches': { severity: 'informational', title: 'Building the package fetches something' },
  'imports-on-install': { severity: 'informational', title: 'Installing the package imports a module of it' },
  'notebook-script': { severity: 'informational', title: 'A cell of the notebook runs in the browser' },
  'flow-code': { severity: 'medium', title: 'A workflow holds code that its nodes run' },
};

export default defineDetector({
  id: 'script-practice',
  title: 'A script to be looked at before it runs',
  axis: 'posture',
  severity: 'medium',
  references: ['CWE-829', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Read the script, or ask its maker for the readable one, before it is run, installed or built.',
  detect: (artefact) => practiceDetections(artefact, ['script'], rules),
  flags: practiceExamples(rules, 'script'),
  passes: [artefactWith({ practices: [examplePractice({ subject: 'notebook', code: 'obfuscated' })] }), artefactWith({})],
});
