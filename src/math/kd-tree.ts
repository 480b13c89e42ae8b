/** A balanced tree over points: exact nearest neighbours and exact neighbourhoods, for up to about 15 dimensions. */

import { type NearPairs, nearPairs, together } from './near-pairs.ts';

const leafSize = 96;

/** Points as rows of one flat array: n rows of `dimensions` numbers, all finite. */
export type Points = { readonly values: Float64Array; readonly dimensions: number };

/** Nodes are numbered like a heap: the children of node k are 2k+1 and 2k+2; all leaves lie on the last level. */
export type KdTree = {
  readonly dimensions: number;
  readonly size: number;
  /** Points in the order of the leaves, and the row each came from. */
  readonly points: Float64Array;
  readonly rows: Int32Array;
  /** First point of each node, and one behind the last. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  /** Tight boxes: least and largest coordinate of each node in each dimension. */
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly firstLeaf: number;
};

export function kdTree({ values, dimensions }: Points): KdTree {
  const size = values.length / dimensions;
  let levels = 0;
  while (size / 2 ** levels > leafSize) levels++;
  const nodes = 2 ** (levels + 1) - 1;
  const rows = Int32Array.from({ length: size }, (_, row) => row);
  const tree: KdTree = {
    dimensions,
    size,
    points: new Float64Array(values.length),
    rows,
    first: new Int32Array(nodes),
    end: new Int32Array(nodes),
    least: new Float64Array(nodes * dimensions),
    most: new Float64Array(nodes * dimensions),
    firstLeaf: 2 ** levels - 1,
  };
  tree.end[0] = size;
  for (let node = 0; node < nodes; node++) {
    boundBox(tree, values, node);
    if (node < tree.firstLeaf) split(tree, values, node);
  }
  for (let i = 0; i < size; i++) {
    const row = (rows[i] as number) * dimensions;
    for (let d = 0; d < dimensions; d++) tree.points[i * dimensions + d] = values[row + d] as number;
  }
  return tree;
}

function boundBox({ dimensions, rows, first, end, least, most }: KdTree, values: Float64Array, node: number): void {
  const at = node * dimensions;
  least.fill(Infinity, at, at + dimensions);
  most.fill(-Infinity, at, at + dimensions);
  for (let i = first[node] as number; i < (end[node] as number); i++) {
    const row = (rows[i] as number) * dimensions;
    for (let d = 0; d < dimensions; d++) {
      const value = values[row + d] as number;
      if (value < (least[at + d] as number)) least[at + d] = value;
      if (value > (most[at + d] as number)) most[at + d] = value;
    }
  }
}

/** Halves the node's points along its widest side. */
function split({ dimensions, rows, first, end, least, most }: KdTree, values: Float64Array, node: number): void {
  const from = first[node] as number;
  const to = end[node] as number;
  const middle = (from + to) >>> 1;
  const at = node * dimensions;
  let widest = 0;
  for (let d = 1; d < dimensions; d++) {
    const width = (most[at + d] as number) - (least[at + d] as number);
    if (width > (most[at + widest] as number) - (least[at + widest] as number)) widest = d;
  }
  const along = (i: number) => values[(rows[i] as number) * dimensions + widest] as number;
  selectMiddle(rows, along, { from, to: to - 1, middle });
  first[2 * node + 1] = from;
  end[2 * node + 1] = middle;
  first[2 * node + 2] = middle;
  end[2 * node + 2] = to;
}

/** Hoare's selection: afterwards no point before `middle` lies above one behind it. The pivot is the median of three. */
function selectMiddle(rows: Int32Array, along: (i: number) => number, { from, to, middle }: { from: number; to: number; middle: number }) {
  let low = from;
  let high = to;
  while (low < high) {
    const a = along(low);
    const b = along((low + high) >>> 1);
    const c = along(high);
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let i = low;
    let j = high;
    while (i <= j) {
      while (along(i) < pivot) i++;
      while (along(j) > pivot) j--;
      if (i > j) break;
      const kept = rows[i] as number;
      rows[i++] = rows[j] as number;
      rows[j--] = kept;
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}

export type Neighbours = {
  readonly k: number;
  /** k rows for each row, nearest first; itself is not among them. */
  readonly rows: Int32Array;
  readonly distances: Float64Array;
};

/**
 * The k nearest other points of every point. k < size.
 * A whole leaf asks at a time: its points share the way through the tree, and a leaf that is near is held against all of them at once,
 * in single precision with room for its rounding. What passes is measured exactly.
 */
export function nearestNeighbours(tree: KdTree, k: number): Neighbours {
  const { rows, first, end, firstLeaf } = tree;
  const found: Neighbours = { k, rows: new Int32Array(tree.size * k), distances: new Float64Array(tree.size * k) };
  const search = newNearestSearch(tree, k);
  const walk = { stack: new Int32Array(128), bounds: new Float64Array(128) };
  for (let leaf = firstLeaf; leaf < first.length; leaf++) {
    const from = first[leaf] as number;
    const asking = (end[leaf] as number) - from;
    startSearch(tree, search, from, asking);
    searchTogether(tree, { leaf, asking, search }, walk);
    for (let i = 0; i < asking; i++) {
      const at = (rows[from + i] as number) * k;
      for (let place = 0; place < k; place++) {
        found.rows[at + place] = rows[search.places[i * k + place] as number] as number;
        found.distances[at + place] = Math.sqrt(search.squares[i * k + place] as number);
      }
    }
  }
  return found;
}

type NearestSearch = {
  readonly k: number;
  /** First asking point. */
  from: number;
  /** The best so far of each asking point, nearest first. */
  readonly places: Int32Array;
  readonly squares: Float64Array;
  readonly pairs: NearPairs;
  /** First group of points of each leaf. */
  readonly groups: Int32Array;
  /** Singles hold coordinates times this: none is above 1. */
  readonly scale: number;
  /** Farther than this (scaled) two points cannot be moved apart or together by rounding. */
  readonly slack: number;
};

function newNearestSearch(tree: KdTree, k: number): NearestSearch {
  const { dimensions, points, first, end, firstLeaf } = tree;
  const blocks = first.length - firstLeaf;
  const groups = new Int32Array(blocks + 1);
  for (let block = 0; block < blocks; block++) {
    const size = (end[firstLeaf + block] as number) - (first[firstLeaf + block] as number);
    groups[block + 1] = (groups[block] as number) + Math.ceil(size / together);
  }
  const sizes = { dimensions, most: leafSize, blocks, groups: groups[blocks] as number, fullest: Math.ceil(leafSize / together) };
  const pairs = nearPairs(sizes);
  let largest = 0;
  for (let i = 0; i < points.length; i++) largest = Math.max(largest, Math.abs(points[i] as number));
  const scale = largest > 0 ? 1 / largest : 1;
  for (let block = 0; block < blocks; block++) fillBlock(tree, { pairs, block, group: groups[block] as number, scale });
  const slack = 2 ** -21 * Math.sqrt(dimensions);
  return { k, from: 0, places: new Int32Array(leafSize * k), squares: new Float64Array(leafSize * k), pairs, groups, scale, slack };
}

type Block = { readonly pairs: NearPairs; readonly block: number; readonly group: number; readonly scale: number };

/** One leaf's points and box, scaled, in single precision. */
function fillBlock({ dimensions, points, first, end, firstLeaf, least, most }: KdTree, { pairs, block, group, scale }: Block): void {
  const leaf = firstLeaf + block;
  const from = first[leaf] as number;
  for (let i = from; i < (end[leaf] as number); i++) {
    const at = (group + Math.floor((i - from) / together)) * together * dimensions + ((i - from) % together);
    for (let d = 0; d < dimensions; d++) pairs.groups[at + together * d] = (points[i * dimensions + d] as number) * scale;
  }
  for (let d = 0; d < dimensions; d++) {
    pairs.boxes[2 * block * pairs.stride + d] = (least[leaf * dimensions + d] as number) * scale;
    pairs.boxes[(2 * block + 1) * pairs.stride + d] = (most[leaf * dimensions + d] as number) * scale;
  }
}

function startSearch({ dimensions, points }: KdTree, search: NearestSearch, from: number, asking: number): void {
  search.from = from;
  search.squares.fill(Infinity);
  search.pairs.bounds.fill(Infinity);
  const { asking: singles, stride } = search.pairs;
  for (let i = 0; i < asking; i++)
    for (let d = 0; d < dimensions; d++) singles[i * stride + d] = (points[(from + i) * dimensions + d] as number) * search.scale;
}

type Walk = { readonly stack: Int32Array; readonly bounds: Float64Array };
type Asked = { readonly leaf: number; readonly asking: number; readonly search: NearestSearch };

/** Nearer nodes first; what lies farther from the leaf's box than every asking point's k-th neighbour is left out. */
function searchTogether(tree: KdTree, { leaf, asking, search }: Asked, { stack, bounds }: Walk): void {
  let widest = Infinity;
  let depth = 1;
  stack[0] = 0;
  bounds[0] = 0;
  while (depth > 0) {
    depth--;
    let node = stack[depth] as number;
    if ((bounds[depth] as number) >= widest) continue;
    while (node < tree.firstLeaf) {
      const left = gapBetween(tree, leaf, 2 * node + 1);
      const right = gapBetween(tree, leaf, 2 * node + 2);
      // Both may touch the leaf: then its own side comes first.
      const nearer = left < right || (left === right && isAncestor(2 * node + 1, leaf)) ? 1 : 2;
      const farther = Math.max(left, right);
      if (farther < widest) {
        stack[depth] = 2 * node + 3 - nearer;
        bounds[depth++] = farther;
      }
      node = 2 * node + nearer;
    }
    scanLeaf(tree, { leaf: node, asking, search });
    widest = 0;
    for (let i = 1; i <= asking; i++) widest = Math.max(widest, search.squares[i * search.k - 1] as number);
  }
}

/** Squared distance between the boxes of two nodes; 0 when they touch. */
function gapBetween({ dimensions, least, most }: KdTree, one: number, other: number): number {
  const a = one * dimensions;
  const b = other * dimensions;
  let sum = 0;
  for (let d = 0; d < dimensions; d++) {
    const gap = Math.max((least[a + d] as number) - (most[b + d] as number), (least[b + d] as number) - (most[a + d] as number));
    if (gap > 0) sum += gap * gap;
  }
  return sum;
}

function isAncestor(node: number, leaf: number): boolean {
  let up = leaf;
  while (up > node) up = (up - 1) >> 1;
  return up === node;
}

function scanLeaf(tree: KdTree, { leaf, asking, search }: Asked): void {
  const { pairs, groups } = search;
  const number = leaf - tree.firstLeaf;
  const from = tree.first[leaf] as number;
  const size = (tree.end[leaf] as number) - from;
  const found = pairs.search(asking, { number, from: groups[number] as number, to: groups[number + 1] as number });
  for (let k = 0; k < found; k++) {
    const entry = pairs.found[k] as number;
    const who = entry >>> 16;
    const first = ((entry >>> 8) & 255) * together;
    // While a point asks for everything, the empty places of a group are found too.
    for (let one = 0; one < together && first + one < size; one++)
      if ((entry & (1 << one)) !== 0) offer(tree, search, { who, place: from + first + one });
  }
}

/** Measures one pair exactly, and keeps it when it is among the k nearest so far. */
function offer({ dimensions, points }: KdTree, search: NearestSearch, { who, place }: { who: number; place: number }): void {
  const { k, squares, places } = search;
  const self = search.from + who;
  if (place === self) return;
  let sum = 0;
  for (let d = 0; d < dimensions; d++) {
    const gap = (points[place * dimensions + d] as number) - (points[self * dimensions + d] as number);
    sum += gap * gap;
  }
  const last = who * k + k - 1;
  if (sum >= (squares[last] as number)) return;
  let at = last;
  while (at > who * k && (squares[at - 1] as number) > sum) {
    squares[at] = squares[at - 1] as number;
    places[at] = places[at - 1] as number;
    at--;
  }
  squares[at] = sum;
  places[at] = place;
  const reach = Math.sqrt(squares[last] as number) * search.scale * (1 + 1e-5) + search.slack;
  search.pairs.bounds[who] = reach * reach;
}
