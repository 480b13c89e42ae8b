/** Machine code beside or inside a model. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleCode } from '../engine/examples.ts';

export default defineDetector({
  id: 'native-code',
  title: 'The artefact holds native code',
  axis: 'posture',
  effect: 'native-load',
  severity: 'medium',
  references: ['CWE-829', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Build native parts from source you trust; keep them out of model folders.',
  detect: ({ code }) =>
    code
      .filter(({ language }) => language === 'native')
      .map(({ detail, where }) => ({
        certainty: 'possible',
        why: `The bytes are a valid ${detail}: it runs when a program loads or starts it.`,
        evidence: detail,
        where,
      })),
  flags: [artefactWith({ code: [exampleCode({ language: 'native', detail: 'ELF shared object' })] })],
  passes: [artefactWith({ code: [exampleCode({ language: 'torchscript' })] }), artefactWith({})],
});
