/** MATLAB files: version 4 matrices, and version 5 elements one after the other, compressed ones unpacked for their class; functions and objects are named. */
import { inflateSync } from 'node:zlib';
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

/** @source MAT-File Format (MathWorks), version 5: data types and array classes. */
const types = { matrix: 14, compressed: 15 } as const;
const classes: ReadonlyMap<number, string> = new Map([
  [3, 'object'],
  [16, 'function handle'],
  [17, 'opaque object'],
]);
const latin1 = new TextDecoder('latin1');
const signature = 'MATLAB 5.0 MAT-file';
const headerBytes = 128;
/** Enough of an unpacked element to see its class. */
const seenBytes = 4096;

export default defineReader({
  format: 'matlab',
  certain: ({ head, size }) => (head[0] === 0x4d && latin1.decode(head.subarray(0, 19)) === signature) || startsVersionFour(head, size),
  read: (source, where, tools) => {
    const draft = draftArtefact('matlab', where, source.size);
    draft.role = 'dataset';
    const isFive = latin1.decode(source.read(0, 19)) === signature;
    guarded(draft, () => (isFive ? readElements(source, draft, tools) : readVersionFour(source, draft, tools)));
    return draft;
  },
});

/** Bytes of an element by the third digit of the type. @source MAT-File Format, version 4. */
const widths = [8, 4, 4, 2, 2, 1];
type Matrix = { readonly name: number; readonly end: number; readonly littleEndian: boolean };

/** Type (1,000 for big-endian, tens for the element, ones for the kind), rows, columns, imaginary part, length of the name. */
function matrixAt(head: Uint8Array, at: number): Matrix | null {
  if (at + 20 > head.length) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const littleEndian = view.getUint32(at, true) < 60;
  const type = view.getUint32(at, littleEndian) % 1000;
  const [rows, columns, imaginary, name] = [4, 8, 12, 16].map((offset) => view.getUint32(at + offset, littleEndian));
  const width = widths[Math.floor(type / 10)];
  if (width === undefined || type % 10 > 2 || rows === undefined || columns === undefined || imaginary === undefined || name === undefined)
    return null;
  if (imaginary > 1 || name < 2 || name > 64 || (!littleEndian && Math.floor(view.getUint32(at, false) / 1000) !== 1)) return null;
  return { name, littleEndian, end: at + 20 + name + rows * columns * width * (1 + imaginary) };
}

/** No signature: the first matrix must have a name of letters and lie in the file. */
function startsVersionFour(head: Uint8Array, size: number): boolean {
  // The type is below 60, or between 1,000 and 1,999 with its high byte first: asked about every file, this rules out most.
  if ((head[0] !== 0 || head[1] !== 0) && (head[1] !== 0 || head[2] !== 0 || head[3] !== 0)) return false;
  const first = matrixAt(head, 0);
  return first !== null && first.end <= size && /^[A-Za-z]\w*\0+$/.test(latin1.decode(head.subarray(20, 20 + first.name)));
}

function readVersionFour(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  let at = 0;
  let matrices = 0;
  while (at < source.size) {
    tools.budget.checkTime();
    const matrix = matrixAt(source.read(at, 20), 0);
    if (!matrix) throw new MalformedBytes('matlab-matrix', at, 'no matrix stands where the one before ends');
    at += matrix.end;
    if (at > source.size) throw new TruncatedBytes('matlab-matrix', at - matrix.end, 'a matrix ends beyond the file');
    matrices += 1;
  }
  draft.metadata.set('version', 4);
  draft.metadata.set('variables', matrices);
}

function readElements(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const cursor = new Cursor(source, headerBytes - 2);
  const order = cursor.u16();
  if (order !== 0x4d49 && order !== 0x494d)
    throw new MalformedBytes('matlab-order', headerBytes - 2, 'the mark of the byte order is wrong');
  cursor.littleEndian = order === 0x4d49;
  let elements = 0;
  while (cursor.left >= 8) {
    tools.budget.checkTime();
    const at = cursor.at;
    const type = cursor.u32();
    const size = cursor.u32();
    if (size > cursor.left)
      throw new TruncatedBytes('matlab-element', at, `an element of ${size} bytes does not fit into the ${cursor.left} that are left`);
    const content = cursor.at;
    elements += 1;
    if (type === types.compressed)
      guarded(draft, () => readClass(unpacked(source.read(content, Math.min(size, 1 << 20)), tools), cursor.littleEndian, at, draft));
    else if (type === types.matrix) readClass(source.read(at, Math.min(size + 8, seenBytes)), cursor.littleEndian, at, draft);
    else draft.anomalies.push(broken('matlab-type', `An element has the type ${type}.`, rangePlace(draft.where, at, 8)));
    cursor.seek(content + size);
  }
  draft.metadata.set('variables', elements);
}

function unpacked(packed: Uint8Array, tools: ReaderTools): Uint8Array {
  try {
    const bytes = inflateSync(packed, { finishFlush: 2, maxOutputLength: 2 ** 20 });
    tools.budget.spendOutput(bytes.length);
    return bytes.subarray(0, seenBytes);
  } catch (error) {
    if (error instanceof RangeError) return partly(packed);
    throw new MalformedBytes('matlab-compressed', 0, 'a compressed element cannot be unpacked');
  }
}

/** More than may be held: its beginning says enough. */
function partly(packed: Uint8Array): Uint8Array {
  try {
    return inflateSync(packed.subarray(0, 1024), { finishFlush: 2, maxOutputLength: 4 * 2 ** 20 }).subarray(0, seenBytes);
  } catch {
    throw new MalformedBytes('matlab-compressed', 0, 'a compressed element cannot be unpacked');
  }
}

/** Tag of the matrix, then array flags: their first byte is the class. */
function readClass(bytes: Uint8Array, littleEndian: boolean, at: number, draft: Draft): void {
  if (bytes.length < 24) return;
  const flags = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(16, littleEndian);
  const name = classes.get(flags & 255);
  if (name === undefined || draft.code.length > 100) return;
  draft.operators.push({
    framework: 'config',
    domain: 'matlab',
    name,
    known: false,
    effect: 'none',
    certainty: 'possible',
    detail: 'a value whose class has code of its own, which MATLAB runs when it is restored',
    where: rangePlace(draft.where, at),
  });
}
