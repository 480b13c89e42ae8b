/** The description of an orbax checkpoint: its tree of arrays by name. */
import { defineDocument } from '../engine/document.ts';

export default defineDocument({
  format: 'orbax-metadata',
  role: 'model',
  syntaxes: ['json'],
  words: ['"tree_metadata"', '"item_handlers"'],
  is: ({ root }) => root instanceof Map && (root.get('tree_metadata') instanceof Map || root.has('item_handlers')),
  read: ({ root }, draft) => {
    const tree = root instanceof Map ? root.get('tree_metadata') : undefined;
    if (tree instanceof Map) draft.metadata.set('arrays', tree.size);
  },
});
