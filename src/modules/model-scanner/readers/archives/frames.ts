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
