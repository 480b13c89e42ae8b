/** Which document kinds have one of their words in a text: one pass over the bytes for the words of all kinds. */
import type { DocumentKind } from '../../engine/document.ts';

/** A letter may also be written with an escape (`\u0063lass_name`): a text that escapes plain letters may hold any word. */
const escapes = ['\\u004', '\\u005', '\\u006', '\\u007', '\\x4', '\\x5', '\\x6', '\\x7'];
/** Stands for every kind that has words. */
const everyKind = -1;

type Lead = {
  readonly word: Uint8Array /** Where in the word the two bytes stand that it is known by. */;
  readonly at: number;
  readonly kind: number;
};
export type KindWords = {
  /** By two bytes in a row, the first one low: 1 where some word is known by them. */
  readonly pairs: Uint8Array;
  readonly leads: ReadonlyMap<number, readonly Lead[]>;
  /** Words of fewer than two bytes. */
  readonly short: readonly { readonly word: string; readonly kind: number }[];
  /** Kinds that have words, by their index. */
  readonly kinds: readonly number[];
};

/** Built once for a list of kinds. @returns what `kindsByWord` looks for; each word by the pair of its bytes that is rarest in text. */
export function kindWords(kinds: readonly Pick<DocumentKind, 'words'>[]): KindWords {
  const leads = new Map<number, Lead[]>();
  const pairs = new Uint8Array(2 ** 16);
  const short: { word: string; kind: number }[] = [];
  const add = (text: string, kind: number): void => {
    const word = new TextEncoder().encode(text);
    if (word.length < 2) {
      short.push({ word: text, kind });
      return;
    }
    const at = rarestPair(word);
    const pair = pairAt(word, at);
    pairs[pair] = 1;
    leads.set(pair, [...(leads.get(pair) ?? []), { word, at, kind }]);
  };
  const withWords = kinds.flatMap(({ words }, kind) => (words === undefined ? [] : [kind]));
  for (const kind of withWords) for (const word of kinds[kind]?.words ?? []) add(word, kind);
  for (const letter of escapes) add(letter, everyKind);
  return { pairs, leads, short, kinds: withWords };
}

/**
 * @returns indexes of the kinds of which a word stands in the bytes; of all that have words when plain letters are escaped.
 * Pure; one pass, each place compared with the few words that are known by its two bytes.
 */
export function kindsByWord(bytes: Uint8Array, { pairs, leads, short, kinds }: KindWords): ReadonlySet<number> {
  const found = new Set<number>();
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const { word, kind } of short) if (buffer.includes(word, 0, 'utf8')) found.add(kind);
  let before = bytes[0] ?? 0;
  for (let at = 1; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const pair = before | (byte << 8);
    before = byte;
    if (pairs[pair] === 0) continue;
    for (const lead of leads.get(pair) ?? []) {
      if (found.has(lead.kind) || !stands(bytes, at - 1 - lead.at, lead.word)) continue;
      if (lead.kind === everyKind) return new Set(kinds);
      found.add(lead.kind);
    }
  }
  return found;
}

function stands(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  if (start < 0 || start + word.length > bytes.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word[i]) return false;
  return true;
}

function pairAt(word: Uint8Array, at: number): number {
  return (word[at] ?? 0) | ((word[at + 1] ?? 0) << 8);
}

function rarestPair(word: Uint8Array): number {
  let best = 0;
  for (let at = 1; at + 1 < word.length; at++) if (commonness(word, at) < commonness(word, best)) best = at;
  return best;
}

/** From most to least frequent in programs and prose; only their order of magnitude matters. */
const frequent = ' etaoinsrldcumpfhg"\n,._b:-()/0123456789=\'vwyk';

function commonness(word: Uint8Array, at: number): number {
  const of = (byte: number | undefined): number => {
    const place = byte === undefined ? -1 : frequent.indexOf(String.fromCharCode(byte));
    return place < 0 ? 1 : frequent.length + 1 - place;
  };
  return of(word[at]) * of(word[at + 1]);
}
