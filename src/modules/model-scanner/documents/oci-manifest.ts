/** Image manifests and indexes, of containers and of ollama models: digests that become file names, layers and what they claim to be. */

import type { ProvenanceFact } from '../engine/artefact.ts';
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { escapeText, quote } from '../engine/quote.ts';
import { broken, type Draft, lie } from '../engine/reader.ts';
import { layersOf, type ManifestLayer, storedDigest } from '../readers/parts/image-manifest.ts';
import { addPath } from './repository-path.ts';

const mostNoted = 100;

/** @source OCI image specification 1.1; ollama `server/manifest.go`; CVE-2024-37032: a digest that is a path is opened or written as one. */
export default defineDocument({
  format: 'oci-manifest',
  role: 'config',
  syntaxes: ['json'],
  words: ['"schemaVersion"', 'application/vnd.o', '"mediaType"'],
  is: ({ root }) =>
    root instanceof Map && (root.has('layers') || root.has('manifests')) && (root.has('schemaVersion') || root.has('mediaType')),
  read: (document, draft) => {
    const { root } = document;
    if (!(root instanceof Map)) return;
    const layers = layersOf(root);
    const isOllama = layers.some(({ mediaType }) => mediaType.startsWith('application/vnd.ollama.'));
    if (isOllama) draft.format = 'ollama-manifest';
    draft.metadata.set('layers', layers.length);
    for (const layer of layers.slice(0, 10_000)) readDigest(layer, { document, draft, isOllama });
    const subjects = layers.flatMap((layer) => subjectOf(layer, isOllama));
    if (subjects.length > 0)
      draft.provenance.push({ kind: isOllama ? 'ollama-manifest' : 'oci-manifest', subjects, signer: null, where: draft.where });
  },
});

type Reading = { readonly document: TextDocument; readonly draft: Draft; readonly isOllama: boolean };

function readDigest({ digest, path, title }: ManifestLayer, { document, draft, isOllama }: Reading): void {
  const where = document.placeOf([...path, 'digest']);
  if (!storedDigest(digest) && draft.anomalies.length < mostNoted) {
    const isPath = /[/\\]|\.\./.test(digest.replace(/^[a-z0-9+._-]{1,20}:/i, ''));
    draft.anomalies.push(
      isPath
        ? lie(
            'manifest-digest-path',
            `The digest ${quote(digest, 120)} is a path: programs that do not check it read or write the file there.`,
            where,
          )
        : broken('manifest-digest', `${quote(digest, 120)} is no digest.`, where),
    );
    if (isPath)
      draft.externalPaths.push({
        text: escapeText(digest.slice(0, 500)),
        purpose: 'archive-member',
        leavesFolder: true,
        effect: 'fs-write',
        where,
      });
  }
  if (title !== null && !isOllama)
    addPath({ text: title, purpose: 'archive-member', where: document.placeOf(path), effect: 'fs-write' }, draft);
}

/** Where the bytes lie in a store: beside the layout's index, or in the folder of an ollama store four levels up. */
function subjectOf({ digest, size }: ManifestLayer, isOllama: boolean): ProvenanceFact['subjects'] {
  const stored = storedDigest(digest);
  if (!stored) return [];
  const file = isOllama ? `../../../../blobs/${stored.algorithm}-${stored.hex}` : `blobs/${stored.algorithm}/${stored.hex}`;
  return [{ file, algorithm: stored.algorithm, digest: stored.hex, size }];
}
