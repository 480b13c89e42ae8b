/** What DVC tracks becomes the model or data set it stands for: one hit with the file where that lies in the tree, else one of its own. */
import type { Evidence } from '../evidence/evidence.ts';
import type { HitSet } from '../runs/hit-set.ts';
import { baseName, fileKey, folderKey } from '../tree/path-key.ts';

export function relateTracked({ root, tracked, paths, folders }: Evidence, hits: HitSet): void {
  for (const { path, folder, fact } of tracked) {
    const target = folder === '' ? fact.path : `${folder}/${fact.path}`;
    const isFolder = fact.digest?.endsWith('.dir') === true || folders.has(target);
    const here = paths.has(target) || folders.has(target);
    hits.add({
      kind: fact.role,
      assetType: fact.role,
      name: baseName(target),
      keys: [isFolder ? folderKey(root, target) : fileKey(root, target), ...(fact.digest === null ? [] : [`md5:${fact.digest}`])],
      confidence: here ? 'certain' : 'probable',
      method: 'layout',
      places: [{ path, line: null, evidence: `tracked by DVC${fact.digest === null ? '' : `, md5 ${fact.digest.slice(0, 12)}…`}` }],
      facts: { store: 'dvc', sizeBytes: fact.size ?? undefined, ...(here ? {} : { present: false }) },
    });
  }
}
