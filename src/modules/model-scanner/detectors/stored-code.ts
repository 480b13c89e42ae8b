/** Objects in a file that are code, or that make their loader run some: R, Torch7, Java, Arrow extension types, msgpack object arrays. */
import type { OperatorFact } from '../engine/artefact.ts';
import { defineDetector } from '../engine/detector.ts';
import { effectSentence } from '../engine/effect-words.ts';
import { artefactWith, exampleOperator } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';

const frameworks: ReadonlyMap<OperatorFact['framework'], string> = new Map([
  ['r', 'R data'],
  ['torch7', 'Torch7'],
  ['java', 'serialised Java'],
  ['arrow', 'Arrow'],
  ['numpy', 'stored numpy'],
]);

export default defineDetector({
  id: 'stored-code',
  title: 'The file holds objects that run code when they are loaded or used',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-502', 'CWE-94', 'AML.T0010', 'AML.T0011.000', 'LLM03:2025'],
  remedy: 'Do not load this file; ask for the values in a format without code.',
  detect: ({ operators }) =>
    operators
      .filter(({ framework, effect }) => frameworks.has(framework) && effect !== 'none')
      .map(({ framework, domain, name, effect, certainty, detail, where }) => {
        const label = domain === '' ? name : `${domain}::${name}`;
        return {
          certainty,
          effect,
          ...(certainty === 'proved' ? { severity: 'critical' as const } : {}),
          why: `The ${frameworks.get(framework) ?? framework} object ${quote(label)} ${detail}; it ${effectSentence(effect)}.`,
          evidence: `${label}: ${detail}`,
          where,
          references: detail.match(/CVE-\d{4}-\d{4,6}/g) ?? [],
        };
      }),
  flags: [
    artefactWith({
      operators: [exampleOperator({ framework: 'r', name: 'closure', effect: 'exec', certainty: 'possible', detail: 'is a function' })],
    }),
    artefactWith({
      operators: [
        exampleOperator({
          framework: 'arrow',
          name: 'arrow.py_extension_type',
          effect: 'nested-load',
          detail: 'is unpickled (CVE-2023-47248)',
        }),
      ],
    }),
  ],
  passes: [
    artefactWith({ operators: [exampleOperator({ framework: 'java', name: 'com.acme.Net', known: false })] }),
    artefactWith({ operators: [exampleOperator({ effect: 'exec' })] }),
  ],
});
