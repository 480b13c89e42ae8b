/** Does a constant start like a stream of its own? Head bytes only. */
import { constants, inflateSync } from 'node:zlib';
import { opcodeOf } from './opcodes.ts';

type EmbeddedKind = 'pickle' | 'zip' | 'zlib' | 'gzip' | 'bzip2' | 'xz' | 'zstd' | 'lz4';

const magics: readonly (readonly [EmbeddedKind, readonly number[]])[] = [
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['gzip', [0x1f, 0x8b, 0x08]],
  // Level 9 and the mark of the first block; Python writes no other level unless asked.
  ['bzip2', [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
];

/** Bytes of a head that tell a compressed stream from chance. */
const probeBytes = 64;

/** Two bytes are soon met by chance: the first block must inflate, too. */
function inflates(head: Uint8Array): boolean {
  try {
    inflateSync(head.subarray(0, probeBytes), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 20 });
    return true;
  } catch (error) {
    return error instanceof RangeError;
  }
}

/** A zlib header: method 8, window at most 32 KiB, the pair a multiple of 31, no preset dictionary (RFC 1950). */
const isZlib = (first: number, second: number): boolean => first === 0x78 && (first * 256 + second) % 31 === 0 && (second & 0x20) === 0;

export function embeddedKind(head: Uint8Array): EmbeddedKind | undefined {
  const [first = 0, second = 0] = head;
  if (first === 0x80 && second >= 1 && second <= 5) return 'pickle';
  if (isZlib(first, second)) return inflates(head) ? 'zlib' : undefined;
  for (const [kind, magic] of magics) {
    if (first === magic[0] && magic.every((byte, at) => head[at] === byte)) return kind;
  }
  // Protocol 0 and 1 have no mark of their own: a global opcode in the head has.
  return (first === 0x63 || first === 0x28) && globalAt(head, first === 0x28 ? 1 : 0) ? 'pickle' : undefined;
}

const isNameByte = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x2e;

/** `c` or `i`, a dotted name, a newline, a dotted name, a newline; or the part of it that the bytes still show. */
export function globalAt(bytes: Uint8Array, at: number): boolean {
  return (bytes[at] === 0x63 || bytes[at] === 0x69) && globalIn(bytes, at, null);
}

const longestName = 200;

/**
 * The same where the first letter is known to fit.
 * @param runs of the same bytes: then a place is told at once; null: its letters are looked at.
 */
export function globalIn(bytes: Uint8Array, at: number, runs: Int32Array | null): boolean {
  let start = at + 1;
  for (let line = 0; line < 2; line += 1) {
    const end = runs === null ? nameEnd(bytes, start) : (runs[start] ?? start);
    if (end === start || end - start >= longestName || bytes[end] !== 0x0a) return false;
    const initial = bytes[start] as number;
    if (initial === 0x2e || (initial >= 0x30 && initial <= 0x39)) return false;
    start = end + 1;
  }
  return true;
}

function nameEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  while (end < bytes.length && end - start < longestName && isNameByte(bytes[end] as number)) end += 1;
  return end;
}

/** For every place, where the letters of a name that begins there end. */
export function nameRuns(bytes: Uint8Array): Int32Array {
  const runs = new Int32Array(bytes.length);
  let end = bytes.length;
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    if (!isNameByte(bytes[at] as number)) end = at;
    runs[at] = end;
  }
  return runs;
}

/** `\x80` and a protocol stand at the start of one in 16,000 random byte strings: an opcode must follow. */
export function looksLikePickle(head: Uint8Array): boolean {
  return head[0] !== 0x80 || head[2] === undefined || opcodeOf(head[2]) !== undefined;
}
