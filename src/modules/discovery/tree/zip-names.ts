/** Member names of a zip's central directory: a look at what it is, not a reading of it. */
import type { OpenedFile } from './opened-file.ts';

const maxDirectoryBytes = 262_144;
const maxNames = 2000;

/** @returns up to 2,000 names; empty when no directory is found. Lies between directory and members are the scanner's business. */
export function zipNames(file: Pick<OpenedFile, 'size' | 'read'>): string[] {
  const tailLength = Math.min(file.size, 65_557);
  const tail = file.read(file.size - tailLength, tailLength);
  const end = lastIndexOfEnd(tail);
  if (end < 0) return [];
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const length = Math.min(view.getUint32(end + 12, true), maxDirectoryBytes);
  const declared = view.getUint32(end + 16, true);
  // A zip64 or prefixed archive states another offset; the directory then still ends where the end record begins.
  const offset = declared === 0xffffffff ? Math.max(0, file.size - tailLength + end - length) : declared;
  return namesIn(file.read(Math.min(offset, file.size), length));
}

function lastIndexOfEnd(tail: Uint8Array): number {
  for (let at = tail.length - 22; at >= 0; at -= 1)
    if (tail[at] === 0x50 && tail[at + 1] === 0x4b && tail[at + 2] === 0x05 && tail[at + 3] === 0x06) return at;
  return -1;
}

function namesIn(directory: Uint8Array): string[] {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const decoder = new TextDecoder('utf-8');
  const names: string[] = [];
  let at = 0;
  while (at + 46 <= directory.length && view.getUint32(at, true) === 0x02014b50 && names.length < maxNames) {
    const nameLength = view.getUint16(at + 28, true);
    names.push(decoder.decode(directory.subarray(at + 46, at + 46 + nameLength)));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return names;
}
