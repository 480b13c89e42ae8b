/** A name put together while loading hides from every reader that looks for names. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleGlobal } from '../engine/examples.ts';
import { fileName } from '../engine/quote.ts';

export default defineDetector({
  id: 'pickle-computed-import',
  title: 'A pickle computes the name of what it imports',
  axis: 'effect',
  effect: 'exec',
  severity: 'critical',
  references: ['CWE-502', 'AML.T0010', 'AML.T0011.000', 'LLM03:2025'],
  remedy: 'Do not load this file: no honest program writes such a pickle.',
  detect: ({ globals }) =>
    globals
      .filter(({ judgement }) => judgement === 'computed')
      .map(({ expression, certainty, effect, where }) => ({
        certainty,
        effect: effect === 'none' ? 'exec' : effect,
        title: `Opening ${fileName(where)} computes the name of what it imports`,
        why: `Loading this pickle imports something whose name is computed on the way: ${expression}.`,
        evidence: expression,
        where,
      })),
  flags: [
    artefactWith({
      globals: [exampleGlobal({ module: '?', name: '?', judgement: 'computed', expression: "import(''.join(['o', 's']))" })],
    }),
  ],
  passes: [artefactWith({ globals: [exampleGlobal({ module: 'collections', name: 'OrderedDict' })] })],
});
