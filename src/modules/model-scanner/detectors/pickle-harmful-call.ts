/** A pickle that calls something whose effect is known and reaches outside. */
import { defineDetector } from '../engine/detector.ts';
import { effectSentence } from '../engine/effect-words.ts';
import { artefactWith, exampleGlobal } from '../engine/examples.ts';
import { callName, fileName } from '../engine/quote.ts';

export default defineDetector({
  id: 'pickle-harmful-call',
  title: 'Unpickling runs a harmful call',
  axis: 'effect',
  severity: 'critical',
  references: ['CWE-502', 'AML.T0010', 'AML.T0011.000', 'LLM03:2025'],
  remedy: 'Do not load this file. Get the model again from its maker, as safetensors or another format without code.',
  detect: ({ globals }) =>
    globals
      .filter(({ judgement, certainty }) => judgement === 'harmful' && certainty === 'proved')
      .map(({ module, name, expression, effect, where }) => ({
        certainty: 'proved',
        effect,
        title: `Opening ${fileName(where)} runs ${callName({ module, name })}`,
        why: `Loading this pickle runs ${expression}, which ${effectSentence(effect)}.`,
        evidence: expression,
        where,
      })),
  flags: [
    artefactWith({
      globals: [exampleGlobal({ module: 'os', name: 'system', judgement: 'harmful', effect: 'exec', expression: "os.system('id')" })],
    }),
  ],
  passes: [
    artefactWith({ globals: [exampleGlobal({ module: 'collections', name: 'OrderedDict' })] }),
    artefactWith({
      globals: [exampleGlobal({ module: 'os', name: 'system', judgement: 'harmful', certainty: 'possible', position: 'reference' })],
    }),
  ],
});
