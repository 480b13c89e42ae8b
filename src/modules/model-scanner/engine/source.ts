/** Bytes by range. Readers never see a path, never load a whole file, and never extract to disk. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type Budget, BudgetExceeded } from './budget.ts';

export type ByteSource = {
  readonly size: number;
  /** At most `length` bytes from `offset`; shorter only at the end. The bytes may be shared: copy what outlives the call. */
  read(offset: number, length: number): Uint8Array;
  /** Reading far ahead means unpacking everything before: nobody should look at the end just in case. */
  readonly costly?: boolean;
  /** Lets go of what it keeps to answer quickly, decoders and windows; it goes on to answer. */
  release?(): void;
};

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length)),
  };
}

/** A window of another source; ranges outside it read as empty. */
export function windowSource(outer: ByteSource, start: number, size: number): ByteSource {
  const bounded = Math.max(0, Math.min(size, outer.size - start));
  return {
    size: bounded,
    costly: outer.costly === true,
    read: (offset, length) => (offset >= bounded ? new Uint8Array(0) : outer.read(start + offset, Math.min(length, bounded - offset))),
  };
}

/**
 * Content of which only the beginning is held. Reads inside it are answered; the first byte beyond it asks for the rest,
 * so readers that need headers only never cause it to be unpacked.
 * @param rest gives the whole content, or is null when it cannot be had: then that read is a budget breach.
 */
export function beginningSource(held: Uint8Array, size: number, rest: (() => ByteSource) | null): ByteSource {
  let whole: ByteSource | null = null;
  return {
    size: Math.max(size, held.length),
    costly: true,
    read: (offset, length) => {
      if (offset + length <= held.length || offset >= size)
        return held.subarray(Math.min(offset, held.length), Math.min(offset + length, held.length));
      if (rest) {
        whole ??= rest();
        return whole.read(offset, Math.min(length, size - offset));
      }
      if (offset >= held.length)
        throw new BudgetExceeded('heldBytes', `only the first ${held.length} bytes were unpacked: the whole is larger than may be held`);
      return held.subarray(offset);
    },
  };
}

export type FileSource = ByteSource & { close(): void };

/**
 * Files up to this size are read with one call. Larger ones in blocks, the last one kept: large blocks while the reads go on from
 * each other, small ones for reads here and there, as the headers of the members of a large archive.
 */
const wholeFileBytes = 256 * 1024;
const blockBytes = 16 * 1024;
const looseBytes = 1024;

/**
 * Opens a regular file once, without following a final link, then works on the descriptor: a path checked and then opened is a race.
 * @throws the system error when it cannot be opened; the caller reports `permission`.
 */
export function openFileSource(path: string, budget: Budget): FileSource {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) {
    closeSync(descriptor);
    throw Object.assign(new Error('not a regular file'), { code: 'ENOTFILE' });
  }
  const { size } = stat;
  const fromFile = (offset: number, length: number) => readRange(descriptor, offset, length, budget);
  return { size, read: bufferedReads(size, fromFile), close: () => closeSync(descriptor) };
}

/** Small files would each cost the runtime a piece of memory of its own, cleared for nothing: they share larger ones. */
function emptyBytes(length: number): Uint8Array {
  if (length > wholeFileBytes) return new Uint8Array(length);
  const pooled = Buffer.allocUnsafe(length);
  // A plain array: `slice` of a Buffer would not copy.
  return new Uint8Array(pooled.buffer, pooled.byteOffset, length);
}

function readRange(descriptor: number, offset: number, length: number, budget: Budget): Uint8Array {
  budget.spendRead(length);
  const buffer = emptyBytes(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, buffer, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled === length ? buffer : buffer.subarray(0, filled);
}

/** Small reads cost a system call each; directories and headers are many small reads close together. */
function bufferedReads(size: number, fromFile: (offset: number, length: number) => Uint8Array): ByteSource['read'] {
  let block: Uint8Array = new Uint8Array(0);
  let blockAt = 0;
  return (offset, length) => {
    const wanted = Math.max(0, Math.min(length, size - offset));
    if (wanted === 0) return new Uint8Array(0);
    const blockEnd = blockAt + block.length;
    if (offset < blockAt || offset + wanted > blockEnd) {
      const goesOn = offset >= blockAt && offset <= blockEnd + looseBytes;
      const unit = size <= wholeFileBytes ? wholeFileBytes : goesOn ? blockBytes : looseBytes;
      const start = offset - (offset % unit);
      if (offset + wanted > start + unit) return fromFile(offset, wanted);
      block = fromFile(start, Math.min(unit, size - start));
      blockAt = start;
    }
    return block.subarray(offset - blockAt, offset - blockAt + wanted);
  };
}
