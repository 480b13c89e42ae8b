/** Where a pickle could begin again after bytes that are none: looked for by shape, never trusted. */
import type { Budget } from '../budget.ts';
import type { ByteSource } from '../source.ts';
import { windowBytes } from './cursor.ts';
import { globalAt } from './embedded.ts';

/** Longest shape looked for: two names of 200 bytes and their marks. */
const overlap = 512;

function candidateAt(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  if (byte === 0x80) {
    const protocol = bytes[at + 1] ?? 0;
    return protocol >= 2 && protocol <= 5;
  }
  if (byte === 0x63) return globalAt(bytes, at);
  // `(` with an INST further on: its arguments lie between.
  return byte === 0x28 && instWithin(bytes, at + 1);
}

function instWithin(bytes: Uint8Array, from: number): boolean {
  const until = Math.min(bytes.length, from + 64);
  for (let at = from; at < until; at += 1) if (bytes[at] === 0x69 && globalAt(bytes, at)) return true;
  return false;
}

/**
 * The next offset >= `from` at which a stream could start, or -1. Reads by windows.
 */
export function nextCandidate(source: ByteSource, from: number, budget: Budget): number {
  for (let base = from; base < source.size; base += windowBytes) {
    budget.checkTime();
    const bytes = source.read(base, windowBytes + overlap);
    const until = Math.min(windowBytes, bytes.length);
    for (let at = 0; at < until; at += 1) if (candidateAt(bytes, at)) return base + at;
  }
  return -1;
}

/** True when every byte of the range, looked at up to 1 MiB, is zero: padding, not content. */
export function isPadding(source: ByteSource, from: number): boolean {
  const bytes = source.read(from, Math.min(source.size - from, 1 << 20));
  return bytes.every((byte) => byte === 0);
}
