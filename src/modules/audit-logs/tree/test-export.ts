/** For tests: a log made without a platform, with its signed checkpoints. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type EntryLine, leafOf, lineOf, zeroLeaf } from '../entry.ts';
import { Frontier } from './frontier.ts';
import { hashBytes, leafHash, nodeHash } from './hashing.ts';
import { rawPublicKey } from './public-key.ts';
import { signCheckpoint } from './signed-note.ts';
import type { TileSource } from './tile-files.ts';
import { tileWidth } from './tiles.ts';

export const testWorkspace = '0190a0b0-0000-7000-8000-000000000001';
export const testOrigin = `aispm/installation/${testWorkspace}`;
export type TestKey = { readonly name: string; readonly privateKey: KeyObject; readonly publicKey: Buffer; readonly keyObject: KeyObject };

export function testKey(name = 'aispm/installation'): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { name, privateKey, publicKey: rawPublicKey(publicKey), keyObject: publicKey };
}

/** An entry with everything but the hash of the one before. Times rise by a microsecond each. */
export function testEntry(index: number, actor = 'somebody'): Omit<EntryLine, 'prev'> {
  const second = Math.floor(index / 1_000_000);
  return {
    v: 1,
    id: `0190a0b0-0000-7000-8000-${String(index).padStart(12, '0')}`,
    time: `2026-05-01T00:00:${String(second).padStart(2, '0')}.${String(index % 1_000_000).padStart(6, '0')}Z`,
    actor: { kind: 'user', id: actor, roles: ['admin'] },
    action: 'ai-assets.update',
    resource: { type: 'ai-assets', id: `asset-${index}` },
    outcome: 'done',
    request: { trace: 'trace', process: 'gateway' },
    workspace: testWorkspace,
    index,
  };
}

/** Lines of a log of `size` entries; `actorOf` lets a test tell another story. */
export function testLines(size: number, actorOf: (index: number) => string = () => 'somebody'): Buffer[] {
  const lines: Buffer[] = [];
  let prev = zeroLeaf;
  for (let index = 0; index < size; index += 1) {
    const line = lineOf({ ...testEntry(index, actorOf(index)), prev });
    prev = leafOf(line);
    lines.push(line);
  }
  return lines;
}

export function testNotes(lines: readonly Buffer[], sizes: readonly number[], key: TestKey, origin = testOrigin): string {
  const frontier = new Frontier();
  const notes: string[] = [];
  for (const line of lines) {
    frontier.append(leafHash(line));
    if (sizes.includes(frontier.size)) notes.push(signCheckpoint({ origin, size: frontier.size, root: frontier.root() }, key));
  }
  return notes.map((note) => `${note}\n`).join('');
}

/** Tiles of a log, as an export holds them. */
export function testTiles(lines: readonly Buffer[]): TileSource {
  const levels: Buffer[] = [Buffer.concat(lines.map((line) => leafHash(line)))];
  for (let below = levels[0]; below !== undefined && below.length >= tileWidth * hashBytes; below = levels.at(-1)) {
    const span = tileWidth * hashBytes;
    const roots = Array.from({ length: Math.floor(below.length / span) }, (_, at) => {
      const hashes = Array.from({ length: tileWidth }, (__, step) =>
        below?.subarray(at * span + step * hashBytes, at * span + (step + 1) * hashBytes),
      );
      return perfectRoot(hashes.filter((one) => one !== undefined));
    });
    levels.push(Buffer.concat(roots));
  }
  return (level, index, width) => {
    const from = index * tileWidth * hashBytes;
    return Buffer.from(levels[level]?.subarray(from, from + width * hashBytes) ?? []);
  };
}

/** Root of 2^k hashes, which must all be there. Pure; `hashes.length` is a power of two. */
export function perfectRoot(hashes: readonly Buffer[]): Buffer {
  let level = hashes;
  while (level.length > 1)
    level = Array.from({ length: level.length / 2 }, (_, at) => nodeHash(at2(level, 2 * at), at2(level, 2 * at + 1)));
  return at2(level, 0);
}

function at2(hashes: readonly Buffer[], place: number): Buffer {
  const found = hashes[place];
  if (found === undefined) throw new RangeError(`the tree has no hash at place ${place}`);
  return found;
}
