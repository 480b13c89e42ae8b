/** The same weights lie beside this pickle in a format without code: nobody needs the pickle. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';

const formats = new Set(['torch-zip', 'torch-legacy', 'pickle', 'joblib', 'torchscript']);

export default defineDetector({
  id: 'pickle-beside-safetensors',
  title: 'Pickled weights lie beside the same weights as safetensors',
  axis: 'posture',
  severity: 'medium',
  references: ['CWE-502', 'LLM03:2025'],
  remedy: 'Remove the pickle, so that no program picks it.',
  detect: ({ format, metadata, where }) => {
    const twin = metadata.get('twin');
    if (!formats.has(format) || typeof twin !== 'string') return [];
    return [
      {
        certainty: 'proved',
        why: `${quote(twin)} in the same folder holds these weights without code; which of the two a program loads depends on its version.`,
        evidence: twin,
        where,
      },
    ];
  },
  flags: [artefactWith({ format: 'torch-zip', metadata: new Map([['twin', 'model.safetensors']]) })],
  passes: [
    artefactWith({ format: 'torch-zip' }),
    artefactWith({ format: 'safetensors', metadata: new Map([['twin', 'model.safetensors']]) }),
  ],
});
