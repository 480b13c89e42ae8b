/** What is kept of a query: enough to see how queries lie to each other, not the input. */
import { hash } from 'node:crypto';
import { randomSource } from '../../../math/random.ts';

export const componentCount = 16;
export const bitCount = 64;
/** 8 id, 8 time, 8 bits, 32 components, 4 answer, 4 confidence, 1 distance to the profile, 7 spare. */
export const sketchBytes = 72;
export const ringLength = 512;

export type FarMark = 'unknown' | 'near' | 'far';
const farMarks: readonly FarMark[] = ['unknown', 'near', 'far'];
export type Sketch = {
  /** First 8 bytes of the SHA-256 of the caller's id. */
  readonly idHash: bigint;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Signs of 64 random projections. */
  readonly bits: bigint;
  /** 16 random projections; distances between them are near those of the inputs (within about a third). */
  readonly components: Float64Array;
  /** Hash of the model's answer. */
  readonly answer: number;
  readonly confidence: number | null;
  /** Whether the input lies far from the data of the model's profile. */
  readonly far: FarMark;
};

const step = 1 / 512;
const mostStep = 32_767;

/** Rows of 80 numbers a feature: 64 for the signs, 16 for the components. Kept for the last few input sizes. */
const projections = new Map<number, Float64Array>();
const mostKept = 8;

function projectionOf(dimensions: number): Float64Array {
  const known = projections.get(dimensions);
  if (known !== undefined) return known;
  const random = randomSource(0x5eed + dimensions);
  const made = Float64Array.from({ length: dimensions * (bitCount + componentCount) }, () => random.normal());
  if (projections.size >= mostKept) projections.delete(projections.keys().next().value ?? 0);
  projections.set(dimensions, made);
  return made;
}

/**
 * Signs and components of an input. Features pass asinh first, so that a unit a thousand times larger does not drown the others.
 * @source Johnson and Lindenstrauss 1984; Charikar 2002 for signs.
 */
export function projectionsOf(features: ArrayLike<number>): Pick<Sketch, 'bits' | 'components'> {
  const width = bitCount + componentCount;
  const matrix = projectionOf(features.length);
  const sums = new Float64Array(width);
  for (let d = 0; d < features.length; d++) {
    const value = Math.asinh(features[d] as number);
    if (value === 0) continue;
    for (let k = 0; k < width; k++) sums[k] = (sums[k] as number) + value * (matrix[d * width + k] as number);
  }
  const bits = (BigInt(signsOf(sums, 32)) << 32n) | BigInt(signsOf(sums, 0));
  const components = sums.slice(bitCount).map((sum) => quantised(sum / Math.sqrt(componentCount)));
  return { bits, components };
}

/** Of 32 sums, as one whole number: large integers bit by bit cost as much as the projections. */
function signsOf(sums: Float64Array, from: number): number {
  let bits = 0;
  for (let k = 0; k < 32; k++) if ((sums[from + k] as number) > 0) bits |= 1 << k;
  return bits >>> 0;
}

/** To 1/512, within ±64; −0 becomes 0. */
export function quantised(value: number): number {
  return Math.max(-mostStep, Math.min(mostStep, Math.round(value / step))) * step + 0;
}

export function hashOfId(id: string): bigint {
  return hash('sha256', id, 'buffer').readBigUInt64LE(0);
}
export function hashOfAnswer(answer: string | number): number {
  return hash('sha256', `${typeof answer} ${answer}`, 'buffer').readInt32LE(0);
}

export function packRing(sketches: readonly Sketch[]): Buffer {
  const bytes = Buffer.alloc(sketches.length * sketchBytes);
  for (const [i, sketch] of sketches.entries()) {
    const at = i * sketchBytes;
    bytes.writeBigUInt64LE(sketch.idHash, at);
    bytes.writeDoubleLE(sketch.at, at + 8);
    bytes.writeBigUInt64LE(sketch.bits, at + 16);
    for (let k = 0; k < componentCount; k++) bytes.writeInt16LE(Math.round((sketch.components[k] as number) / step), at + 24 + 2 * k);
    bytes.writeInt32LE(sketch.answer, at + 56);
    bytes.writeFloatLE(sketch.confidence ?? Number.NaN, at + 60);
    bytes.writeUInt8(farMarks.indexOf(sketch.far), at + 64);
  }
  return bytes;
}

export function unpackRing(bytes: Buffer): Sketch[] {
  return Array.from({ length: Math.floor(bytes.length / sketchBytes) }, (_, i) => {
    const at = i * sketchBytes;
    const confidence = bytes.readFloatLE(at + 60);
    const components = new Float64Array(componentCount);
    for (let k = 0; k < componentCount; k++) components[k] = bytes.readInt16LE(at + 24 + 2 * k) * step;
    return {
      idHash: bytes.readBigUInt64LE(at),
      at: bytes.readDoubleLE(at + 8),
      bits: bytes.readBigUInt64LE(at + 16),
      components,
      answer: bytes.readInt32LE(at + 56),
      confidence: Number.isNaN(confidence) ? null : confidence,
      far: farMarks[bytes.readUInt8(at + 64)] ?? 'unknown',
    };
  });
}

export type Joined = { readonly ring: Sketch[]; readonly added: number; readonly duplicates: number; readonly dropped: number };

/** Adds new sketches in the order of their time; ids that the ring holds are left out; the oldest leave when it is full. */
export function joinRing(ring: readonly Sketch[], fresh: readonly Sketch[]): Joined {
  const known = new Set(ring.map(({ idHash }) => idHash));
  const added: Sketch[] = [];
  for (const sketch of fresh) {
    if (known.has(sketch.idHash)) continue;
    known.add(sketch.idHash);
    added.push(sketch);
  }
  const all = [...ring, ...added].toSorted((a, b) => a.at - b.at);
  const kept = all.slice(Math.max(0, all.length - ringLength));
  return { ring: kept, added: added.length, duplicates: fresh.length - added.length, dropped: all.length - kept.length };
}
