/** Paths in a model that a loader opens outside the model's own folder. */

import type { ExternalPathFact } from '../engine/artefact.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePath } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';

const purposes: Readonly<Record<ExternalPathFact['purpose'], string>> = {
  'tensor-data': 'tensor data',
  vocabulary: 'a vocabulary',
  model: 'another model',
  asset: 'an asset',
  link: 'a linked file',
  'virtual-dataset': 'parts of a data set',
  'external-storage': 'the values of a data set',
  'archive-member': 'an archive member',
  'symbolic-link': 'a file through a link',
  'hard-link': 'a file that has another name elsewhere',
};

/** Advisories by what is read. The HDF5 ones are about Keras, the tensor ones about ONNX. */
const advisories: Partial<Readonly<Record<ExternalPathFact['purpose'], readonly string[]>>> = {
  'tensor-data': ['CVE-2022-25882', 'CVE-2024-27318', 'CVE-2025-51480'],
  vocabulary: ['CVE-2025-12058'],
  'external-storage': ['CVE-2026-1669'],
  'virtual-dataset': ['CVE-2026-12480'],
  'symbolic-link': ['CWE-59', 'CVE-2026-27489'],
  'hard-link': ['CWE-59', 'CVE-2026-34446'],
};

export default defineDetector({
  id: 'external-path',
  title: 'Loading reaches a file outside the model folder',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-22', 'CWE-73', 'AML.T0010'],
  remedy: 'Export the model again with all data inside its folder.',
  detect: ({ externalPaths }) =>
    externalPaths
      .filter(({ leavesFolder, purpose }) => leavesFolder && purpose !== 'archive-member')
      .map(({ text, purpose, effect, where }) => ({
        // A second name of a file shows that it may be someone else's, not that it is.
        certainty: purpose === 'hard-link' ? 'possible' : 'proved',
        effect,
        why: `Loading takes ${purposes[purpose]} from ${quote(text)}, which is not part of the model.`,
        evidence: quote(text),
        where,
        references: advisories[purpose] ?? [],
      })),
  flags: [artefactWith({ externalPaths: [examplePath({ text: '../../secret.bin', leavesFolder: true })] })],
  passes: [
    artefactWith({ externalPaths: [examplePath({})] }),
    artefactWith({ externalPaths: [examplePath({ text: '../x', purpose: 'archive-member', leavesFolder: true })] }),
  ],
});
