/** Compressed streams that may follow one another in one file. */
export type Decoded = { readonly bytes: Uint8Array; readonly consumed: number };

/**
 * Decodes frame after frame as long as one starts where the last ended.
 * @returns null when the output would be larger than `most`.
 */
export function joinFrames(
  input: Uint8Array,
  most: number,
  starts: (rest: Uint8Array) => boolean,
  decodeFrame: (rest: Uint8Array, left: number) => Decoded | null,
): Decoded | null {
  const parts: Uint8Array[] = [];
  let total = 0;
  let at = 0;
  while (at < input.length) {
    const rest = input.subarray(at);
    if (at > 0 && !starts(rest)) break;
    const decoded = decodeFrame(rest, most - total);
    if (!decoded || total + decoded.bytes.length > most) return null;
    if (decoded.consumed <= 0) break;
    if (decoded.bytes.length > 0) parts.push(decoded.bytes);
    total += decoded.bytes.length;
    at += decoded.consumed;
  }
  return { bytes: parts.length === 1 ? (parts[0] ?? new Uint8Array(0)) : joinBytes(parts, total), consumed: at };
}

export function joinBytes(parts: readonly Uint8Array[], total: number): Uint8Array {
  const joined = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A growing output that refuses to pass its limit. */
export class BoundedOutput {
  readonly most: number;
  #bytes: Uint8Array;
  #length = 0;
  constructor(most: number, guess: number) {
    this.most = most;
    this.#bytes = new Uint8Array(Math.max(0, Math.min(most, Math.max(64, guess))));
  }
  get length(): number {
    return this.#length;
  }
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
  /** @throws OutputTooLarge */
  push(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }
  append(part: Uint8Array): void {
    this.#reserve(part.length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }
  byteBack(distance: number): number {
    return this.#bytes[this.#length - distance] ?? 0;
  }
  /** Copies `length` bytes from `distance` back; the ranges may overlap, which repeats the pattern. */
  repeat(distance: number, length: number): void {
    this.#reserve(length);
    const bytes = this.#bytes;
    let from = this.#length - distance;
    if (distance >= length) {
      bytes.copyWithin(this.#length, from, from + length);
      this.#length += length;
      return;
    }
    for (let left = length; left > 0; left--) bytes[this.#length++] = bytes[from++] ?? 0;
  }
  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    if (needed > this.most) throw new OutputTooLarge();
    const grown = new Uint8Array(Math.min(this.most, Math.max(needed, this.#bytes.length * 2)));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

export class OutputTooLarge extends Error {
  override readonly name = 'OutputTooLarge';
}

/** Runs a decoder of ours: too much output is null, as the callers expect. */
export function withinLimit(work: () => Decoded): Decoded | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof OutputTooLarge) return null;
    throw error;
  }
}
