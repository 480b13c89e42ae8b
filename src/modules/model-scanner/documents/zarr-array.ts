/** Arrays of zarr (data sets, orbax checkpoints): the codec chain of an array, of which one unpickles. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonObject, JsonValue } from '../readers/parts/json-tokens.ts';

/** Codecs that turn chunks into Python objects. @source numcodecs registry. */
const pickling = /^(?:numcodecs\.)?pickle$/i;

export default defineDocument({
  format: 'zarr-array',
  role: 'dataset',
  syntaxes: ['json'],
  words: ['"zarr_format"'],
  is: ({ root }) => root instanceof Map && (typeof root.get('zarr_format') === 'number' || root.get('metadata') instanceof Map),
  read: (document, draft) => {
    const { root } = document;
    if (!(root instanceof Map)) return;
    readArray(root, [], { document, draft });
    // Consolidated metadata holds the arrays of a whole tree by path.
    const all = root.get('metadata');
    if (all instanceof Map)
      for (const [path, array] of all) if (array instanceof Map) readArray(array, ['metadata', path], { document, draft });
  },
});

type Target = { readonly document: TextDocument; readonly draft: Draft };

function readArray(array: JsonObject, path: readonly string[], { document, draft }: Target): void {
  const type = array.get('dtype') ?? array.get('data_type');
  if (typeof type === 'string' && !draft.metadata.has('dtype')) draft.metadata.set('dtype', type.slice(0, 40));
  for (const key of ['filters', 'compressor', 'codecs']) {
    const value = array.get(key);
    const codecs: readonly JsonValue[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
    for (const codec of codecs) {
      const name = codec instanceof Map ? (codec.get('id') ?? codec.get('name')) : undefined;
      if (typeof name !== 'string' || !pickling.test(name)) continue;
      draft.operators.push({
        framework: 'numpy',
        domain: 'zarr',
        name,
        known: true,
        effect: 'nested-load',
        certainty: 'possible',
        detail: 'is the codec of the array: its chunks are unpickled when they are read',
        where: document.placeOf([...path, key]),
      });
    }
  }
}
