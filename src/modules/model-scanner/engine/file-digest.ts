/** SHA-256 of a whole file, by blocks: for the bill of materials of a deep scan. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const blockBytes = 2 ** 20;

/**
 * @param path never a link: the scan has resolved it.
 * @returns 64 hexadecimal digits; null when it cannot be read, or is no regular file.
 */
export function sha256OfFile(path: string): string | null {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      return fstatSync(descriptor).isFile() ? digestOf(descriptor) : null;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The scan itself has said that the file cannot be opened.
    return null;
  }
}

function digestOf(descriptor: number): string {
  const hash = createHash('sha256');
  const block = new Uint8Array(blockBytes);
  for (;;) {
    const count = readSync(descriptor, block, 0, blockBytes, null);
    if (count === 0) return hash.digest('hex');
    hash.update(block.subarray(0, count));
  }
}
