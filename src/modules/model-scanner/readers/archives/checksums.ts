/** Checksums that compressed streams carry, computed piece by piece. Those the runtime has itself are used as they are. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type Checksum = {
  add(bytes: Uint8Array): void;
  /** The value as the format stores it. */
  value(): Uint8Array;
};

/** CRC-32 of zip, gzip and xz, stored little-endian. */
export function crc32Checksum(): Checksum {
  let crc = 0;
  return {
    add: (bytes) => {
      crc = crc32(bytes, crc);
    },
    value: () => littleEndian(crc),
  };
}

let tables64: { readonly low: Uint32Array; readonly high: Uint32Array } | undefined;

/** Reflected polynomial 0xC96C5795D7870F42. @source ECMA-182; The .xz file format 1.2.1, section 6. */
function crc64Tables(): { readonly low: Uint32Array; readonly high: Uint32Array } {
  if (tables64) return tables64;
  const [low, high] = [new Uint32Array(256), new Uint32Array(256)];
  for (let byte = 0; byte < 256; byte++) {
    let [l, h] = [byte, 0];
    for (let bit = 0; bit < 8; bit++) {
      const odd = (l & 1) !== 0;
      l = ((l >>> 1) | (h << 31)) >>> 0;
      h >>>= 1;
      if (!odd) continue;
      l = (l ^ 0xd7870f42) >>> 0;
      h = (h ^ 0xc96c5795) >>> 0;
    }
    low[byte] = l;
    high[byte] = h;
  }
  tables64 = { low, high };
  return tables64;
}

/** CRC-64 of xz, stored little-endian. */
export function crc64Checksum(): Checksum {
  const { low, high } = crc64Tables();
  let [l, h] = [0xffffffff | 0, 0xffffffff | 0];
  return {
    add: (bytes) => {
      for (const byte of bytes) {
        const index = (l ^ byte) & 255;
        l = ((l >>> 8) | (h << 24)) ^ (low[index] ?? 0);
        h = (h >>> 8) ^ (high[index] ?? 0);
      }
    },
    value: () => Uint8Array.from([...littleEndian(~l), ...littleEndian(~h)]),
  };
}

export function sha256Checksum(): Checksum {
  const hash = createHash('sha256');
  return { add: (bytes) => void hash.update(bytes), value: () => new Uint8Array(hash.digest()) };
}

const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function round(lane: number, view: DataView, at: number): number {
  return Math.imul(rotated((lane + Math.imul(view.getUint32(at, true), prime2)) | 0, 13), prime1);
}

/** xxHash, 32 bits, seed 0, stored little-endian by LZ4. @source xxHash fast digest algorithm 0.1.1, section "XXH32". */
export function xxh32Checksum(): Checksum {
  const held = new Uint8Array(16);
  const lanes = Int32Array.from([(prime1 + prime2) | 0, prime2, 0, -prime1 | 0]);
  let filled = 0;
  let total = 0;
  const stripe = (view: DataView, at: number): void => {
    for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane] ?? 0, view, at + lane * 4);
  };
  return {
    add: (bytes) => {
      total += bytes.length;
      let at = 0;
      if (filled > 0) {
        at = Math.min(16 - filled, bytes.length);
        held.set(bytes.subarray(0, at), filled);
        filled += at;
        if (filled < 16) return;
        stripe(new DataView(held.buffer), 0);
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (; at + 16 <= bytes.length; at += 16) stripe(view, at);
      held.set(bytes.subarray(at));
      filled = bytes.length - at;
    },
    value: () => littleEndian(finished(lanes, held.subarray(0, filled), total)),
  };
}

function finished(lanes: Int32Array, rest: Uint8Array, total: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = lanes;
  let hash = total >= 16 ? (rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)) | 0 : prime5;
  hash = (hash + total) | 0;
  const view = new DataView(rest.buffer, rest.byteOffset, rest.byteLength);
  let at = 0;
  for (; at + 4 <= rest.length; at += 4) hash = Math.imul(rotated((hash + Math.imul(view.getUint32(at, true), prime3)) | 0, 17), prime4);
  for (; at < rest.length; at++) hash = Math.imul(rotated((hash + Math.imul(rest[at] ?? 0, prime5)) | 0, 11), prime1);
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return hash ^ (hash >>> 16);
}

/** CRC-32 with the highest bit first, polynomial 0x04C11DB7: one entry for each byte. @source bzip2 1.0.8, `BZ2_crc32Table`. */
export const bzip2CrcTable: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

function littleEndian(value: number): Uint8Array {
  return Uint8Array.from([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255]);
}
