/** SentencePiece vocabularies: pieces with scores, nothing that acts. */
import { defineReader, draftArtefact, guarded } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { fields, fitsShape } from '../parts/protobuf.ts';

/** @source sentencepiece_model.proto: ModelProto and its SentencePiece. */
const modelShape: ReadonlyMap<number, number> = new Map([
  [1, 2],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 2],
]);
const pieceShape: ReadonlyMap<number, number> = new Map([
  [1, 2],
  [2, 5],
  [3, 0],
]);

export default defineReader({
  format: 'sentencepiece',
  plausible: ({ head }) => head[0] === 0x0a && head[2] === 0x0a,
  read: (source, where) => {
    if (!isVocabulary(source)) return null;
    const draft = draftArtefact('sentencepiece', where, source.size);
    draft.role = 'config';
    guarded(draft, () => {
      let pieces = 0;
      for (const field of fields(source, 0, source.size)) if (field.number === 1) pieces += 1;
      draft.metadata.set('pieces', pieces);
    });
    return draft;
  },
});

function isVocabulary(source: ByteSource): boolean {
  if (!fitsShape(source, 0, source.size, modelShape)) return false;
  let scored = false;
  for (const field of fields(source, 0, source.size)) {
    if (field.number !== 1) continue;
    if (!fitsShape(source, field.start, field.end, pieceShape)) return false;
    for (const inner of fields(source, field.start, field.end)) if (inner.number === 2) scored = true;
    if (scored) return true;
  }
  return scored;
}
