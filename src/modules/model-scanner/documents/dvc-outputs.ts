/** Digests that DVC keeps beside data and models: what the files were when they were tracked. */

import type { ProvenanceFact } from '../engine/artefact.ts';
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { listAt, mapAt, type Path, textAt } from './pipeline-practice.ts';
import { addPath } from './repository-path.ts';

type Subject = ProvenanceFact['subjects'][number];
const mostSubjects = 100_000;
/** Folders are hashed as a list of their files. */
const digest = /^[0-9a-f]{32,64}(?:\.dir)?$/;

/** @source DVC documentation, ".dvc Files" and "dvc.lock file". */
export default defineDocument({
  format: 'dvc',
  role: 'config',
  syntaxes: ['yaml'],
  names: /\.dvc$|^dvc\.lock$/,
  is: ({ root }) => listAt(root, 'outs').length > 0 || mapAt(root, 'stages') !== null,
  read: (document, draft) => {
    const places: Path[] = [
      ['outs'],
      ...[...(mapAt(document.root, 'stages')?.keys() ?? [])].flatMap((stage) => [['stages', stage, 'outs'] as const]),
    ];
    const subjects = places.flatMap((place) => subjectsAt(document, place)).slice(0, mostSubjects);
    if (subjects.length > 0) draft.provenance.push({ kind: 'dvc', subjects, signer: null, where: draft.where });
    for (const place of places)
      for (const [index, out] of listAt(document.root, ...place).entries()) {
        const path = textAt(out, 'path');
        if (path !== null)
          addPath({ text: path, purpose: 'archive-member', where: document.placeOf([...place, index, 'path']), effect: 'fs-write' }, draft);
      }
  },
});

function subjectsAt(document: TextDocument, place: Path): Subject[] {
  return listAt(document.root, ...place).flatMap((out) => {
    const file = textAt(out, 'path');
    const algorithm = textAt(out, 'hash') ?? 'md5';
    const value = textAt(out, algorithm) ?? textAt(out, 'md5') ?? textAt(out, 'etag') ?? textAt(out, 'checksum');
    if (file === null || value === null || !digest.test(value)) return [];
    const size = Number(textAt(out, 'size') ?? Number.NaN);
    return [{ file: file.slice(0, 1000), algorithm, digest: value, size: Number.isSafeInteger(size) ? size : null }];
  });
}
