/** Small protocol buffers beside a SavedModel: its fingerprint, and the Keras configurations of its objects. */
import { placeName, rangePlace } from '../../engine/place.ts';
import { defineReader, draftArtefact, guarded, MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { parseJson } from '../parts/json-tokens.ts';
import { type Field, fields, fieldText, fitsShape } from '../parts/protobuf.ts';
import { readKerasConfig } from './keras-config.ts';

/** @source tensorflow/core/protobuf/fingerprint.proto and keras/protobuf/saved_metadata.proto. */
const fingerprintShape: ReadonlyMap<number, number> = new Map([
  [1, 0],
  [2, 0],
  [3, 0],
  [4, 0],
  [5, 0],
  [6, 2],
  [7, 2],
]);
const metadataShape: ReadonlyMap<number, number> = new Map([[1, 2]]);
const nodeShape: ReadonlyMap<number, number> = new Map([
  [1, 0],
  [2, 0],
  [3, 2],
  [4, 2],
  [5, 2],
  [6, 2],
]);
const longestConfig = 32 * 2 ** 20;

export default defineReader({
  format: 'tensorflow-metadata',
  plausible: (glance) => (glance.name === 'fingerprint.pb' || glance.head[0] === 0x0a) && !glance.isText,
  read: (source, where, tools) => {
    if (placeName(where) === 'fingerprint.pb' && fitsShape(source, 0, source.size, fingerprintShape)) {
      const draft = draftArtefact('tensorflow-fingerprint', where, source.size);
      draft.role = 'config';
      return draft;
    }
    const configs = configsOf(source);
    if (configs.length === 0) return null;
    const draft = draftArtefact('keras-metadata', where, source.size);
    draft.role = 'config';
    for (const config of configs)
      guarded(draft, () => {
        const { value } = parseJson(fieldText(source, config, longestConfig));
        if (!(value instanceof Map)) return;
        const inner = draftArtefact('keras-config', rangePlace(where, config.start, config.end - config.start), config.end - config.start);
        readKerasConfig(value, inner, tools);
        draft.members.push(inner);
      });
    return draft;
  },
});

/** JSON texts of the nodes, when the whole has the shape of SavedMetadata. */
function configsOf(source: ByteSource): Field[] {
  if (!fitsShape(source, 0, source.size, metadataShape)) return [];
  const found: Field[] = [];
  try {
    for (const node of fields(source, 0, source.size)) {
      if (!fitsShape(source, node.start, node.end, nodeShape)) return [];
      for (const field of fields(source, node.start, node.end))
        if ((field.number === 4 || field.number === 5) && field.wire === 2 && source.read(field.start, 1)[0] === 0x7b) found.push(field);
    }
  } catch (error) {
    if (error instanceof MalformedBytes) return [];
    throw error;
  }
  return found;
}
