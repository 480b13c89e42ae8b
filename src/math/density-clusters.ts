/** Density clusters over a tree of points. */
import type { KdTree } from './kd-tree.ts';

/**
 * Density clusters. A point is a core when at least `minPoints` points, itself included, lie within `radius` (≤).
 * @returns a cluster number for each row, −1 for noise. Clusters are numbered by their first core in row order; a border point goes to
 * the first cluster that reaches it.
 * @source Ester, Kriegel, Sander and Xu 1996; labels equal scikit-learn's.
 */
export function densityClusters(tree: KdTree, { radius, minPoints }: { radius: number; minPoints: number }): Int32Array {
  const { size, dimensions, points, rows } = tree;
  const search = newSearch(tree);
  const square = radius * radius;
  const isCore = new Uint8Array(size);
  const placeOf = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    for (let d = 0; d < dimensions; d++) search.point[d] = points[i * dimensions + d] as number;
    isCore[i] = hasNeighbours(tree, search, { square, minPoints }) ? 1 : 0;
    placeOf[rows[i] as number] = i;
  }
  const cluster = new Int32Array(size).fill(-1);
  const open = { tree, search, square, cluster, left: leftInNodes(tree), queue: new Int32Array(size) };
  let clusters = 0;
  for (let row = 0; row < size; row++) {
    const start = placeOf[row] as number;
    if (cluster[start] !== -1 || isCore[start] === 0) continue;
    grow(open, { start, isCore, number: clusters++ });
  }
  return Int32Array.from({ length: size }, (_, row) => cluster[placeOf[row] as number] as number);
}

function hasNeighbours(tree: KdTree, { point, stack }: Search, { square, minPoints }: { square: number; minPoints: number }): boolean {
  const { first, end, firstLeaf } = tree;
  let count = 0;
  let depth = 1;
  stack[0] = 0;
  while (depth > 0 && count < minPoints) {
    const node = stack[--depth] as number;
    if (boxDistance(tree, node, point) > square) continue;
    if (node < firstLeaf) {
      if (farDistance(tree, node, point) <= square) count += (end[node] as number) - (first[node] as number);
      else {
        stack[depth++] = 2 * node + 1;
        stack[depth++] = 2 * node + 2;
      }
      continue;
    }
    for (let i = first[node] as number; i < (end[node] as number); i++) if (isWithin(tree, i, { point, square })) count++;
  }
  return count >= minPoints;
}

function isWithin({ dimensions, points }: KdTree, i: number, { point, square }: { point: Float64Array; square: number }): boolean {
  const at = i * dimensions;
  let sum = 0;
  for (let d = 0; d < dimensions; d++) {
    const gap = (points[at + d] as number) - (point[d] as number);
    sum += gap * gap;
  }
  return sum <= square;
}

/** Points of each node that no cluster has yet: what is used up is not walked again, however dense it is. */
function leftInNodes({ first, end }: KdTree): Int32Array {
  return first.map((from, node) => (end[node] as number) - from);
}

type Open = { tree: KdTree; search: Search; square: number; cluster: Int32Array; left: Int32Array; queue: Int32Array };

/** Takes everything that can be reached from one core. */
function grow(open: Open, { start, isCore, number }: { start: number; isCore: Uint8Array; number: number }): void {
  const { tree, search, cluster, left, queue } = open;
  const { dimensions, points, first, end, firstLeaf } = tree;
  let waiting = 0;
  const take = (i: number, leaf: number) => {
    cluster[i] = number;
    for (let node = leaf; ; node = (node - 1) >> 1) {
      (left[node] as number)--;
      if (node === 0) break;
    }
    if (isCore[i] === 1) queue[waiting++] = i;
  };
  take(start, leafOf(tree, start));
  while (waiting > 0) {
    const at = (queue[--waiting] as number) * dimensions;
    for (let d = 0; d < dimensions; d++) search.point[d] = points[at + d] as number;
    let depth = 1;
    search.stack[0] = 0;
    while (depth > 0) {
      const node = search.stack[--depth] as number;
      if (left[node] === 0 || boxDistance(tree, node, search.point) > open.square) continue;
      if (node < firstLeaf) {
        search.stack[depth++] = 2 * node + 1;
        search.stack[depth++] = 2 * node + 2;
        continue;
      }
      for (let i = first[node] as number; i < (end[node] as number); i++)
        if (cluster[i] === -1 && isWithin(tree, i, { point: search.point, square: open.square })) take(i, node);
    }
  }
}

function leafOf({ first, firstLeaf }: KdTree, place: number): number {
  let node = 0;
  while (node < firstLeaf) node = 2 * node + (place < (first[2 * node + 2] as number) ? 1 : 2);
  return node;
}

type Search = { readonly point: Float64Array; readonly stack: Int32Array };
function newSearch({ dimensions }: KdTree): Search {
  return { point: new Float64Array(dimensions), stack: new Int32Array(128) };
}

/** Squared distance from a point to a node's box; 0 inside. */
function boxDistance({ dimensions, least, most }: KdTree, node: number, point: Float64Array): number {
  const at = node * dimensions;
  let sum = 0;
  for (let d = 0; d < dimensions; d++) {
    const value = point[d] as number;
    const below = (least[at + d] as number) - value;
    if (below > 0) sum += below * below;
    else {
      const above = value - (most[at + d] as number);
      if (above > 0) sum += above * above;
    }
  }
  return sum;
}

/** Squared distance from a point to the farthest corner of a node's box. */
function farDistance({ dimensions, least, most }: KdTree, node: number, point: Float64Array): number {
  const at = node * dimensions;
  let sum = 0;
  for (let d = 0; d < dimensions; d++) {
    const value = point[d] as number;
    const reach = Math.max(value - (least[at + d] as number), (most[at + d] as number) - value);
    sum += reach * reach;
  }
  return sum;
}
