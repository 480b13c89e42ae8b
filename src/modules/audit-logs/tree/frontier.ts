/** The right edge of a growing tree: enough to append in O(log n) and to know the root, without anything behind it. */
import { emptyRoot, hashBytes, nodeHash } from './hashing.ts';

/** Called for each subtree that became whole: `level` 0 is a leaf; it covers 2^level leaves from index · 2^level on. */
export type NodeSink = (level: number, index: number, hash: Buffer) => void;

/**
 * Roots of the whole subtrees a tree of `size` leaves falls into, largest first: one for each 1 in the binary form of `size`.
 * @source RFC 6962 section 2.1; RFC 9162 section 2.1.2
 */
export class Frontier {
  #size: number;
  /** Smallest last: the next leaf meets it first. */
  readonly #edge: { readonly level: number; readonly hash: Buffer }[];

  /** @param hashes as {@link bytes} answers them. @throws RangeError when they are not as many as the size asks for */
  constructor(size = 0, hashes: Uint8Array = new Uint8Array()) {
    const levels = levelsOf(size);
    if (hashes.length !== levels.length * hashBytes)
      throw new RangeError(`a tree of ${size} leaves has an edge of ${levels.length} hashes, not of ${hashes.length / hashBytes}`);
    this.#size = size;
    this.#edge = levels.map((level, at) => ({ level, hash: Buffer.from(hashes.subarray(at * hashBytes, (at + 1) * hashBytes)) }));
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Buffer, sink: NodeSink = () => {}): void {
    let node = { level: 0, hash: leaf };
    let index = this.#size;
    sink(0, index, leaf);
    for (let last = this.#edge.at(-1); last !== undefined && last.level === node.level; last = this.#edge.at(-1)) {
      this.#edge.pop();
      node = { level: node.level + 1, hash: nodeHash(last.hash, node.hash) };
      index = Math.floor(index / 2);
      sink(node.level, index, node.hash);
    }
    this.#edge.push(node);
    this.#size += 1;
  }

  root(): Buffer {
    const [last, ...rest] = this.#edge.toReversed();
    if (last === undefined) return emptyRoot;
    return rest.reduce((right, { hash }) => nodeHash(hash, right), last.hash);
  }

  /** The edge as bytes, largest subtree first. */
  bytes(): Buffer {
    return Buffer.concat(this.#edge.map(({ hash }) => hash));
  }
}

/** Levels of the whole subtrees of a tree, largest first. Sizes go beyond 2^32: no bit operators. */
export function levelsOf(size: number): number[] {
  const levels: number[] = [];
  for (let rest = size, level = 0; rest > 0; rest = Math.floor(rest / 2), level += 1) if (rest % 2 === 1) levels.unshift(level);
  return levels;
}
