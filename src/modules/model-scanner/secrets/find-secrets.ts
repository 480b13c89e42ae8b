/** Secrets in bytes: one pass looks for beginnings, and only there a bounded, anchored check runs. */
import { isRealAssigned, isRealNamed, isRealPassword, isRealShape, normalName } from './secret-checks.ts';
import { type CompiledSecrets, type CompiledShape, compiledSecrets, type Lead, type SecretTable } from './secret-table.ts';

/** A secret with its value: never leaves this folder. */
export type SecretHit = {
  readonly kind: string;
  readonly title: string;
  readonly certainty: 'proved' | 'possible';
  /** Bytes from the beginning of what was searched. */
  readonly offset: number;
  readonly length: number;
  readonly value: string;
};

/** Longest secret that is found whole, a private key of 16,384 bits; pieces of a stream overlap by as much. */
export const longestSecret = 16 * 1024;
const mostHits = 200;

/**
 * @param isText names that promise a secret count too; in other bytes only what has a shape of its own, and strings of pickles beside their name.
 * @returns in order of their places, 200 at most, without overlaps.
 * Linear: each place is looked at once, each look is bounded by `longestSecret`.
 */
export function findSecrets(bytes: Uint8Array, table: SecretTable, isText: boolean): SecretHit[] {
  const secrets = compiledSecrets(table);
  const { pairs, leads, longestRepeat } = secrets;
  // Most bytes lead to no look at all.
  let look: Look | null = null;
  for (let at = nextPair(bytes, pairs, 1); at > 0; at = nextPair(bytes, pairs, at + 1)) {
    const first = bytes[at - 1] as number;
    // Rules of dashes or stars: a beginning stands at their end only.
    if (first === bytes[at]) at = Math.max(at, endOfRun(bytes, at) - longestRepeat + 1);
    look ??= new Look(bytes, secrets, isText);
    for (const lead of leads.get(first | ((bytes[at] ?? 0) << 8)) ?? []) look.at(lead, at - 1);
    if (look.hits.length >= mostHits) break;
  }
  return look === null || look.hits.length === 0 ? [] : withoutOverlap(look.hits);
}

const blockBytes = 4096;

/** Every byte of every file passes here: nothing but the table is looked at. @returns the second byte of the next pair, or -1. */
function nextPair(bytes: Uint8Array, pairs: Uint8Array, from: number): number {
  const last = bytes.length;
  let before = bytes[from - 1] as number;
  for (let at = from; at < last; ) {
    // Blocks of zeros, as arrays and padding have them, are compared by the library; other blocks differ in their first bytes.
    if (bytes[at] === before && pairs[before | (before << 8)] === 0) at = endOfRun(bytes, at);
    for (const end = Math.min(last, at + blockBytes); at < end; at++) {
      const byte = bytes[at] as number;
      if (pairs[before | (byte << 8)] !== 0) return at;
      before = byte;
    }
  }
  return -1;
}

/** @returns where the bytes that equal the one before `from` end, within a block. */
function endOfRun(bytes: Uint8Array, from: number): number {
  const same = bytes[from - 1] as number;
  let end = from;
  // Bytes that equal those one place before are all the same.
  for (let size = blockBytes; size >= blockBytes; ) {
    const isSame =
      end + size <= bytes.length && Buffer.compare(bytes.subarray(end - 1, end - 1 + size), bytes.subarray(end, end + size)) === 0;
    if (isSame) end += size;
    size = isSame ? 2 * size : size / 2;
  }
  while (end < bytes.length && bytes[end] === same) end += 1;
  return end;
}

/** A shape says more than a name, and the longer of two shapes more than the shorter. */
function withoutOverlap(hits: readonly SecretHit[]): SecretHit[] {
  const ranked = [...hits].sort((a, b) => Number(b.certainty === 'proved') - Number(a.certainty === 'proved') || b.length - a.length);
  const kept: SecretHit[] = [];
  for (const hit of ranked)
    if (!kept.some((other) => hit.offset < other.offset + other.length && other.offset < hit.offset + hit.length)) kept.push(hit);
  return kept.sort((a, b) => a.offset - b.offset);
}

/** `at`: from the end of the name; `ended`: nothing of the value follows. */
type Assigned = { readonly value: string; readonly at: number; readonly quoted: boolean; readonly ended: boolean };

/** One search: where it stands, and what it found. */
class Look {
  readonly hits: SecretHit[] = [];
  readonly #bytes: Buffer;
  readonly #secrets: CompiledSecrets;
  readonly #isText: boolean;
  #namesUntil = 0;

  constructor(bytes: Uint8Array, secrets: CompiledSecrets, isText: boolean) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#secrets = secrets;
    this.#isText = isText;
  }

  at(lead: Lead, at: number): void {
    if (!this.#begins(lead, at)) return;
    if (lead.kind === 'shape') this.#shape(lead.shape, at);
    else if (lead.kind === 'address') this.#address(at);
    else if (at >= this.#namesUntil) this.#named(at);
  }

  #begins({ kind, start }: Lead, at: number): boolean {
    if (at + start.length > this.#bytes.length) return false;
    for (let i = 2; i < start.length; i++) {
      const byte = this.#bytes[at + i] ?? 0;
      const lower = kind === 'name' && byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
      if (lower !== start.charCodeAt(i)) return false;
    }
    return true;
  }

  #text(from: number, length: number): string {
    return this.#bytes.toString('latin1', from, Math.min(this.#bytes.length, from + length));
  }

  /** At most `length` bytes that end before `at`. */
  #before(at: number, length: number): string {
    return this.#bytes.toString('latin1', Math.max(0, at - length), at);
  }

  #shape(shape: CompiledShape, at: number): void {
    if (shape.id === 'private-key') {
      this.#privateKey(shape, at);
      return;
    }
    const declared = declaredLength(this.#bytes, at);
    if (isWordByte(this.#bytes[at - 1]) && declared === null && !this.#isEscape(at)) return;
    const window = this.#text(at, 8192);
    const value = (declared === null ? null : matched(shape.expression, window.slice(0, declared))) ?? matched(shape.expression, window);
    if (value === null) return;
    const endsWord = value.length === declared || !/[A-Za-z0-9_]/.test(window[value.length] ?? '');
    if (!endsWord || !isRealShape(shape, value)) return;
    this.#add({ kind: shape.id, title: shape.title, certainty: shape.certainty ?? 'proved' }, at, value);
  }

  /** `\n`, `\t` or `\r` written as an escape, as in the cells of notebooks: what follows begins a word. */
  #isEscape(at: number): boolean {
    return this.#bytes[at - 2] === 0x5c && [0x6e, 0x74, 0x72].includes(this.#bytes[at - 1] ?? 0);
  }

  /** From the opening line to the closing one; without a key in it, it is prose. @source RFC 7468. */
  #privateKey({ id, title, expression }: CompiledShape, at: number): void {
    const beginning = this.#text(at, 600);
    const opening = matched(expression, beginning);
    if (opening === null) return;
    const first = beginning.slice(opening.length);
    // An encrypted one opens nothing without its password.
    if (opening.includes('ENCRYPTED') || first.slice(0, 200).includes('ENCRYPTED')) return;
    const key = /^(?:\\n|\\r|[\s"',+\\]){0,200}([A-Za-z0-9+/=]{32,})/.exec(first)?.[1];
    if (key === undefined || /(.)\1{9}|example|your/i.test(key)) return;
    const window = this.#text(at, longestSecret);
    const end = window.indexOf('-----END', opening.length);
    const body = window.slice(opening.length, end < 0 ? window.length : end);
    const unclosed = opening.length + (/^[A-Za-z0-9+/=\s\\"',-]*/.exec(body)?.[0].length ?? 0);
    const whole = window.slice(0, end < 0 ? unclosed : end);
    this.#add({ kind: id, title, certainty: 'proved' }, at, whole);
  }

  #address(at: number): void {
    const scheme = /[a-z][a-z0-9+.-]{1,29}$/i.exec(this.#before(at, 30))?.[0]?.toLowerCase() ?? '';
    const found = /^:\/\/([^\s:/@"'`<>{}$\\]{0,100}):([^\s@/"'`<>{}$\\]{3,200})@([A-Za-z0-9._-]{1,253})/.exec(this.#text(at, 600));
    const [, user = '', password = '', host = ''] = found ?? [];
    if (!found || scheme === '' || !isRealPassword(decoded(password), host.toLowerCase())) return;
    const isDatabase =
      /^(postgres|mysql|mariadb|mongodb|redis|rediss|amqp|amqps|mssql|sqlserver|clickhouse|neo4j|bolt|cassandra|snowflake)/.test(scheme);
    const what = isDatabase
      ? { kind: 'database-address', title: 'Password in the address of a database' }
      : { kind: 'address-password', title: 'Password or token in an address' };
    this.#add({ ...what, certainty: 'possible' }, at + 4 + user.length, password);
  }

  #named(at: number): void {
    let start = at;
    while (start > at - longestName && isNameByte(this.#bytes[start - 1])) start -= 1;
    let end = at;
    while (end < at + longestName && isNameByte(this.#bytes[end]) && this.#bytes[end] !== 0x2e) end += 1;
    this.#namesUntil = end;
    // Prose goes on with a space and a letter, or ends: most names are followed by no sign at all.
    if (this.#isText && !this.#signFollows(start, end)) return;
    const written = this.#text(start, end - start);
    const assigned = this.#isText ? assignedValue(this.#text(end, 2600), written, this.#before(start, 8)) : this.#pickled(end);
    if (assigned === null) return;
    const name = normalName(written);
    const { value, quoted, ended } = assigned;
    // A long value is not searched for names again: that would take its length times the names in it.
    if (value.length > 200) this.#namesUntil = end + assigned.at + value.length;
    if (!ended) return;
    const known = this.#secrets.names.find(({ names }) => names.some((ending) => endsInName(name, ending)));
    if (known && isRealNamed(known, value)) {
      this.#add({ kind: known.id, title: known.title, certainty: 'possible' }, end + assigned.at, value);
      return;
    }
    if (!isRealAssigned(name, value, quoted)) return;
    const title = /bearer/.test(name) ? 'Bearer token' : /passw|pwd|passphrase/.test(name) ? 'Password' : 'Key or token assigned by name';
    this.#add({ kind: 'assigned-secret', title, certainty: 'possible' }, end + assigned.at, value);
  }

  /** A cheap look before the text is cut out: a quote, a sign, a bracket or a line end within a few characters. */
  #signFollows(start: number, end: number): boolean {
    const first = this.#bytes[end] ?? 0;
    if (first !== 0x20 && first !== 0x09) return true;
    const second = this.#bytes[end + 1] ?? 0;
    if (!isNameByte(second)) return true;
    // `ENV NAME value`, `--name value`, `Bearer value`.
    return this.#bytes[start] === 0x2d || (this.#bytes[start] ?? 0) <= 0x5a || this.#bytes[end - 1] === 0x72;
  }

  /** The text constant behind a name in a pickle: memo opcodes, then a length and as many bytes. @source CPython Lib/pickletools.py. */
  #pickled(end: number): Assigned | null {
    const bytes = this.#bytes;
    let at = end;
    if (bytes[at] === 0x94) at += 1;
    else if (bytes[at] === 0x71) at += 2;
    else if (bytes[at] === 0x72) at += 5;
    const short = bytes[at] === 0x8c || bytes[at] === 0x55 || bytes[at] === 0x43;
    if (!short && bytes[at] !== 0x58) return null;
    if (at + 5 > bytes.length) return null;
    const length = short ? (bytes[at + 1] ?? 0) : bytes.readUInt32LE(at + 1);
    at += short ? 2 : 5;
    const value = this.#text(at, Math.min(length, 2001));
    return length <= 2000 && value.length === length && /^[\x21-\x7e]+$/.test(value)
      ? { value, at: at - end, quoted: true, ended: true }
      : null;
  }

  #add(what: Pick<SecretHit, 'kind' | 'title' | 'certainty'>, offset: number, value: string): void {
    this.hits.push({ ...what, offset, length: value.length, value });
  }
}

function matched(expression: RegExp, text: string): string | null {
  expression.lastIndex = 0;
  return expression.exec(text)?.[0] ?? null;
}

const longestName = 60;

/** Letters, digits, `_`, `-` and `.`. */
function isNameByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x2d || byte === 0x2e;
}

function isWordByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x2f || byte === 0x2b || byte === 0x2d;
}

/** Binary formats write the length before a text (pickle, msgpack, protocol buffers): then the text ends there, whatever follows. */
function declaredLength(bytes: Buffer, at: number): number | null {
  const one = bytes[at - 1] ?? 0;
  const isMarked = [0x8c, 0x55, 0x43, 0xd9].includes(bytes[at - 2] ?? 0) || ((bytes[at - 2] ?? 0) & 7) === 2;
  if (at >= 5 && bytes[at - 5] === 0x58 && bytes[at - 1] === 0) return bytes.readUInt32LE(at - 4);
  return at >= 2 && isMarked && one >= 12 && one < 0x80 && one !== 0x20 ? one : null;
}

/** `auth` alone is a name of its own; longer names count at the end of others. */
function endsInName(name: string, ending: string): boolean {
  return name === ending || (ending.includes('_') && name.endsWith(`_${ending}`));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const signs = [
  // NAME = value, "NAME": value, NAME: value, NAME => value, ["NAME"] = value
  /\\?["'`]?\]?[ \t]{0,8}(?:=>|:=|[:=])[ \t]{0,8}/y,
  // name: NAME and value on the next line, as environments of containers are written
  /\\?["']?,?\s{0,80}\\?["']?value\\?["']?[ \t]{0,8}:[ \t]{0,8}/y,
  // setdefault("NAME", "value")
  /\\?["'`][ \t]{0,4},[ \t]{0,4}(?=\\?["'`])/y,
] as const;

/**
 * The value behind a name.
 * @param rest   text from the end of the name.
 * @param before up to eight characters before the name: `ENV NAME value` and `--name value` need no sign between.
 */
function assignedValue(rest: string, name: string, before: string): Assigned | null {
  // `${NAME:-value}` names what is used when nothing was set.
  if (before.endsWith('${')) return null;
  let at = -1;
  for (const sign of signs) {
    sign.lastIndex = 0;
    if (at < 0 && sign.test(rest)) at = sign.lastIndex;
  }
  const needsNoSign = /(^|\s)(ENV|ARG)[ \t]{1,4}$/.test(before) || name.startsWith('--') || /bearer$/i.test(name);
  if (at < 0 && needsNoSign) at = /^[ \t]{1,4}(?=\S)/.exec(rest)?.[0].length ?? -1;
  if (at < 0) return null;
  const opening = /^[rbuf]?\\?(["'`])/.exec(rest.slice(at, at + 4));
  if (opening) {
    at += opening[0].length;
    const value = /^[!#-&(-[\]-_a-~]{6,2400}/.exec(rest.slice(at))?.[0];
    const closed = value !== undefined && /^\\?["'`]/.test(rest.slice(at + value.length, at + value.length + 2));
    return value === undefined ? null : { value, at, quoted: true, ended: closed };
  }
  const value = /^[!#-&*+./0-:=?-Z^_a-z|~-]{6,2400}/.exec(rest.slice(at))?.[0];
  if (value === undefined) return null;
  const next = rest[at + value.length] ?? '\n';
  return { value, at, quoted: false, ended: /[^!-~]|[,;}\\"'`]/.test(next) };
}
