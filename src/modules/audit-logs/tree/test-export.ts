/** For tests: a log made without a platform, with its signed checkpoints. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type EntryLine, leafOf, lineOf, zeroLeaf } from '../entry.ts';
import { rawPublicKey } from '../public-key.ts';
import { Frontier } from './frontier.ts';
import { leafHash } from './hashing.ts';
import { signCheckpoint } from './signed-note.ts';

export const testWorkspace = '0190a0b0-0000-7000-8000-000000000001';
export const testOrigin = `aispm/installation/${testWorkspace}`;
export type TestKey = { readonly name: string; readonly privateKey: KeyObject; readonly publicKey: Buffer; readonly keyObject: KeyObject };

export function testKey(name = 'aispm/installation'): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { name, privateKey, publicKey: rawPublicKey(publicKey), keyObject: publicKey };
}

/** Lines of a log of `size` entries; `actorOf` lets a test tell another story. */
export function testLines(size: number, actorOf: (index: number) => string = () => 'somebody'): Buffer[] {
  const lines: Buffer[] = [];
  let prev = zeroLeaf;
  for (let index = 0; index < size; index += 1) {
    const entry: EntryLine = {
      v: 1,
      id: `0190a0b0-0000-7000-8000-${String(index).padStart(12, '0')}`,
      time: `2026-05-01T00:00:${String(Math.floor(index / 100) % 60).padStart(2, '0')}.${String(index % 1000).padStart(6, '0')}Z`,
      actor: { kind: 'user', id: actorOf(index), roles: ['admin'] },
      action: 'ai-assets.update',
      resource: { type: 'ai-assets', id: `asset-${index}` },
      outcome: 'done',
      request: { trace: 'trace', process: 'gateway' },
      workspace: testWorkspace,
      index,
      prev,
    };
    const line = lineOf({ ...entry, time: `2026-05-01T00:00:00.${String(index).padStart(6, '0')}Z` });
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
