/** Paths in a model that a loader opens outside the model's own folder. */
import { defineDetector } from '../detector.ts';
import type { ExternalPathFact } from '../artefact.ts';
import { artefactWith, examplePath } from '../examples.ts';
import { quote } from '../quote.ts';

const purposes: Readonly<Record<ExternalPathFact['purpose'], string>> = {
  'tensor-data': 'tensor data',
  vocabulary: 'a vocabulary',
  model: 'another model',
  asset: 'an asset',
  link: 'a linked file',
  'virtual-dataset': 'a virtual data set',
  'archive-member': 'an archive member',
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
        certainty: 'proved',
        effect,
        why: `Loading takes ${purposes[purpose]} from ${quote(text)}, which is not part of the model.`,
        evidence: quote(text),
        where,
      })),
  flags: [artefactWith({ externalPaths: [examplePath({ text: '../../secret.bin', leavesFolder: true })] })],
  passes: [artefactWith({ externalPaths: [examplePath({})] }), artefactWith({ externalPaths: [examplePath({ text: '../x', purpose: 'archive-member', leavesFolder: true })] })],
});
