import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, u32 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { field, message, varint } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

/** Score is a 32-bit number: field 2, wire type 5. */
const piece = (text: string, type = 1) => field(1, message(field(1, text), bytes(varint(2 * 8 + 5), u32(0)), field(3, type)));

test('a vocabulary is clean, byte pieces that spell a byte too', () => {
  const report = reportOf(message(piece('<unk>', 2), piece('<0x0A>', 6), piece('word')), 'tokenizer.model');
  assert.equal(report.format, 'sentencepiece');
  assert.equal(report.verdict, 'clean');
  assert.equal(report.metadata.pieces, 3);
});

test('a byte piece that spells none, and a piece longer than any, are broken', () => {
  assert.deepEqual(codesOf(artefactOf(message(piece('word'), piece('<0xZZ>', 6)), 't.model')), ['sentencepiece-byte']);
  assert.deepEqual(codesOf(artefactOf(message(piece('word'), piece('a'.repeat(70_000))), 't.model')), ['sentencepiece-length']);
});
