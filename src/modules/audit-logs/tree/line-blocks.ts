/** Lines of a file as bytes, many at a time in one buffer that is used again: constant memory, nothing copied. */
import { open } from 'node:fs/promises';
import { wordSlack } from './scan-text.ts';

/**
 * Lines from `from` to `to`, each with its newline. `from` is at least 1: the byte before a line may be overwritten, and so may the
 * newline of a line that was read; {@link wordSlack} bytes follow the last line. The bytes are good until the next block is asked for.
 */
export type LineBlock = { readonly bytes: Buffer; readonly from: number; readonly to: number };

/** Longest line that is kept when a block holds no whole one; a longer one is cut there, so that it can only be wrong. */
export const longestLine = 65_536;
const newline = 10;
const blockBytes = 2 ** 20;

/** Reads into `bytes` from `at` on, at most `most`; answers how many, 0 at the end. */
type Fill = (bytes: Buffer, at: number, most: number) => Promise<number>;

/** A last line without a newline is a line too. @throws what opening the file throws */
export async function* blocksOfFile(path: string): AsyncGenerator<LineBlock> {
  const file = await open(path, 'r');
  try {
    yield* blocksFrom(async (bytes, at, most) => (await file.read(bytes, at, most, null)).bytesRead);
  } finally {
    await file.close();
  }
}

async function* blocksFrom(fill: Fill): AsyncGenerator<LineBlock> {
  const bytes = Buffer.alloc(1 + blockBytes + 1 + wordSlack);
  let end = 1;
  /** The rest of a line that was too long to be kept. */
  let isSkipping = false;
  for (;;) {
    const count = await fill(bytes, end, 1 + blockBytes - end);
    if (count === 0) break;
    const first = isSkipping ? bytes.indexOf(newline, end) + 1 : 1;
    const isOver = first > 0 && first <= end + count;
    end += count;
    if (isSkipping && !isOver) {
      end = 1;
      continue;
    }
    isSkipping = false;
    const to = bytes.lastIndexOf(newline, end - 1) + 1;
    if (to > first) yield { bytes, from: first, to };
    const rest = Math.max(to, first);
    bytes.copyWithin(1, rest, end);
    end = 1 + end - rest;
    if (end < 1 + blockBytes) continue;
    bytes[1 + longestLine + 1] = newline;
    yield { bytes, from: 1, to: 1 + longestLine + 2 };
    isSkipping = true;
    end = 1;
  }
  if (end === 1) return;
  bytes[end] = newline;
  yield { bytes, from: 1, to: end + 1 };
}

/** One line, for callers that have it alone. */
export function blockOfLine(line: Buffer): LineBlock {
  const bytes = Buffer.alloc(line.length + 2 + wordSlack);
  line.copy(bytes, 1);
  bytes[line.length + 1] = newline;
  return { bytes, from: 1, to: line.length + 2 };
}
