/** Standard-library names that no known library pickles: the raw material of every bypass. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleGlobal } from '../engine/examples.ts';

export default defineDetector({
  id: 'pickle-unlisted-standard-library',
  title: 'A pickle refers to a part of the standard library that models do not need',
  axis: 'effect',
  severity: 'medium',
  references: ['CWE-502', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Do not load this file before someone has read what it does.',
  detect: ({ globals }) =>
    globals
      .filter(({ judgement, position, origin }) => judgement === 'unlisted' && position !== 'call' && origin === 'standard-library')
      .map(({ module, name, position, expression, where }) => ({
        certainty: 'possible',
        why: `Loading this pickle ${position === 'class' ? 'builds an object of' : 'imports'} ${module}.${name} of Python’s standard library, which no known library writes into a model.`,
        evidence: expression,
        where,
      })),
  flags: [
    artefactWith({
      globals: [
        exampleGlobal({
          module: 'asyncio.unix_events',
          name: '_UnixSubprocessTransport',
          judgement: 'unlisted',
          position: 'class',
          origin: 'standard-library',
        }),
      ],
    }),
  ],
  passes: [
    artefactWith({ globals: [exampleGlobal({ module: 'acme', name: 'Net', judgement: 'unlisted', position: 'class' })] }),
    artefactWith({ globals: [exampleGlobal({ module: 'datetime', name: 'date', origin: 'standard-library', position: 'class' })] }),
  ],
});
