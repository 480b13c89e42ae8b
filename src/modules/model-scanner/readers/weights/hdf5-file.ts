/** HDF5 from the outside in: superblock, then object headers as lists of messages. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** A file with its base address and the widths its superblock declares. Addresses below are relative to the base. */
export type Hdf5File = {
  readonly source: ByteSource;
  readonly base: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly root: number;
};

export type Message = { readonly type: number; readonly flags: number; readonly start: number; readonly size: number };

const mostMessages = 20_000;
const mostBlocks = 500;

/** Where the signature stands: at 0, or behind a user block of 512 bytes and its doubles. */
export function signatureAt(head: Uint8Array): number | null {
  for (const at of [0, 512, 1024, 2048]) if (signature.every((byte, i) => head[at + i] === byte)) return at;
  return null;
}

/** @source HDF5 File Format Specification 3.0, section II.A. */
export function openHdf5(source: ByteSource, at: number): Hdf5File {
  const cursor = new Cursor(source, at + 8);
  const version = cursor.u8();
  if (version > 3) throw new MalformedBytes('hdf5-superblock', at + 8, `superblock version ${version} does not exist`);
  if (version < 2) cursor.skip(4);
  const offsetBytes = width(cursor);
  const lengthBytes = width(cursor);
  const shape = { source, offsetBytes, lengthBytes };
  if (version >= 2) {
    cursor.skip(1);
    const base = sized(cursor, offsetBytes);
    cursor.skip(2 * offsetBytes);
    return { ...shape, base, root: sized(cursor, offsetBytes) };
  }
  cursor.skip(1 + 2 + 2 + 4 + (version === 1 ? 4 : 0));
  const base = sized(cursor, offsetBytes);
  cursor.skip(3 * offsetBytes + offsetBytes);
  return { ...shape, base: base === 0 ? at : base, root: sized(cursor, offsetBytes) };
}

function width(cursor: Cursor): number {
  const bytes = cursor.u8();
  if (bytes !== 2 && bytes !== 4 && bytes !== 8)
    throw new MalformedBytes('hdf5-superblock', cursor.at - 1, `an address of ${bytes} bytes is not allowed`);
  return bytes;
}

/** An unsigned number of 1, 2, 4 or 8 bytes. */
export function sized(cursor: Cursor, bytes: number): number {
  if (bytes === 8) return cursor.u64();
  if (bytes === 4) return cursor.u32();
  if (bytes === 2) return cursor.u16();
  if (bytes === 1) return cursor.u8();
  let value = 0;
  for (let i = 0; i < bytes; i++) value += cursor.u8() * 2 ** (8 * i);
  return value;
}

/** All ones: nothing is there. */
export function isUndefinedAddress(address: number, { offsetBytes }: Hdf5File): boolean {
  return address >= 2 ** (8 * offsetBytes) - 1 || (offsetBytes === 8 && address >= 2 ** 63);
}

export function cursorAt(file: Hdf5File, address: number): Cursor {
  return new Cursor(file.source, Math.min(file.base + address, Number.MAX_SAFE_INTEGER));
}

export function expectText(cursor: Cursor, text: string): void {
  const at = cursor.at;
  const found = cursor.text(text.length);
  if (found !== text) throw new MalformedBytes('hdf5-signature', at, `${text} is expected here`);
}

/**
 * The messages of the object header at an address, continuation blocks followed.
 * @source HDF5 File Format Specification 3.0, section IV.A.
 */
export function objectMessages(file: Hdf5File, address: number): Message[] {
  const cursor = cursorAt(file, address);
  const at = cursor.at;
  const first = cursor.u8();
  if (first === 1) return versionOne(file, cursor);
  cursor.seek(at);
  expectText(cursor, 'OHDR');
  return versionTwo(file, cursor);
}

type Block = { readonly start: number; readonly end: number };

function versionOne(file: Hdf5File, cursor: Cursor): Message[] {
  cursor.skip(1);
  const count = cursor.u16();
  cursor.skip(4);
  const size = cursor.u32();
  cursor.skip(4);
  const blocks: Block[] = [{ start: cursor.at, end: cursor.at + size }];
  const messages: Message[] = [];
  for (let at = 0; at < blocks.length && messages.length < count; at++) {
    const block = blocks[at];
    if (!block || at > mostBlocks) break;
    const inner = new Cursor(file.source, block.start, block.end);
    while (inner.left >= 8 && messages.length < Math.min(count, mostMessages)) {
      const type = inner.u16();
      const length = inner.u16();
      const flags = inner.u8();
      inner.skip(3);
      const message = { type, flags, start: inner.at, size: length };
      inner.skip(length);
      messages.push(message);
      if (type === continuationType) blocks.push(continuation(file, message, 0));
    }
  }
  return messages;
}

const continuationType = 0x10;

function continuation(file: Hdf5File, { start }: Message, overhead: number): Block {
  const cursor = new Cursor(file.source, start);
  const address = file.base + sized(cursor, file.offsetBytes);
  const length = sized(cursor, file.lengthBytes);
  if (address + length > file.source.size)
    throw new MalformedBytes('hdf5-continuation', start, 'a continuation block lies outside the file');
  return { start: address, end: address + length - overhead };
}

function versionTwo(file: Hdf5File, cursor: Cursor): Message[] {
  const version = cursor.u8();
  if (version !== 2) throw new MalformedBytes('hdf5-header', cursor.at - 1, `object header version ${version} does not exist`);
  const flags = cursor.u8();
  if (flags & 0x20) cursor.skip(16);
  if (flags & 0x10) cursor.skip(4);
  const size = sized(cursor, 2 ** (flags & 3));
  const ordered = (flags & 4) !== 0 ? 2 : 0;
  const blocks: Block[] = [{ start: cursor.at, end: cursor.at + size }];
  const messages: Message[] = [];
  for (let at = 0; at < blocks.length && at < mostBlocks; at++) {
    const block = blocks[at];
    if (!block) break;
    const inner = new Cursor(file.source, block.start, block.end);
    if (at > 0) expectText(inner, 'OCHK');
    while (inner.left >= 4 + ordered && messages.length < mostMessages) {
      const type = inner.u8();
      const length = inner.u16();
      const messageFlags = inner.u8();
      inner.skip(ordered);
      const message = { type, flags: messageFlags, start: inner.at, size: length };
      inner.skip(length);
      messages.push(message);
      if (type === continuationType) blocks.push(continuation(file, message, 4));
    }
  }
  return messages;
}
