/** A function nobody has facts about is called while loading: an allow list decides, not a list of bad names. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleGlobal } from '../engine/examples.ts';
import { callName, fileName } from '../engine/quote.ts';

export default defineDetector({
  id: 'pickle-unlisted-call',
  title: 'Unpickling calls a function with unknown effect',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-502', 'AML.T0010', 'AML.T0011.000', 'LLM03:2025'],
  remedy: 'Read what the function does before loading, or get the model in a format without code.',
  detect: ({ globals }) =>
    globals
      .filter(({ judgement, position }) => judgement === 'unlisted' && position === 'call')
      .map(({ module, name, expression, where }) => ({
        certainty: 'unknown',
        title: `Opening ${fileName(where)} calls ${callName({ module, name })}, effect unknown`,
        why: `Loading this pickle calls ${module}.${name}. No known library writes this call, and what it does is not known.`,
        evidence: expression,
        where,
      })),
  flags: [
    artefactWith({ globals: [exampleGlobal({ module: 'acme.hooks', name: 'restore', judgement: 'unlisted', certainty: 'unknown' })] }),
  ],
  passes: [
    artefactWith({ globals: [exampleGlobal({ module: 'numpy', name: 'dtype' })] }),
    artefactWith({ globals: [exampleGlobal({ module: 'acme.models', name: 'Net', judgement: 'unlisted', position: 'class' })] }),
  ],
});
