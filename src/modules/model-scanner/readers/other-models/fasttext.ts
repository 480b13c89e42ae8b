/** fastText models: settings, dictionary and matrices, each against the file. Numbers and words only: nothing in it acts. */
import { rangePlace } from '../../engine/place.ts';
import {
  broken,
  type Draft,
  defineReader,
  draftArtefact,
  guarded,
  MalformedBytes,
  type ReaderTools,
  TruncatedBytes,
} from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';

/** @source fastText src/fasttext.cc, args.cc, dictionary.cc, densematrix.cc, version 12. */
export default defineReader({
  format: 'fasttext',
  certain: ({ head }) => head[0] === 0xba && head[1] === 0x16 && head[2] === 0x4f && head[3] === 0x2f,
  read: (source, where, tools) => {
    const draft = draftArtefact('fasttext', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readModel(source, draft, tools));
    return draft;
  },
});

function readModel(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const cursor = new Cursor(source, 4);
  const version = cursor.i32();
  if (version < 11 || version > 12) throw new MalformedBytes('fasttext-version', 4, `version ${version} does not exist`);
  const dimension = cursor.i32();
  draft.metadata.set('version', version);
  draft.metadata.set('dimension', dimension);
  cursor.skip(11 * 4 + 8);
  const at = cursor.at;
  const size = cursor.i32();
  const words = cursor.i32();
  const labels = cursor.i32();
  cursor.skip(8);
  const pruned = cursor.u64();
  if (size < 0 || words < 0 || labels < 0 || words + labels !== size || size * 10 > cursor.left)
    throw new MalformedBytes(
      'fasttext-dictionary',
      at,
      `a dictionary of ${size} entries, ${words} words and ${labels} labels does not fit`,
    );
  draft.metadata.set('words', words);
  draft.metadata.set('labels', labels);
  for (let i = 0; i < size; i++) {
    if ((i & 0xffff) === 0) tools.budget.checkTime();
    skipWord(cursor);
  }
  // A pruning index of -1 means there is none.
  if (pruned < 2 ** 53) cursor.skip(pruned * 8);
  const quantised = cursor.u8();
  if (quantised > 1) throw new MalformedBytes('fasttext-flag', cursor.at - 1, 'a truth value is neither 0 nor 1');
  if (quantised === 1) return;
  matrix(cursor, dimension);
  if (cursor.u8() > 1) throw new MalformedBytes('fasttext-flag', cursor.at - 1, 'a truth value is neither 0 nor 1');
  matrix(cursor, dimension);
  if (cursor.left > 0)
    draft.anomalies.push(
      broken('fasttext-tail', `${cursor.left} bytes follow the model.`, rangePlace(draft.where, cursor.at, cursor.left)),
    );
}

const longestWord = 65_536;

/** Text to a zero byte, count, kind. */
function skipWord(cursor: Cursor): void {
  const at = cursor.at;
  for (let length = 0; cursor.u8() !== 0; length++)
    if (length > longestWord) throw new MalformedBytes('fasttext-word', at, 'a word does not end');
  cursor.skip(8);
  if (cursor.u8() > 1) throw new MalformedBytes('fasttext-word', cursor.at - 1, 'an entry is neither word nor label');
}

function matrix(cursor: Cursor, dimension: number): void {
  const at = cursor.at;
  const rows = cursor.u64();
  const columns = cursor.u64();
  if (columns !== dimension) throw new MalformedBytes('fasttext-matrix', at, `a matrix has ${columns} columns, the model ${dimension}`);
  if (rows * columns * 4 > cursor.left)
    throw new TruncatedBytes(
      'fasttext-matrix',
      at,
      `a matrix of ${rows} × ${columns} does not fit into the ${cursor.left} bytes that are left`,
    );
  cursor.skip(rows * columns * 4);
}
