/** Pickles can run code by design. Alone this is information: nearly every older model is one. */
import type { Artefact } from '../engine/artefact.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleGlobal } from '../engine/examples.ts';

const formats = new Set(['pickle', 'joblib', 'torch-legacy']);

export default defineDetector({
  id: 'pickle-format',
  title: 'The file is a pickle, a format that can run code',
  axis: 'posture',
  severity: 'informational',
  references: ['CWE-502', 'LLM03:2025'],
  remedy: 'Prefer safetensors, ONNX or another format without code.',
  detect: (artefact) =>
    isPickle(artefact)
      ? [
          {
            certainty: 'proved',
            why: 'Whoever can change this file can run code where it is loaded.',
            evidence: artefact.format,
            where: artefact.where,
            references: artefact.format === 'npy' ? ['CVE-2019-6446'] : [],
          },
        ]
      : [],
  flags: [
    artefactWith({ format: 'pickle' }),
    artefactWith({ format: 'npy', metadata: new Map([['dtype', 'object']]), globals: [exampleGlobal({})] }),
  ],
  passes: [artefactWith({ format: 'safetensors' }), artefactWith({ format: 'npy', metadata: new Map([['dtype', '<f4']]) })],
});

/** An array of Python objects is a pickle behind a header. */
function isPickle({ format, metadata }: Artefact): boolean {
  return formats.has(format) || (format === 'npy' && metadata.get('dtype') === 'object');
}
