/** Configurations and schemas that have Python objects found by name and called. */
import { defineDetector } from '../engine/detector.ts';
import { effectSentence } from '../engine/effect-words.ts';
import { artefactWith, exampleOperator } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';

export default defineDetector({
  id: 'named-object',
  title: 'Loading calls a Python object that the file names',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-470', 'CWE-502', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Do not load this file; compare the names in it with the ones its library writes.',
  detect: ({ operators }) =>
    operators
      .filter(({ framework, effect }) => (framework === 'skops' || framework === 'config') && effect !== 'none')
      .map(({ domain, name, effect, certainty, detail, where }) => {
        const label = domain === '' ? name : `${domain}.${name}`;
        return {
          certainty,
          effect,
          ...(certainty === 'proved' ? { severity: 'critical' as const } : {}),
          why: `${quote(label)} ${detail}; it ${effectSentence(effect)}.`,
          evidence: label,
          where,
          references: detail.match(/CVE-\d{4}-\d+/g) ?? [],
        };
      }),
  flags: [
    artefactWith({
      operators: [
        exampleOperator({
          framework: 'skops',
          domain: 'os',
          name: 'system',
          effect: 'exec',
          detail: 'is rebuilt by the loader FunctionNode',
        }),
      ],
    }),
    artefactWith({ operators: [exampleOperator({ framework: 'config', domain: 'subprocess', name: 'run', effect: 'exec' })] }),
  ],
  passes: [
    artefactWith({ operators: [exampleOperator({ framework: 'skops', domain: 'acme', name: 'Net', known: false })] }),
    artefactWith({ operators: [exampleOperator({ effect: 'exec' })] }),
  ],
});
