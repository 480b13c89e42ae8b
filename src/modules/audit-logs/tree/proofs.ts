/** Proofs over the tree: that an entry is in it, and that a tree grew out of an earlier one. */
import { nodeHash } from './hashing.ts';

/** Hash of a whole subtree: `level` 0 is a leaf, it covers 2^level leaves from index · 2^level on. */
export type NodeReader = (level: number, index: number) => Promise<Buffer>;

/**
 * Path from leaf `index` to the root of the first `size` leaves: at most ⌈log2 size⌉ hashes, nearest first.
 * @throws RangeError unless 0 ≤ index < size
 * @source RFC 6962 section 2.1.1
 */
export async function inclusionProof(index: number, size: number, read: NodeReader): Promise<Buffer[]> {
  if (!(index >= 0 && index < size)) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  return pathIn(index, { from: 0, to: size }, read);
}

/**
 * Shows that the first `earlier` leaves of a tree of `size` are the tree that was there before.
 * @throws RangeError unless 0 < earlier ≤ size
 * @source RFC 6962 section 2.1.2
 */
export async function consistencyProof(earlier: number, size: number, read: NodeReader): Promise<Buffer[]> {
  if (!(earlier > 0 && earlier <= size)) throw new RangeError(`a tree of ${size} leaves did not grow out of one of ${earlier}`);
  return subproof(earlier, { from: 0, to: size }, { isWhole: true, read });
}

type Range = { readonly from: number; readonly to: number };

async function pathIn(index: number, { from, to }: Range, read: NodeReader): Promise<Buffer[]> {
  if (to - from === 1) return [];
  const middle = from + splitOf(to - from);
  if (index < middle) return [...(await pathIn(index, { from, to: middle }, read)), await rangeHash({ from: middle, to }, read)];
  return [...(await pathIn(index, { from: middle, to }, read)), await rangeHash({ from, to: middle }, read)];
}

type Sub = { readonly isWhole: boolean; readonly read: NodeReader };
async function subproof(earlier: number, { from, to }: Range, { isWhole, read }: Sub): Promise<Buffer[]> {
  if (earlier === to - from) return isWhole ? [] : [await rangeHash({ from, to }, read)];
  const split = splitOf(to - from);
  const middle = from + split;
  if (earlier <= split)
    return [...(await subproof(earlier, { from, to: middle }, { isWhole, read })), await rangeHash({ from: middle, to }, read)];
  return [
    ...(await subproof(earlier - split, { from: middle, to }, { isWhole: false, read })),
    await rangeHash({ from, to: middle }, read),
  ];
}

/** Root of the leaves of a range that begins where a subtree of its size may begin. */
export async function rangeHash({ from, to }: Range, read: NodeReader): Promise<Buffer> {
  const count = to - from;
  const level = Math.round(Math.log2(count));
  if (2 ** level === count) return read(level, from / count);
  const middle = from + splitOf(count);
  return nodeHash(await rangeHash({ from, to: middle }, read), await rangeHash({ from: middle, to }, read));
}

/** Largest power of two below `count`. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/** Longest proof there can be: sizes are safe integers. */
export const longestProof = 64;
type Claim = { readonly index: number; readonly size: number; readonly leaf: Buffer; readonly root: Buffer };

/** Whether `proof` leads from the leaf to the root. Pure. @source RFC 9162 section 2.1.3.2 */
export function isIncluded({ index, size, leaf, root }: Claim, proof: readonly Buffer[]): boolean {
  if (!(index >= 0 && index < size) || proof.length > longestProof) return false;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else hash = nodeHash(hash, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}

type Growth = { readonly earlier: number; readonly size: number; readonly earlierRoot: Buffer; readonly root: Buffer };

/** Whether `proof` shows that the tree of `earlier` leaves is the beginning of the tree of `size`. Pure. @source RFC 9162 section 2.1.4.2 */
export function isConsistent({ earlier, size, earlierRoot, root }: Growth, proof: readonly Buffer[]): boolean {
  if (!(earlier > 0 && earlier <= size) || proof.length > longestProof) return false;
  if (earlier === size) return proof.length === 0 && earlierRoot.equals(root);
  const isPower = Number.isInteger(Math.log2(earlier)) && 2 ** Math.round(Math.log2(earlier)) === earlier;
  const [first, ...rest] = isPower ? [earlierRoot, ...proof] : proof;
  if (first === undefined) return false;
  let node = earlier - 1;
  let last = size - 1;
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let old = first;
  let young = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      old = nodeHash(sibling, old);
      young = nodeHash(sibling, young);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else young = nodeHash(young, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && old.equals(earlierRoot) && young.equals(root);
}
