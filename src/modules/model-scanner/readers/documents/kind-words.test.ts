import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { documents } from '../../documents.generated.ts';
import type { DocumentKind } from '../../engine/document.ts';
import { kindsByWord, kindWords } from './kind-words.ts';

const escapes = ['\\u004', '\\u005', '\\u006', '\\u007', '\\x4', '\\x5', '\\x6', '\\x7'];

/** The plain way: every word is looked for by itself. */
function plainly(bytes: Uint8Array, kinds: readonly Pick<DocumentKind, 'words'>[]): number[] {
  const buffer = Buffer.from(bytes);
  const has = (word: string) => buffer.includes(word, 0, 'utf8');
  return kinds.flatMap(({ words }, kind) => (words !== undefined && (words.some(has) || escapes.some(has)) ? [kind] : []));
}
const sorted = (found: ReadonlySet<number>) => [...found].sort((a, b) => a - b);

const every: readonly Pick<DocumentKind, 'words'>[] = documents;
const table = kindWords(every);
const words = every.flatMap((kind) => kind.words ?? []);

test('each word of each kind is found, alone, at the end and at the beginning of a text', () => {
  assert.ok(words.length > 80);
  for (const word of [...words, ...escapes])
    for (const text of [word, `x${word}`, `${word}x`, `${word.slice(0, -1)} ${word.slice(1)}`]) {
      const bytes = Buffer.from(text);
      assert.deepEqual(sorted(kindsByWord(bytes, table)), plainly(bytes, every), text);
    }
});

test('the same kinds are found as when every word is looked for by itself', () => {
  const piece = fc.oneof(
    fc.constantFrom(...words, ...escapes),
    fc.constantFrom(...words).map((word) => word.slice(1)),
    fc.constantFrom(...words).map((word) => word.slice(0, -1)),
    fc.constantFrom('\\u00', '\\x', '"', ' ', '\n', 'é', ':'),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const bytes = Buffer.from(pieces.join(''));
      assert.deepEqual(sorted(kindsByWord(bytes, table)), plainly(bytes, every));
    }),
    { numRuns: 2000 },
  );
});

test('words of any length and letters are found, and kinds without words never are', () => {
  const few = [{ words: ['é', 'aa'] }, {}, { words: ['a', 'ab', 'aab'] }, { words: ['日本'] }];
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'é', '日', '本', '\\x', '4'), { maxLength: 8 }), (letters) => {
      const bytes = Buffer.from(letters.join(''));
      assert.deepEqual(sorted(kindsByWord(bytes, kindWords(few))), plainly(bytes, few));
    }),
    { numRuns: 2000 },
  );
});
