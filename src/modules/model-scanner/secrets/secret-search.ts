/** The search for secrets in one file: everything that is read of it is searched once, and nothing that was found leaves in the clear. */
import { createHash } from 'node:crypto';
import type { Where } from '../../../contract/finding.ts';
import type { SecretFact, UnreadFact } from '../engine/artefact.ts';
import { type Budget, BudgetExceeded } from '../engine/budget.ts';
import { rangePlace } from '../engine/place.ts';
import type { ByteSource } from '../engine/source.ts';
import { findSecrets, longestSecret, type SecretHit } from './find-secrets.ts';
import type { SecretTable } from './secret-table.ts';

const pieceBytes = 2 ** 20;
/** Of one stream, and of a file with everything inside it. */
const mostOfStream = 256 * 2 ** 20;
const mostOfFile = 512 * 2 ** 20;
/** Of a stream that has to be unpacked for the search alone. */
const mostUnpacked = 64 * 2 ** 20;
const mostKept = 1000;

export type Span = { readonly start: number; readonly end: number };
export type SearchedStream = {
  readonly source: ByteSource;
  readonly where: Where;
  readonly isText: boolean;
  /** What was read of it; text is searched as a whole. */
  readonly read: readonly Span[];
  /** 2 for text in UTF-16, handed over as one byte a character. */
  readonly width?: 1 | 2;
};
/** `at`: where the context begins in its stream; `shown`: the bytes asked for, counted from the beginning of the context. */
export type Shown = { readonly containerPath: readonly string[]; readonly at: number; readonly shown: Span };
export type SearchResult = { readonly secrets: readonly SecretFact[]; readonly unread: readonly UnreadFact[] };

/** Lives as long as the scan of one file, because what was found in one place is blanked in what is said about another. */
export class SecretSearch {
  readonly #table: SecretTable;
  readonly #budget: Budget;
  readonly #values = new Set<string>();
  readonly #hidden = new Map<string, Span[]>();
  /** Found in what is said about the file, and nowhere in it as a whole: its code puts them together. */
  readonly #joined = new Set<string>();
  #searched = 0;
  #kept = 0;

  constructor(table: SecretTable, budget: Budget) {
    this.#table = table;
    this.#budget = budget;
  }

  /** Never throws for an exhausted budget: what was not searched is named as unread. */
  search(stream: SearchedStream): SearchResult {
    const { source, where, isText, read } = stream;
    const most = source.costly === true ? Math.min(mostUnpacked, this.#budget.outputAllowance() / 2) : mostOfStream;
    const whole = Math.min(source.size, most);
    const found: SecretFact[] = [];
    const unread: UnreadFact[] = [];
    const missed = (from: number) =>
      unread.push({ reason: 'budget', detail: `The text beyond byte ${from} was not searched for secrets.`, where });
    try {
      for (const span of isText ? [{ start: 0, end: whole }] : read) this.#span(span, stream, found);
      if (isText && whole < source.size) missed(whole);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      if (isText) missed(this.#reached);
    }
    return { secrets: found, unread };
  }
  #reached = 0;

  #span({ start, end }: Span, stream: SearchedStream, found: SecretFact[]): void {
    const { source, where, isText, width = 1 } = stream;
    const lines = new LineCount();
    let before = 0;
    for (let at = start; at < end && found.length < mostKept; at += pieceBytes) {
      this.#reached = at;
      const length = Math.min(pieceBytes + longestSecret, end - at);
      this.#searched += length;
      if (this.#searched > mostOfFile) throw new BudgetExceeded('readBytes', 'the search for secrets has read enough');
      const bytes = source.read(at, length);
      for (const hit of findSecrets(bytes, this.#table, isText)) {
        // Beyond the piece it is found again at the beginning of the next one; before it, it was found already.
        if (at + hit.offset < before || (hit.offset >= pieceBytes && at + pieceBytes < end)) continue;
        before = at + hit.offset + hit.length;
        found.push(
          this.#keep(hit, rangePlace(where, (at + hit.offset) * width, hit.length * width), isText ? lines.at(bytes, hit.offset) : null),
        );
      }
      if (isText) lines.pass(bytes, Math.min(pieceBytes, bytes.length));
    }
  }

  #keep(hit: SecretHit, where: Where, line: number | null): SecretFact {
    if (this.#kept < mostKept) {
      this.#kept += 1;
      this.#values.add(hit.value);
      const key = JSON.stringify(where.containerPath);
      const start = where.offset ?? 0;
      this.#hidden.set(key, [...(this.#hidden.get(key) ?? []), { start, end: start + (where.length ?? hit.length) }]);
    }
    return factOf(hit, line === null ? where : { ...where, line });
  }

  /**
   * Bytes that may be shown: every secret among them is blanked with `*` behind its first four characters.
   * @param context bytes around the shown ones, so that one that begins before them is seen.
   */
  blanked(context: Uint8Array, { containerPath, at, shown }: Shown): Uint8Array {
    const copy = Uint8Array.from(context);
    const found = findSecrets(context, this.#table, true).map(({ offset, length }) => ({ start: offset, end: offset + length }));
    const known = (this.#hidden.get(JSON.stringify(containerPath)) ?? []).map(({ start, end }) => ({ start: start - at, end: end - at }));
    for (const { start, end } of [...found, ...known]) copy.fill(0x2a, Math.max(0, start + shownCharacters), Math.max(0, end));
    const buffer = Buffer.from(context.buffer, context.byteOffset, context.byteLength);
    for (const value of this.#values) {
      blankAll(copy, buffer, Buffer.from(value, 'latin1'), 1);
      blankAll(copy, buffer, Buffer.from(value, 'utf16le'), 2);
    }
    for (const value of this.#joined) blankPieces(copy, buffer, value);
    return copy.subarray(shown.start, shown.end);
  }

  /** Text that may be shown: secrets by their shape, and all that were found in this file, even where only a part of one stands. */
  redacted(text: string): string {
    let safe = text;
    for (const { value } of secretsOf(text, this.#table)) {
      safe = safe.replaceAll(value, blank(value));
      if (this.#joined.size < mostJoined && value.length <= longestJoined && !this.#values.has(value)) this.#joined.add(value);
    }
    for (const value of this.#values) safe = withoutValue(safe, value);
    return safe;
  }
}

/** Sentences of ours repeat from file to file: those that were searched and hold no secret are not searched again. */
const harmless = new WeakMap<SecretTable, Set<string>>();
const mostHarmless = 1000;
const longestHarmless = 400;

function secretsOf(text: string, table: SecretTable): readonly SecretHit[] {
  if (text.length < 12) return [];
  const known = harmless.get(table) ?? new Set();
  harmless.set(table, known);
  if (known.has(text)) return [];
  const hits = findSecrets(Buffer.from(text, 'utf8'), table, true);
  if (hits.length === 0 && text.length <= longestHarmless) {
    if (known.size >= mostHarmless) known.clear();
    known.add(text);
  }
  return hits;
}

const shownCharacters = 4;

function blankAll(copy: Uint8Array, bytes: Buffer, value: Buffer, width: number): void {
  for (let place = bytes.indexOf(value); place >= 0; place = bytes.indexOf(value, place + 1))
    copy.fill(0x2a, place + shownCharacters * width, place + value.length);
}

/** So many characters of a secret in a row are a part of it. */
const telling = 10;
const mostJoined = 50;
const longestJoined = 400;

/** Every part of a secret that stands in the bytes by itself. */
function blankPieces(copy: Uint8Array, bytes: Buffer, value: string): void {
  for (let at = 0; at + telling <= value.length; at++) {
    const piece = Buffer.from(value.slice(at, at + telling), 'latin1');
    for (let place = bytes.indexOf(piece); place >= 0; place = bytes.indexOf(piece, place + 1))
      copy.fill(0x2a, place + (at === 0 ? shownCharacters : 0), place + telling);
  }
}

function blank(value: string): string {
  return `${value.slice(0, shownCharacters)}…`;
}

function withoutValue(text: string, value: string): string {
  if (value.length < telling) return text.replaceAll(value, blank(value));
  let safe = text;
  const head = value.slice(0, telling);
  for (let at = safe.indexOf(head); at >= 0; at = safe.indexOf(head, at + shownCharacters + 1)) {
    let length = telling;
    while (length < value.length && safe[at + length] === value[length]) length += 1;
    safe = safe.slice(0, at) + blank(value) + safe.slice(at + length);
  }
  // The end alone, where the beginning was cut off.
  const tail = value.slice(-telling);
  for (let at = safe.indexOf(tail); at >= 0; at = safe.indexOf(tail, at + 1)) {
    let start = at;
    while (start > 0 && value.length - telling - (at - start) > 0 && safe[start - 1] === value[value.length - telling - (at - start) - 1])
      start -= 1;
    safe = `${safe.slice(0, start)}…${safe.slice(at + telling)}`;
  }
  return safe;
}

function factOf({ kind, title, certainty, value }: SecretHit, where: Where): SecretFact {
  // A short one is told by four of its characters more than half.
  const shown = value.slice(0, value.length >= 12 ? shownCharacters : 1);
  return { kind, title, shown, digest: createHash('sha256').update(value).digest('hex').slice(0, 16), certainty, where };
}

/** Line numbers of places that come in rising order. */
class LineCount {
  #before = 1;
  at(bytes: Uint8Array, offset: number): number {
    return this.#before + count(bytes, offset);
  }
  pass(bytes: Uint8Array, length: number): void {
    this.#before += count(bytes, length);
  }
}

/** Behind a line end the next ones are mostly near: a search by the library costs as much as fifty bytes looked at here. */
const nearBytes = 256;

function count(bytes: Uint8Array, end: number): number {
  const last = Math.min(end, bytes.length);
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0 && at < last; at = bytes.indexOf(0x0a, at))
    for (const near = Math.min(last, at + nearBytes); at < near; at++) if (bytes[at] === 0x0a) lines += 1;
  return lines;
}
