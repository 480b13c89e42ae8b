/** Torch formats that load code even when only weights are asked for. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith } from '../engine/examples.ts';

const formats: ReadonlyMap<string, string> = new Map([
  ['torchscript', 'a TorchScript program'],
  ['torch-tar', 'the tar format of early torch'],
]);

export default defineDetector({
  id: 'torch-program',
  title: 'weights_only does not make this torch file safe',
  axis: 'posture',
  severity: 'low',
  references: ['CWE-502', 'CVE-2025-32434', 'LLM03:2025'],
  remedy: 'Load it with torch 2.6 or later only, or get the weights as safetensors.',
  detect: ({ format, where }) => {
    const words = formats.get(format);
    if (words === undefined) return [];
    return [
      {
        certainty: 'proved',
        why: `The file is ${words}: before torch 2.6 loading it ran code even with weights_only=True.`,
        evidence: format,
        where,
      },
    ];
  },
  flags: [artefactWith({ format: 'torchscript' }), artefactWith({ format: 'torch-tar' })],
  passes: [artefactWith({ format: 'torch-zip' }), artefactWith({ format: 'safetensors' })],
});
