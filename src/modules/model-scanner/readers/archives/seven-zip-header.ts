/**
 * The header of a 7z archive: packed streams, folders of coders, substreams and names.
 * @source 7zFormat.txt of the LZMA SDK (public domain).
 */
import { MalformedBytes } from '../../engine/reader.ts';
import type { Cursor } from '../parts/cursor.ts';
import { SevenZipCursor } from './seven-zip-cursor.ts';

export type Coder = { readonly method: string; readonly properties: Uint8Array; readonly inputs: number; readonly outputs: number };
export type SevenZipFolder = {
  readonly coders: readonly Coder[];
  /** Input index ← output index. */
  readonly bonds: ReadonlyMap<number, number>;
  /** Input indexes that are fed by packed streams, in their order. */
  readonly packed: readonly number[];
  readonly sizes: readonly number[];
  readonly crc: number | null;
};
export type SevenZipStreams = {
  readonly packedStart: number;
  readonly packedSizes: readonly number[];
  readonly folders: readonly SevenZipFolder[];
  /** Per folder: sizes and checksums of the files joined in it. */
  readonly parts: readonly (readonly { readonly size: number; readonly crc: number | null }[])[];
};
export type SevenZipFile = {
  readonly name: string;
  readonly hasStream: boolean;
  readonly isFolder: boolean;
  readonly attributes: number | null;
};

const property = {
  end: 0x00,
  header: 0x01,
  archiveProperties: 0x02,
  additionalStreams: 0x03,
  mainStreams: 0x04,
  files: 0x05,
  packInfo: 0x06,
  unpackInfo: 0x07,
  subStreams: 0x08,
  size: 0x09,
  crc: 0x0a,
  folder: 0x0b,
  unpackSizes: 0x0c,
  countOfStreams: 0x0d,
  emptyStream: 0x0e,
  emptyFile: 0x0f,
  names: 0x11,
  attributes: 0x15,
  encodedHeader: 0x17,
} as const;

const mostFolders = 100_000;

export type SevenZipHeader =
  | { readonly kind: 'plain'; readonly streams: SevenZipStreams | null; readonly files: readonly SevenZipFile[] }
  | { readonly kind: 'encoded'; readonly streams: SevenZipStreams };

/** @throws MalformedBytes, TruncatedBytes when the header breaks the format. */
export function sevenZipHeader(cursor: Cursor): SevenZipHeader {
  const read = new SevenZipCursor(cursor);
  const first = read.byte();
  if (first === property.encodedHeader) return { kind: 'encoded', streams: streamsInfo(read) };
  if (first !== property.header) throw read.wrong(`the header begins with ${first}`);
  let id = read.byte();
  if (id === property.archiveProperties) {
    for (let kind = read.number(); kind !== property.end; kind = read.number()) read.skip(read.number());
    id = read.byte();
  }
  if (id === property.additionalStreams) {
    streamsInfo(read);
    id = read.byte();
  }
  const streams = id === property.mainStreams ? streamsInfo(read) : null;
  if (streams) id = read.byte();
  const files = id === property.files ? filesInfo(read) : [];
  return { kind: 'plain', streams, files };
}

function streamsInfo(read: SevenZipCursor): SevenZipStreams {
  let packedStart = 0;
  let packedSizes: readonly number[] = [];
  let folders: readonly SevenZipFolder[] = [];
  let parts: SevenZipStreams['parts'] | null = null;
  for (let id = read.byte(); id !== property.end; id = read.byte()) {
    if (id === property.packInfo) ({ packedStart, packedSizes } = packInfo(read));
    else if (id === property.unpackInfo) folders = unpackInfo(read);
    else if (id === property.subStreams) parts = subStreams(read, folders);
    else throw read.wrong(`the streams hold the property ${id}`);
  }
  const whole = folders.map((folder) => [{ size: outputSize(folder), crc: folder.crc }]);
  return { packedStart, packedSizes, folders, parts: parts ?? whole };
}

function packInfo(read: SevenZipCursor): { packedStart: number; packedSizes: number[] } {
  const packedStart = 32 + read.number();
  const count = read.count(mostFolders * 4);
  let packedSizes: number[] = [];
  for (let id = read.byte(); id !== property.end; id = read.byte()) {
    if (id === property.size) packedSizes = read.numbers(count);
    else if (id === property.crc) read.digests(count);
    else throw read.wrong(`the packed streams hold the property ${id}`);
  }
  return { packedStart, packedSizes };
}

type Shape = Pick<SevenZipFolder, 'coders' | 'bonds' | 'packed'>;

function unpackInfo(read: SevenZipCursor): SevenZipFolder[] {
  if (read.byte() !== property.folder) throw read.wrong('the folders are missing');
  const count = read.count(mostFolders);
  if (read.byte() !== 0) throw read.wrong('folders described elsewhere are not known');
  const shapes = Array.from({ length: count }, () => folderShape(read));
  if (read.byte() !== property.unpackSizes) throw read.wrong('the sizes of the folders are missing');
  const sizes = shapes.map(({ coders }) => read.numbers(coders.reduce((sum, { outputs }) => sum + outputs, 0)));
  let digests: (number | null)[] = [];
  for (let id = read.byte(); id !== property.end; id = read.byte()) {
    if (id !== property.crc) throw read.wrong(`the folders hold the property ${id}`);
    digests = read.digests(count);
  }
  return shapes.map((shape, i) => ({ ...shape, sizes: sizes[i] ?? [], crc: digests[i] ?? null }));
}

function folderShape(read: SevenZipCursor): Shape {
  const count = read.count(32);
  const coders = Array.from({ length: count }, () => coder(read));
  const inputs = coders.reduce((sum, { inputs: many }) => sum + many, 0);
  const outputs = coders.reduce((sum, { outputs: many }) => sum + many, 0);
  if (outputs === 0 || inputs > 64 || outputs > 64) throw read.wrong('a folder has an impossible number of streams');
  const bonds = new Map(Array.from({ length: outputs - 1 }, () => [read.number(), read.number()] as const));
  const packedCount = inputs - bonds.size;
  if (packedCount < 1) throw read.wrong('a folder has no packed stream');
  const free = Array.from({ length: inputs }, (_, i) => i).filter((i) => !bonds.has(i));
  const packed = packedCount === 1 ? free : Array.from({ length: packedCount }, () => read.number());
  return { coders, bonds, packed };
}

function coder(read: SevenZipCursor): Coder {
  const flags = read.byte();
  const method = Buffer.from(read.bytes(flags & 15)).toString('hex');
  const complex = (flags & 0x10) !== 0;
  const [inputs, outputs] = complex ? [read.count(32), read.count(32)] : [1, 1];
  const properties = (flags & 0x20) === 0 ? new Uint8Array(0) : read.bytes(read.count(2 ** 20));
  return { method, properties, inputs, outputs };
}

/** The output that no other coder takes. */
export function finalOutput({ coders, bonds }: Shape): number {
  const outputs = coders.reduce((sum, { outputs: many }) => sum + many, 0);
  const taken = new Set(bonds.values());
  for (let i = 0; i < outputs; i++) if (!taken.has(i)) return i;
  throw new MalformedBytes('7z-broken', 0, 'the coders of a folder form a circle');
}

export function outputSize(folder: SevenZipFolder): number {
  return folder.sizes[finalOutput(folder)] ?? 0;
}

function subStreams(read: SevenZipCursor, folders: readonly SevenZipFolder[]): SevenZipStreams['parts'] {
  let id = read.byte();
  const counts = folders.map(() => 1);
  if (id === property.countOfStreams) {
    for (const i of counts.keys()) counts[i] = read.count(mostFolders);
    if (counts.reduce((sum, count) => sum + count, 0) > mostFolders) throw read.wrong('more files than are read');
    id = read.byte();
  }
  const sizes = folders.map((folder, i) => partSizes(folder, counts[i] ?? 0, id === property.size ? read : null));
  if (id === property.size) id = read.byte();
  const known = (i: number) => counts[i] === 1 && folders[i]?.crc !== null;
  const missing = counts.reduce((sum, count, i) => sum + (known(i) ? 0 : count), 0);
  const digests: (number | null)[] = [];
  for (; id !== property.end; id = read.byte()) {
    if (id !== property.crc) throw read.wrong(`the substreams hold the property ${id}`);
    digests.push(...read.digests(missing));
  }
  let next = 0;
  return sizes.map((list, i) => list.map((size) => ({ size, crc: known(i) ? (folders[i]?.crc ?? null) : (digests[next++] ?? null) })));
}

/** All sizes but the last are written; the last is what is left of the folder. */
function partSizes(folder: SevenZipFolder, count: number, read: SevenZipCursor | null): number[] {
  if (count === 0) return [];
  const sizes = Array.from({ length: count - 1 }, () => read?.number() ?? 0);
  const rest = outputSize(folder) - sizes.reduce((sum, size) => sum + size, 0);
  if (rest < 0) throw new MalformedBytes('7z-broken', 0, 'the files of a folder are longer than the folder');
  return [...sizes, rest];
}

function filesInfo(read: SevenZipCursor): SevenZipFile[] {
  const count = read.count(mostFolders);
  let names: string[] = [];
  let emptyStream: boolean[] = [];
  let emptyFile: boolean[] = [];
  let attributes: (number | null)[] = [];
  for (let id = read.number(); id !== property.end; id = read.number()) {
    const part = read.part(read.number());
    if (id === property.emptyStream) emptyStream = part.bits(count);
    else if (id === property.emptyFile) emptyFile = part.bits(emptyStream.filter(Boolean).length);
    else if (id === property.names) names = part.names(count);
    else if (id === property.attributes) attributes = part.attributes(count);
  }
  let empty = 0;
  return Array.from({ length: count }, (_, i) => {
    const hasStream = emptyStream[i] !== true;
    const isFolder = !hasStream && emptyFile[empty] !== true;
    if (!hasStream) empty += 1;
    return { name: names[i] ?? `file-${i}`, hasStream, isFolder, attributes: attributes[i] ?? null };
  });
}
