/** The right edge of a growing tree: enough to append in O(log n) and to know the root, without anything behind it. */
import { hash as digest } from 'node:crypto';
import { emptyRoot, type HashText, hashBytes, hashOfText, nodeHash } from './hashing.ts';

/** Called for each subtree that became whole: `level` 0 is a leaf; it covers 2^level leaves from index · 2^level on. */
export type NodeSink = (level: number, index: number, hash: Buffer) => void;
type TextSink = (level: number, index: number, hash: HashText) => void;

/**
 * Roots of the whole subtrees a tree of `size` leaves falls into, largest first: one for each 1 in the binary form of `size`.
 * @source RFC 6962 section 2.1; RFC 9162 section 2.1.2
 */
export class Frontier {
  #size: number;
  /** By level, 0x01 ‖ left ‖ right: the subtree that waits stands at the left already, so that hashing it copies nothing. */
  readonly #pairs: Buffer[] = [];

  /** @param hashes as {@link bytes} answers them. @throws RangeError when they are not as many as the size asks for */
  constructor(size = 0, hashes: Uint8Array = new Uint8Array()) {
    const levels = levelsOf(size);
    if (hashes.length !== levels.length * hashBytes)
      throw new RangeError(`a tree of ${size} leaves has an edge of ${levels.length} hashes, not of ${hashes.length / hashBytes}`);
    this.#size = size;
    for (const [at, level] of levels.entries()) this.#pair(level).set(hashes.subarray(at * hashBytes, (at + 1) * hashBytes), 1);
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Buffer, sink?: NodeSink): void {
    this.appendText(leaf.toString('latin1'), sink && ((level, index, hash) => sink(level, index, hashOfText(hash))));
  }

  /** The same for a hash as text: nothing is allocated but the hashes themselves. */
  appendText(leaf: HashText, sink?: TextSink): void {
    let hash = leaf;
    let index = this.#size;
    let level = 0;
    sink?.(0, index, leaf);
    for (; index % 2 === 1; level += 1) {
      const pair = this.#pair(level);
      pair.write(hash, 1 + hashBytes, 'latin1');
      hash = digest('sha256', pair, 'latin1');
      index = (index - 1) / 2;
      sink?.(level + 1, index, hash);
    }
    this.#pair(level).write(hash, 1, 'latin1');
    this.#size += 1;
  }

  copy(): Frontier {
    return new Frontier(this.#size, this.bytes());
  }

  root(): Buffer {
    const [last, ...rest] = this.#edge().toReversed();
    if (last === undefined) return emptyRoot;
    return rest.reduce((right, hash) => nodeHash(hash, right), last);
  }

  /** The edge as bytes, largest subtree first. */
  bytes(): Buffer {
    return Buffer.concat(this.#edge());
  }

  #edge(): Buffer[] {
    // Copies: the buffers of pairs are written again.
    return levelsOf(this.#size).map((level) => Buffer.from(this.#pair(level).subarray(1, 1 + hashBytes)));
  }

  #pair(level: number): Buffer {
    const found = this.#pairs[level];
    if (found !== undefined) return found;
    const pair = Buffer.alloc(1 + 2 * hashBytes, 1);
    this.#pairs[level] = pair;
    return pair;
  }
}

/** Levels of the whole subtrees of a tree, largest first. Sizes go beyond 2^32: no bit operators. */
export function levelsOf(size: number): number[] {
  const levels: number[] = [];
  for (let rest = size, level = 0; rest > 0; rest = Math.floor(rest / 2), level += 1) if (rest % 2 === 1) levels.unshift(level);
  return levels;
}
