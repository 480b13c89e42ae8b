/** JavaScript, or Rust that runs while it is compiled, that hides or fetches what it runs. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';
import { type PracticeRules, practiceDetections, practiceExamples } from './workload-practices.ts';

const rules: PracticeRules = {
  'runs-decoded-text': { severity: 'high', title: 'A script runs a text that it decodes first' },
  'runs-fetched-text': { severity: 'high', title: 'A script runs what a server answers' },
  'hidden-module': { severity: 'high', title: 'A script hides the name of what it loads' },
  'hostile-command': { severity: 'high', title: 'A script starts a command that nobody should see' },
  'reverse-shell': { severity: 'high', title: 'A script opens a shell to another host' },
  'sends-environment': { severity: 'high', title: 'A script may send the variables of the environment away' },
};

export default defineDetector({
  id: 'script-hostile-code',
  title: 'A script runs code that is hidden or fetched',
  axis: 'effect',
  effect: 'exec',
  severity: 'high',
  references: ['CWE-506', 'CWE-94', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Do not run, install or build this before somebody has read what it does.',
  detect: (artefact) => practiceDetections(artefact, ['script'], rules),
  flags: practiceExamples(rules, 'script'),
  passes: [
    artefactWith({ practices: [examplePractice({ subject: 'script', code: 'build-fetches' })] }),
    artefactWith({ practices: [examplePractice({ subject: 'pipeline', code: 'reverse-shell' })] }),
  ],
});
