/** The manifest of a Core ML package: which of its items is the model, and where its items lie. */
import { defineDocument } from '../engine/document.ts';
import { leavesFolder } from '../readers/archives/archive-path.ts';

export default defineDocument({
  format: 'coreml-manifest',
  role: 'config',
  syntaxes: ['json'],
  words: ['"itemInfoEntries"'],
  is: ({ root }) => root instanceof Map && root.get('itemInfoEntries') instanceof Map,
  read: ({ root, placeOf }, draft) => {
    const entries = root instanceof Map ? root.get('itemInfoEntries') : undefined;
    if (!(root instanceof Map) || !(entries instanceof Map)) return;
    draft.metadata.set('items', entries.size);
    const model = root.get('rootModelIdentifier');
    if (typeof model === 'string' && !entries.has(model))
      draft.anomalies.push({
        code: 'coreml-root',
        nature: 'broken',
        proved: true,
        detail: 'The manifest names a model that is not among its items.',
        where: placeOf(['rootModelIdentifier']),
      });
    for (const [identifier, entry] of entries) {
      const path = entry instanceof Map ? entry.get('path') : undefined;
      if (typeof path !== 'string' || !leavesFolder(path)) continue;
      const where = placeOf(['itemInfoEntries', identifier, 'path']);
      draft.externalPaths.push({
        text: path.slice(0, 1000),
        purpose: identifier === model ? 'model' : 'asset',
        leavesFolder: true,
        effect: 'fs-read',
        where,
      });
    }
  },
});
