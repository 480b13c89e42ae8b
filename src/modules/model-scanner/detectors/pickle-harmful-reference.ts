/** A harmful function is named without a proved call: something else may call it. */
import { defineDetector } from '../engine/detector.ts';
import { effectSentence } from '../engine/effect-words.ts';
import { artefactWith, exampleGlobal } from '../engine/examples.ts';
import { callName, fileName } from '../engine/quote.ts';

export default defineDetector({
  id: 'pickle-harmful-reference',
  title: 'A pickle holds a reference to a harmful function',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-502', 'AML.T0010', 'AML.T0011.000', 'LLM03:2025'],
  remedy: 'Do not load this file unless its maker can say why the reference is there.',
  detect: ({ globals }) =>
    globals
      .filter(({ judgement, certainty }) => judgement === 'harmful' && certainty !== 'proved')
      .map(({ module, name, expression, effect, certainty, where }) => ({
        certainty,
        effect,
        title: `Opening ${fileName(where)} hands ${callName({ module, name })} to its loader`,
        why: `Loading this pickle imports ${module}.${name}, which, when called, ${effectSentence(effect)}. A call is not proved.`,
        evidence: expression,
        where,
      })),
  flags: [
    artefactWith({
      globals: [
        exampleGlobal({ module: 'os', name: 'system', judgement: 'harmful', effect: 'exec', certainty: 'possible', position: 'reference' }),
      ],
    }),
  ],
  passes: [
    artefactWith({ globals: [exampleGlobal({ module: 'numpy', name: 'ndarray', position: 'reference' })] }),
    artefactWith({ globals: [exampleGlobal({ module: 'os', name: 'system', judgement: 'harmful', effect: 'exec' })] }),
  ],
});
