/** npz: a zip archive of numpy arrays. Arrays of Python objects are refused: they hold a pickle. */
import { inflateRawSync } from 'node:zlib';
import {
  countOf,
  mostParameters,
  mostTensors,
  type NumberType,
  orderedTensors,
  type ParsedTensor,
  type ParsedUpdate,
  UnreadableUpdate,
  widthOf,
} from './parsed-update.ts';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const localEntry = 0x04034b50;
const mostInflated = mostParameters * 8;

export function startsZip(bytes: Buffer): boolean {
  return bytes.length >= 22 && bytes.readUInt32LE(0) === localEntry;
}

/**
 * @returns views into `bytes` where members are stored, copies where they are deflated (bounded by what the directory says).
 * @throws UnreadableUpdate; also for zip64, encryption, and methods other than 0 and 8.
 * @source PKWARE APPNOTE 6.3; NEP 1 and numpy.lib.format versions 1 to 3.
 */
export function readNpz(bytes: Buffer): ParsedUpdate {
  let inflated = 0;
  const tensors = membersOf(bytes).map((member) => {
    inflated += member.size;
    if (inflated > mostInflated) throw new UnreadableUpdate('it unpacks to more than is judged');
    return arrayOf(member.name.replace(/\.npy$/, ''), contentOf(bytes, member));
  });
  return { format: 'npz', tensors: orderedTensors(tensors) };
}

type Member = { readonly name: string; readonly method: number; readonly packed: number; readonly size: number; readonly at: number };

function membersOf(bytes: Buffer): Member[] {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff) throw new UnreadableUpdate('zip64 archives are not taken');
  if (count > mostTensors) throw new UnreadableUpdate(`it holds more than ${mostTensors} members`);
  return Array.from({ length: count }, () => {
    if (at + 46 > end || bytes.readUInt32LE(at) !== directoryEntry) throw new UnreadableUpdate('the directory of the archive is broken');
    const [nameLength, extra, comment] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)];
    if ((bytes.readUInt16LE(at + 8) & 1) === 1) throw new UnreadableUpdate('a member is encrypted');
    const member = {
      name: bytes.toString('utf8', at + 46, Math.min(end, at + 46 + nameLength)),
      method: bytes.readUInt16LE(at + 10),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
    };
    at += 46 + nameLength + extra + comment;
    return member;
  });
}

/** The end record lies in the last 65,557 bytes. */
function findEnd(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 65_557); at--) if (bytes.readUInt32LE(at) === endOfDirectory) return at;
  throw new UnreadableUpdate('the archive has no directory');
}

function contentOf(bytes: Buffer, { name, method, packed, size, at }: Member): Buffer {
  const said = name.slice(0, 80);
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== localEntry)
    throw new UnreadableUpdate(`the member ${said} is not where the directory says`);
  const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  if (start + packed > bytes.length) throw new UnreadableUpdate(`the member ${said} is cut`);
  const content = bytes.subarray(start, start + packed);
  if (method === 0) {
    if (packed !== size) throw new UnreadableUpdate(`the member ${said} has two sizes`);
    return content;
  }
  if (method !== 8) throw new UnreadableUpdate(`the member ${said} is packed by method ${method}`);
  if (size > mostInflated) throw new UnreadableUpdate(`the member ${said} unpacks to ${size} bytes`);
  try {
    const whole = inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
    if (whole.length === size) return whole;
  } catch {
    // Broken, or longer than said: refused below.
  }
  throw new UnreadableUpdate(`the member ${said} does not unpack to ${size} bytes`);
}

const headerForm = /^\{ ?'descr': ?'([<>|=][a-z?]\d{1,2})', ?'fortran_order': ?(True|False), ?'shape': ?\(([\d, ]{0,300})\),? ?\}[ \n]*$/;
const typeNames: ReadonlyMap<string, NumberType> = new Map([
  ['f8', 'F64'],
  ['f4', 'F32'],
  ['f2', 'F16'],
  ['i8', 'I64'],
  ['i4', 'I32'],
  ['i2', 'I16'],
  ['i1', 'I8'],
  ['u1', 'U8'],
  ['b1', 'BOOL'],
]);

function arrayOf(name: string, bytes: Buffer): ParsedTensor {
  const said = name.slice(0, 80);
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY')
    throw new UnreadableUpdate(`the member ${said} is no numpy array`);
  const wide = (bytes[6] as number) >= 2;
  const length = wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const dataAt = (wide ? 12 : 10) + length;
  if (length > 10_000 || dataAt > bytes.length) throw new UnreadableUpdate(`the array ${said} has no valid header`);
  const match = headerForm.exec(bytes.toString('latin1', wide ? 12 : 10, dataAt));
  const [, descr = '', fortran, sizes = ''] = match ?? [];
  const type = typeNames.get(descr.slice(1));
  if (type === undefined) throw new UnreadableUpdate(`the array ${said} does not hold plain numbers`);
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size.trim())]));
  if (fortran === 'True' && shape.length > 1) throw new UnreadableUpdate(`the array ${said} is stored by columns (fortran_order)`);
  const count = countOf(name, shape);
  const content = bytes.subarray(dataAt);
  if (content.length !== count * widthOf[type])
    throw new UnreadableUpdate(`the array ${said} declares ${count} numbers, its bytes do not match`);
  return { name, shape, type, isBigEndian: descr.startsWith('>'), bytes: content, count };
}
