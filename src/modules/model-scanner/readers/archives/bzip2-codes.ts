/** The Huffman codes of a bzip2 block, in canonical order. */
import type { BitFeed } from './bit-feed.ts';
import { malformed } from './pieces.ts';

const longestCode = 20;

export type Codes = {
  /** By code length: the first code after those of this length, and where its symbols begin. */
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
  readonly shortest: number;
};

/** Lengths are written as differences from the one before. */
export function bzip2Codes(bits: BitFeed, count: number): Codes {
  const lengths = new Uint8Array(count);
  let length = bits.read(5);
  for (let i = 0; i < count; i++) {
    for (;;) {
      if (length < 1 || length > longestCode) throw malformed('bzip2', bits.feed.at, `a bzip2 code has ${length} bits`);
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[i] = length;
  }
  return canonical(lengths);
}

function canonical(lengths: Uint8Array): Codes {
  const counts = new Int32Array(longestCode + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const limit = new Int32Array(longestCode + 1);
  const base = new Int32Array(longestCode + 1);
  const starts = new Int32Array(longestCode + 1);
  let code = 0;
  let at = 0;
  for (let length = 1; length <= longestCode; length++) {
    starts[length] = at;
    base[length] = at - code;
    code += counts[length] ?? 0;
    limit[length] = code;
    at += counts[length] ?? 0;
    code *= 2;
  }
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) {
    const place = starts[length] ?? 0;
    symbols[place] = symbol;
    starts[length] = place + 1;
  }
  const shortest = counts.findIndex((many) => many > 0);
  return { limit, base, symbols, shortest };
}

/** Behind every code a stream goes on for at least the 80 bits of its end mark, so looking ahead stays inside it. */
export function symbolOf(bits: BitFeed, { limit, base, symbols, shortest }: Codes): number {
  const ahead = bits.peek(longestCode);
  for (let length = shortest; length <= longestCode; length++) {
    const code = ahead >>> (longestCode - length);
    if (code >= (limit[length] ?? 0)) continue;
    const symbol = symbols[code + (base[length] ?? 0)];
    if (symbol === undefined) break;
    bits.skip(length);
    return symbol;
  }
  throw malformed('bzip2', bits.feed.at, 'a bzip2 code does not exist');
}
