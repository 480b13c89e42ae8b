/** Byte code beside a model that nobody activates, but that runs when it is imported. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleCode } from '../engine/examples.ts';

export default defineDetector({
  id: 'compiled-python',
  title: 'Compiled Python code without its source',
  axis: 'posture',
  severity: 'low',
  references: ['CWE-829', 'AML.T0010'],
  remedy: 'Ship the source and compile it where it runs.',
  detect: ({ code }) =>
    code
      .filter(({ language, activated }) => language === 'python-bytecode' && !activated)
      .map(({ detail, text, where }) => ({
        certainty: 'possible',
        why: `A ${detail}: it runs when a program imports it, and nobody can read it first.`,
        evidence: text.slice(0, 400),
        where,
      })),
  flags: [
    artefactWith({
      code: [exampleCode({ language: 'python-bytecode', activated: false, detail: 'compiled Python file', text: 'os system' })],
    }),
  ],
  passes: [artefactWith({ code: [exampleCode({ language: 'python-bytecode', activated: true })] })],
});
