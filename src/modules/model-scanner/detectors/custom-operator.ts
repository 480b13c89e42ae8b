/** Operators, layers and classes that need code from outside the framework. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleOperator } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';

export default defineDetector({
  id: 'custom-operator',
  title: 'The model needs code that is not part of its framework',
  axis: 'posture',
  severity: 'medium',
  references: ['CWE-829', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Check where the code comes from, and pin it.',
  detect: ({ operators }) =>
    operators
      .filter(({ known, effect }) => !known && effect === 'none')
      .map(({ domain, name, detail, where }) => ({
        certainty: 'proved',
        why: `${quote(domain === '' ? name : `${domain}::${name}`)}: ${detail}`,
        evidence: domain === '' ? name : `${domain}::${name}`,
        where,
      })),
  flags: [artefactWith({ operators: [exampleOperator({ domain: 'acme', name: 'Fast', known: false })] })],
  passes: [
    artefactWith({ operators: [exampleOperator({})] }),
    artefactWith({ operators: [exampleOperator({ framework: 'keras', domain: 'os', name: 'system', known: false, effect: 'exec' })] }),
  ],
});
