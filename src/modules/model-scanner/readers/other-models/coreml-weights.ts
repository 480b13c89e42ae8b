/** Weights of Core ML programs: blobs, each behind a description of its place. Numbers only. */
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded, type ReaderTools, TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';

/** @source coremltools mlmodel/src/MILBlob/Blob/StorageFormat.hpp: header of 64 bytes, descriptions aligned to 64. */
const alignment = 64;
const sentinel = 0xdeadbeef;

export default defineReader({
  format: 'coreml-weights',
  certain: ({ head }) => head[4] === 2 && head[5] === 0 && head[64] === 0xef && head[65] === 0xbe && head[66] === 0xad && head[67] === 0xde,
  read: (source, where, tools) => {
    const draft = draftArtefact('coreml-weights', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readBlobs(source, draft, tools));
    return draft;
  },
});

function readBlobs(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const cursor = new Cursor(source);
  const count = cursor.u32();
  let at = alignment;
  for (let i = 0; i < count; i++) {
    if ((i & 0xff) === 0) tools.budget.checkTime();
    cursor.seek(Math.min(at, source.size));
    const mark = cursor.u32();
    cursor.skip(4);
    const size = cursor.u64();
    const offset = cursor.u64();
    const place = rangePlace(draft.where, at, alignment);
    if (mark !== sentinel || offset < at) {
      draft.anomalies.push(broken('coreml-blob', `Blob ${i} of ${count} has no description where it should stand.`, place));
      draft.unread.push({ reason: 'reader-failed', detail: `Blob ${i} of ${count} was not found.`, where: place });
      return;
    }
    if (offset + size > source.size)
      throw new TruncatedBytes('coreml-blob', at, `a blob of ${size} bytes at ${offset} ends beyond the file`);
    at = Math.ceil((offset + size) / alignment) * alignment;
  }
  draft.metadata.set('blobs', count);
}
