/** The tree cut into tiles of 256 hashes: what is stored, exported and read back. @source C2SP tlog-tiles */
import { type HashText, hashBytes, hashOfText, nodeHash } from './hashing.ts';
import type { NodeReader } from './proofs.ts';

export const tileHeight = 8;
export const tileWidth = 2 ** tileHeight;

/** Tile `index` of tile level `level` holds the nodes 256 · index … of tree level 8 · level. */
export type Tile = { readonly level: number; readonly index: number; readonly hashes: Buffer; readonly root: Buffer };

/** Hashes of the tile that is still open, by tile level, lowest first. */
export type OpenTiles = readonly (readonly Buffer[])[];

/** Collects the nodes of a growing tree into tiles; a whole one is handed out, and its root stands in the tile above. */
export class TileBuilder {
  readonly #open: Buffer[][];
  readonly #done: number[];
  readonly #whole: Tile[] = [];

  /** @param size leaves before. @param open hashes of the open tiles of a tree of that size */
  constructor(size = 0, open: OpenTiles = []) {
    this.#open = open.map((hashes) => [...hashes]);
    this.#done = [];
    for (let level = 0, count = size; level < this.#open.length || count > 0; level += 1, count = Math.floor(count / tileWidth)) {
      this.#done[level] = Math.floor(count / tileWidth);
      this.#open[level] ??= [];
      const [found, expected] = [this.#open[level]?.length, count % tileWidth];
      if (found !== expected)
        throw new RangeError(`the open tile of level ${level} of a tree of ${size} leaves has ${expected} hashes, and ${found} were found`);
    }
  }

  /**
   * Takes a node as a Frontier hands it out, in its order: a leaf, then what became whole by it, from below. The root of a whole tile is
   * such a node, so that nothing is hashed twice. Levels that no tile holds are passed over.
   */
  node(level: number, hash: HashText): void {
    if (level % tileHeight !== 0) return;
    const tileLevel = level / tileHeight;
    const bytes = hashOfText(hash);
    if (tileLevel > 0) this.#close(tileLevel - 1, bytes);
    const open = this.#open[tileLevel] ?? [];
    this.#open[tileLevel] = open;
    open.push(bytes);
  }

  #close(level: number, root: Buffer): void {
    const hashes = this.#open[level] ?? [];
    if (hashes.length !== tileWidth) throw new RangeError(`a tile of level ${level} ends with ${hashes.length} hashes`);
    const index = this.#done[level] ?? 0;
    this.#whole.push({ level, index, hashes: Buffer.concat(hashes), root });
    this.#done[level] = index + 1;
    this.#open[level] = [];
  }

  /** Whole tiles since the last call. */
  take(): Tile[] {
    return this.#whole.splice(0);
  }

  /** What is still open, for partial tiles. */
  open(): OpenTiles {
    return this.#open;
  }
}

/** `tile/0/x001/067`, with `.p/N` for a partial one. @source C2SP tlog-tiles, "Merkle Tree" */
export function tilePath(level: number, index: number, width: number = tileWidth): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const parts = digits.match(/\d{3}/g) ?? ['000'];
  const name = parts.map((part, at) => (at === parts.length - 1 ? part : `x${part}`)).join('/');
  return `tile/${level}/${name}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** Hashes of a tile: whole ones have 256, the last of each level fewer. */
export type TileReader = (level: number, index: number, width: number) => Promise<Buffer>;

export type TilePlace = { readonly level: number; readonly index: number; readonly width: number };

/** Where a node stands: `span` hashes from `at` on of a tile. */
function placeOfNode(size: number, level: number, index: number): TilePlace & { readonly at: number; readonly span: number } {
  const tileLevel = Math.floor(level / tileHeight);
  const span = 2 ** (level - tileLevel * tileHeight);
  const first = index * span;
  const tileIndex = Math.floor(first / tileWidth);
  const width = Math.min(tileWidth, Math.floor(size / 2 ** (tileLevel * tileHeight)) - tileIndex * tileWidth);
  return { level: tileLevel, index: tileIndex, width, at: first - tileIndex * tileWidth, span };
}

/** Nodes of any level read through tiles of a tree of `size` leaves; each tile is asked for once. */
export function nodesOfTiles(size: number, read: TileReader): NodeReader {
  const known = new Map<string, Promise<Buffer>>();
  return async (level, index) => {
    const place = placeOfNode(size, level, index);
    const key = `${place.level} ${place.index}`;
    let tile = known.get(key);
    if (tile === undefined) {
      tile = read(place.level, place.index, place.width);
      known.set(key, tile);
    }
    const hashes = await tile;
    if (hashes.length < (place.at + place.span) * hashBytes)
      throw new RangeError(`the tile ${key} ends before node ${index} of level ${level}`);
    return subtree(hashes, place.at, place.span);
  };
}

/** Tiles that some work on nodes will ask for, so that they can be read at once: which nodes a proof needs does not depend on their hashes. */
export async function tilesFor(size: number, work: (nodes: NodeReader) => Promise<unknown>): Promise<TilePlace[]> {
  const places = new Map<string, TilePlace>();
  const anything = Buffer.alloc(hashBytes);
  await work(async (level, index) => {
    const { at: _at, span: _span, ...place } = placeOfNode(size, level, index);
    places.set(`${place.level} ${place.index}`, place);
    return anything;
  });
  return [...places.values()];
}

function subtree(hashes: Buffer, at: number, span: number): Buffer {
  if (span === 1) return hashes.subarray(at * hashBytes, (at + 1) * hashBytes);
  return nodeHash(subtree(hashes, at, span / 2), subtree(hashes, at + span / 2, span / 2));
}
