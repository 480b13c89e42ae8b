/** Bytes by range. Readers never see a path, never load a whole file, and never extract to disk. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Budget } from './budget.ts';

export type ByteSource = {
  readonly size: number;
  /** A copy of at most `length` bytes from `offset`; shorter only at the end. Counts against the budget. */
  read(offset: number, length: number): Uint8Array;
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
    read: (offset, length) => (offset >= bounded ? new Uint8Array(0) : outer.read(start + offset, Math.min(length, bounded - offset))),
  };
}

/**
 * Opens a regular file once, without following a final link, then works on the descriptor: a path checked and then opened is a race.
 * @throws the system error when it cannot be opened; the caller reports `permission`.
 */
export function openFileSource(path: string, budget: Budget): ByteSource & { close(): void } {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) {
    closeSync(descriptor);
    throw Object.assign(new Error('not a regular file'), { code: 'ENOTFILE' });
  }
  return {
    size: stat.size,
    read(offset, length) {
      const wanted = Math.max(0, Math.min(length, stat.size - offset));
      budget.spendRead(wanted);
      const buffer = new Uint8Array(wanted);
      let filled = 0;
      while (filled < wanted) {
        const count = readSync(descriptor, buffer, filled, wanted - filled, offset + filled);
        if (count === 0) break;
        filled += count;
      }
      return filled === wanted ? buffer : buffer.subarray(0, filled);
    },
    close: () => closeSync(descriptor),
  };
}
