/** Commands of setup.py that run while a package is installed. */
import { defineDetector } from '../engine/detector.ts';
import { effectSentence } from '../engine/effect-words.ts';
import { artefactWith, exampleSourceCall } from '../engine/examples.ts';

export default defineDetector({
  id: 'python-install-hook',
  title: 'Installing the package runs a command',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-506', 'CWE-829', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Install from a wheel, which runs nothing, or read what the command does first.',
  detect: ({ sourceCalls }) =>
    sourceCalls
      .filter(({ family }) => family === 'install-hook')
      .map(({ expression, effect, where }) => ({
        certainty: 'possible',
        effect,
        why: `A command class given to setup() ${effectSentence(effect)} while pip installs the package.`,
        evidence: expression,
        where,
      })),
  flags: [artefactWith({ sourceCalls: [exampleSourceCall({ family: 'install-hook' })] })],
  passes: [artefactWith({ sourceCalls: [exampleSourceCall({})] }), artefactWith({})],
});
