/** Pickle streams: plain, joblib, and torch's older format of several pickles in a row. */
import { defineReader, draftArtefact, type Glance } from '../../engine/reader.ts';
import { pickleInto } from './pickle-into.ts';
import { fileWalksLikePickle, isNoPickle } from './pickle-shape.ts';

/** LONG1 of torch's magic number 0x1950a86a20f9469cfc6c as the first value of a protocol-2 pickle. */
const torchMagic = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

export default defineReader({
  format: 'pickle',
  certain: announcesProtocol,
  plausible: ({ head, size }) => !isNoPickle(head, size <= head.length),
  read: (source, where, tools) => {
    const head = source.read(0, 4096);
    if (head[0] !== 0x80 && !fileWalksLikePickle(source)) return null;
    const legacy = torchMagic.every((byte, i) => head[i] === byte);
    const joblib = !legacy && mentionsJoblib(head);
    const format = legacy ? 'torch-legacy' : joblib ? 'joblib' : 'pickle';
    const draft = draftArtefact(format, where, source.size);
    draft.role = 'model';
    pickleInto(draft, { source, offset: 0, whole: true, flavour: format === 'pickle' ? 'plain' : format }, tools);
    return draft;
  },
});

function announcesProtocol({ head, size }: Glance): boolean {
  return head[0] === 0x80 && (head[1] ?? 255) <= 5 && size > 2;
}

function mentionsJoblib(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, head.byteLength).includes('joblib.numpy_pickle', 0, 'latin1');
}
