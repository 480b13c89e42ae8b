/** Tiles of an export, read as the lines come: the hash that each line had when it was taken into the tree. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Defects } from './export-defect.ts';
import { type HashText, hashBytes } from './hashing.ts';
import { tileHeight, tilePath, tileWidth } from './tiles.ts';

/** A tile of `width` hashes as its file holds it; null: there is none, or it cannot be read. */
export type TileSource = (level: number, index: number, width: number) => Buffer | null;

/** @param folder what lies above `tile/`. */
export const tilesOfFolder =
  (folder: string): TileSource =>
  (level, index, width) => {
    try {
      return readFileSync(join(folder, tilePath(level, index, width)));
    } catch {
      return null;
    }
  };

type Held = { readonly index: number; readonly hashes: string | null };

export class TileFiles {
  readonly #source: TileSource;
  readonly #found: Defects;
  /** Entries that the tiles are of. */
  readonly size: number;
  readonly #held: Held[] = [];

  constructor(source: TileSource, size: number, found: Defects) {
    this.#source = source;
    this.#found = found;
    this.size = size;
  }

  /** Hash of entry `index`; null beyond the tiles, and where a tile is missing. */
  leaf(index: number): HashText | null {
    return index < this.size ? this.#hash(0, index) : null;
  }

  /** Looks whether a subtree is what the tile above says. Of levels that are no tile's nothing is said. */
  check(level: number, index: number, hash: HashText): void {
    if (level === 0 || level % tileHeight !== 0 || (index + 1) * 2 ** level > this.size) return;
    const tileLevel = level / tileHeight;
    const held = this.#hash(tileLevel, index);
    if (held !== null && held !== hash)
      this.#say(
        `${tilePath(tileLevel, Math.floor(index / tileWidth))} does not hold the root of the tile below it at place ${index % tileWidth}.`,
      );
  }

  #hash(level: number, index: number): HashText | null {
    const tile = this.#tile(level, Math.floor(index / tileWidth));
    const at = (index % tileWidth) * hashBytes;
    return tile === null ? null : tile.slice(at, at + hashBytes);
  }

  /** The newest tile of each level is kept: places only rise. */
  #tile(level: number, index: number): string | null {
    const held = this.#held[level];
    if (held?.index === index) return held.hashes;
    const count = Math.floor(this.size / 2 ** (level * tileHeight));
    const width = Math.min(tileWidth, count - index * tileWidth);
    const bytes = this.#source(level, index, width);
    const isWhole = bytes !== null && bytes.length === width * hashBytes;
    if (!isWhole) this.#say(`${tilePath(level, index, width)} is missing, or is not of ${width} hashes.`);
    const hashes = isWhole ? bytes.toString('latin1') : null;
    this.#held[level] = { index, hashes };
    return hashes;
  }

  #say(sentence: string): void {
    this.#found.add({ line: 0, index: null, kind: 'tile', sentence });
  }
}
