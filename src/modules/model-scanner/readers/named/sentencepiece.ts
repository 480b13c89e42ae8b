/** SentencePiece vocabularies: pieces with scores, nothing that acts. */
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { type Field, fields, fieldText, fitsShape } from '../parts/protobuf.ts';

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
  read: (source, where, tools) => {
    if (!isVocabulary(source)) return null;
    const draft = draftArtefact('sentencepiece', where, source.size);
    draft.role = 'config';
    guarded(draft, () => {
      let pieces = 0;
      for (const field of fields(source, 0, source.size)) {
        if (field.number !== 1) continue;
        checkPiece(source, field, pieces, draft);
        pieces += 1;
        if ((pieces & 0xfff) === 0) tools.budget.checkTime();
      }
      draft.metadata.set('pieces', pieces);
    });
    return draft;
  },
});

/** SentencePiece.Type BYTE: the piece must spell a byte, because programs parse it without looking (CVE-2025-52566). */
const byteType = 6;
const longestPiece = 65_536;

function checkPiece(source: ByteSource, piece: Field, index: number, draft: Draft): void {
  let text: Field | null = null;
  let type = 1;
  for (const field of fields(source, piece.start, piece.end)) {
    if (field.number === 1 && field.wire === 2) text = field;
    if (field.number === 3 && field.wire === 0) type = field.value;
  }
  const place = rangePlace(draft.where, piece.start, piece.end - piece.start);
  const report = (code: string, detail: string) => {
    if (!draft.anomalies.some((anomaly) => anomaly.code === code)) draft.anomalies.push(broken(code, detail, place));
  };
  if (text && text.end - text.start > longestPiece) report('sentencepiece-length', `Piece ${index} has ${text.end - text.start} bytes.`);
  if (type === byteType && !(text && /^<0x[0-9A-F]{2}>$/.test(fieldText(source, text, 20))))
    report('sentencepiece-byte', `Piece ${index} is marked as a byte and does not spell one.`);
}

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
