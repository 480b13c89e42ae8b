/** Takes the leaves of an export into a tree, and holds it against the signed roots and the tiles. */
import { hash } from 'node:crypto';
import type { Defects } from './export-defect.ts';
import { Frontier } from './frontier.ts';
import { type HashText, hashOfText } from './hashing.ts';
import type { ReadLine } from './line-chain.ts';
import type { SignedRoot } from './signed-roots.ts';
import type { TileFiles } from './tile-files.ts';

const mostNamed = 100;
type Place = { readonly line: number; readonly index: number };
type Given = {
  readonly from: number;
  readonly edge: Uint8Array | undefined;
  readonly roots: ReadonlyMap<number, SignedRoot>;
  readonly tiles: TileFiles | null;
  readonly found: Defects;
};

export class SignedTree {
  readonly #found: Defects;
  readonly #from: number;
  readonly #roots: ReadonlyMap<number, SignedRoot>;
  readonly #sizes: readonly number[];
  readonly #tiles: TileFiles | null;
  /** Of the lines as they stand. */
  #lines = new Frontier();
  /** Of the hashes in the tiles, from the first line on that has another one. */
  #tiled: Frontier | null = null;
  /** Sizes that were reached. */
  #reached = 0;
  /** Lines whose hash is not that of their tile, since the last signed size: which of the two is right is decided there. */
  #doubted: Place[] = [];
  #doubtedCount = 0;
  #rechained = 0;
  #lastTiled: HashText | null = null;
  /** Whether roots can be computed: all leaves before are known. */
  readonly canProve: boolean;
  /** Entries from the first on that a signed root proves. */
  proven = 0;

  constructor({ from, edge, roots, tiles, found }: Given) {
    this.#found = found;
    this.#from = from;
    this.#roots = roots;
    this.#sizes = [...roots.keys()].sort((left, right) => left - right);
    this.#tiles = tiles;
    if (edge !== undefined) this.#lines = new Frontier(from, edge);
    this.canProve = this.#lines.size === from || (tiles !== null && this.#takeFromTiles(tiles, from));
    this.#reached = this.#sizes.filter((size) => size <= from).length;
  }

  get size(): number {
    return this.#lines.size;
  }

  #takeFromTiles(tiles: TileFiles, count: number): boolean {
    for (let index = 0; index < count; index += 1) {
      const leaf = tiles.leaf(index);
      if (leaf === null) return false;
      this.#lastTiled = leaf;
      this.#lines.appendText(leaf, (level, at, node) => tiles.check(level, at, node));
    }
    return true;
  }

  /** @param time when the entry was written, as its line says. */
  take(leaf: HashText, line: ReadLine, time: () => string): void {
    const tiles = this.canProve ? this.#tiles : null;
    if (tiles === null) this.#lines.appendText(leaf);
    else this.#takeBoth(tiles, leaf, line);
    if (!this.canProve || this.#lines.size !== this.#sizes[this.#reached]) return;
    this.#reached += 1;
    this.#decide(time());
  }

  #takeBoth(tiles: TileFiles, leaf: HashText, line: ReadLine): void {
    const index = this.#lines.size;
    const tiled = tiles.leaf(index);
    if (tiled !== null && tiled !== leaf) {
      this.#tiled ??= this.#lines.copy();
      this.#doubt({ line: index - this.#from + 1, index }, isOnlyRechained(line, this.#lastTiled, tiled));
    }
    const check = (level: number, at: number, node: HashText): void => tiles.check(level, at, node);
    this.#lines.appendText(leaf, this.#tiled === null ? check : undefined);
    this.#tiled?.appendText(tiled ?? leaf, check);
    this.#lastTiled = tiled;
  }

  #doubt(place: Place, isRechained: boolean): void {
    if (isRechained) {
      this.#rechained += 1;
      return;
    }
    this.#doubtedCount += 1;
    if (this.#doubted.length < mostNamed) this.#doubted.push(place);
  }

  #decide(time: string): void {
    const size = this.#lines.size;
    const signed = this.#roots.get(size);
    if (signed === undefined) return;
    const at = { line: size - this.#from, index: size - 1 };
    if (signed.signedBefore !== null && signed.signedBefore < time)
      this.#found.add({
        ...at,
        kind: 'signature',
        sentence: `The log of ${size} entries was signed by a key that had ended before the last of them.`,
      });
    if (this.#lines.root().equals(signed.root)) {
      if (this.#found.count === 0) this.proven = size;
      this.#blameTiles('The lines are the ones that were signed.');
      return;
    }
    const after = this.#sizes[this.#reached - 2] ?? 0;
    const isTileRight = this.#tiled?.root().equals(signed.root) ?? false;
    if (isTileRight) this.#blameLines();
    const sentence = `Entries ${after} to ${size - 1} are not the ones that were signed as the log of ${size} entries.`;
    this.#found.add({ ...at, kind: 'root', sentence });
    if (!isTileRight) this.#blameTiles('Neither the lines nor the tiles are what was signed.');
    // What comes after is held against what was signed, so that later damage is told from this one.
    if (isTileRight && this.#tiled !== null) this.#lines = this.#tiled;
    this.#tiled = null;
  }

  /** The tiles lead to the signed root, so each line with another hash is not what was written. */
  #blameLines(): void {
    const isFirst = this.#found.count === 0;
    for (const place of this.#doubted)
      this.#found.add({ ...place, kind: 'content', sentence: `Line ${place.line} is not what was signed as entry ${place.index}.` });
    this.#found.addUnnamed(this.#doubtedCount - this.#doubted.length);
    const [first] = this.#doubted;
    if (isFirst && first !== undefined) this.proven = first.index;
    if (this.#rechained > 0) {
      const place = first ?? { line: this.size - this.#from, index: this.size - 1 };
      const sentence = `${this.#rechained} lines after it name another line before them, and are else what was signed.`;
      this.#found.add({ ...place, kind: 'chain', sentence });
    }
    this.#forget();
  }

  #blameTiles(reason: string): void {
    const count = this.#doubtedCount + this.#rechained;
    const [first] = this.#doubted;
    if (count > 0)
      this.#found.add({
        line: first?.line ?? 0,
        index: first?.index ?? null,
        kind: 'tile',
        sentence: `${count} ${count === 1 ? 'line has' : 'lines have'} another hash in the tiles. ${reason}`,
      });
    this.#forget();
    this.#tiled = null;
  }

  #forget(): void {
    this.#doubted = [];
    [this.#doubtedCount, this.#rechained] = [0, 0];
  }

  /** After the last line. */
  finish(): void {
    this.#blameTiles('No checkpoint after them decides which is right.');
  }
}

/** Whether the line is what was signed but for the hash of the line before it. */
function isOnlyRechained({ bytes, from, to }: ReadLine, before: HashText | null, signed: HashText): boolean {
  const line = Buffer.concat([Buffer.of(0), bytes.subarray(from, to)]);
  const prevAt = line.lastIndexOf('"prev":"');
  if (before === null || prevAt < 0) return false;
  line.write(hashOfText(before).toString('hex'), prevAt + '"prev":"'.length, 'latin1');
  return hash('sha256', line, 'latin1') === signed;
}
