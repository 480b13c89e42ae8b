/** Keras configurations that run code or open files while loading. */
import type { OperatorFact } from '../engine/artefact.ts';
import { defineDetector } from '../engine/detector.ts';
import { effectSentence } from '../engine/effect-words.ts';
import { artefactWith, exampleOperator } from '../engine/examples.ts';

export default defineDetector({
  id: 'keras-code',
  title: 'Loading the Keras model runs code or opens something',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-502', 'CWE-94', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Do not load this model. Ask for one built from standard layers and load it with safe_mode=True in a current Keras.',
  detect: ({ operators }) =>
    operators
      .filter(({ framework, effect }) => framework === 'keras' && effect !== 'none')
      .map((operator) => ({
        certainty: operator.certainty,
        effect: operator.effect,
        ...(operator.certainty === 'proved' ? { severity: 'critical' as const } : {}),
        why: `${operator.detail} This ${effectSentence(operator.effect)}.`,
        evidence: operator.domain === '' ? operator.name : `${operator.domain}.${operator.name}`,
        where: operator.where,
        references: advisories(operator),
      })),
  flags: [
    artefactWith({
      operators: [
        exampleOperator({
          framework: 'keras',
          name: 'Lambda',
          effect: 'exec',
          certainty: 'possible',
          detail: 'A Lambda layer runs code stored in the model.',
        }),
      ],
    }),
  ],
  passes: [
    artefactWith({ operators: [exampleOperator({ framework: 'keras', name: 'Dense' })] }),
    artefactWith({ operators: [exampleOperator({ effect: 'exec' })] }),
  ],
});

function advisories({ name, detail }: OperatorFact): string[] {
  const named = /CVE-\d{4}-\d+/.exec(detail);
  return [...(named ? [named[0]] : []), ...(name === 'Lambda' || name === '__lambda__' ? ['CVE-2024-3660'] : [])];
}
