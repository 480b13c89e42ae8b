/**
 * Canonical JSON values read byte by byte. Each scan answers the place after what it read, or -1: not certain.
 * Where -1 is answered, the full reader decides: being too careful here costs time, never a verdict.
 * A newline ends what may be read, and no canonical text holds one: no scan runs past it but by the few bytes of {@link wordSlack}.
 */

/** Place after a value that begins at `at`, or -1. Bytes come as a view because it also reads four of them at once. */
export type Scan = (bytes: DataView, at: number) => number;

/** So many bytes must follow the last newline. */
export const wordSlack = 16;

const quote = 0x22;
const backslash = 0x5c;
/** Bytes that stand for themselves inside a text. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x20 && byte < 0x80 && byte !== quote && byte !== backslash ? 1 : 0));
/** What may follow a backslash in the one form ECMAScript writes, besides u: " \ b f n r t. */
const shortEscapes = new Set([...'"\\bfnrt'].map((sign) => sign.charCodeAt(0)));
const deepest = 24;

/** Does a fixed word stand at a place? It is compared four bytes at a time. */
export function wordTest(word: string): (bytes: DataView, at: number) => boolean {
  const letters = Buffer.from(word, 'latin1');
  const view = new DataView(letters.buffer, letters.byteOffset, letters.length);
  const fours = Int32Array.from({ length: Math.floor(letters.length / 4) }, (_, step) => view.getInt32(4 * step, true));
  const rest = letters.length - 4 * fours.length;
  // The last one to three bytes, without those that stand behind the word.
  const mask = 2 ** (8 * rest) - 1;
  const last = [...letters.subarray(4 * fours.length)].reduce((sum, byte, step) => sum + byte * 2 ** (8 * step), 0);
  return (bytes, at) => {
    let place = at;
    for (let step = 0; step < fours.length; step += 1, place += 4) if (bytes.getInt32(place, true) !== fours[step]) return false;
    return rest === 0 || (bytes.getInt32(place, true) & mask) === last;
  };
}

/** @param most UTF-16 units; a text of at most so many bytes has no more of them. */
export const text =
  (most: number): Scan =>
  (bytes, at) => {
    const end = textEnd(bytes, at);
    return end - at - 2 <= most ? end : -1;
  };

/** Well-formed UTF-8 in the one form that JSON.stringify gives to it. @source RFC 8785 section 3.2.2.2; Unicode 16, table 3-7 */
export function textEnd(bytes: DataView, at: number): number {
  if (bytes.getUint8(at) !== quote) return -1;
  let place = at + 1;
  while (place > 0) {
    const byte = bytes.getUint8(place);
    if (plain[byte] === 1) place += 1;
    else if (byte === quote) return place + 1;
    else if (byte === backslash) place = escapeEnd(bytes, place);
    else place = byte >= 0x80 ? characterEnd(bytes, place) : -1;
  }
  return -1;
}

function escapeEnd(bytes: DataView, at: number): number {
  const sign = bytes.getUint8(at + 1);
  if (shortEscapes.has(sign)) return at + 2;
  // Control characters without a short form: u00, then 0 or 1, then a small hexadecimal digit.
  if (sign !== 0x75 || bytes.getUint8(at + 2) !== 0x30 || bytes.getUint8(at + 3) !== 0x30) return -1;
  const high = bytes.getUint8(at + 4) - 0x30;
  const low = hexValue(bytes.getUint8(at + 5));
  if ((high !== 0 && high !== 1) || low < 0) return -1;
  const code = high * 16 + low;
  return code >= 8 && code <= 13 && code !== 11 ? -1 : at + 6;
}

function characterEnd(bytes: DataView, at: number): number {
  const [first, second] = [bytes.getUint8(at), bytes.getUint8(at + 1)];
  if (first >= 0xc2 && first <= 0xdf) return isTail(second) ? at + 2 : -1;
  if (first >= 0xe0 && first <= 0xef) {
    if (second < (first === 0xe0 ? 0xa0 : 0x80) || second > (first === 0xed ? 0x9f : 0xbf)) return -1;
    return isTail(bytes.getUint8(at + 2)) ? at + 3 : -1;
  }
  if (first < 0xf0 || first > 0xf4) return -1;
  if (second < (first === 0xf0 ? 0x90 : 0x80) || second > (first === 0xf4 ? 0x8f : 0xbf)) return -1;
  return isTail(bytes.getUint8(at + 2)) && isTail(bytes.getUint8(at + 3)) ? at + 4 : -1;
}

const isTail = (byte: number): boolean => byte >= 0x80 && byte <= 0xbf;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Of a small hexadecimal digit; -1 for another byte. */
function hexValue(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
}

/** A whole number from 0 of at most 15 digits: below 2^53. */
export const whole: Scan = (bytes, at) => {
  let end = at;
  while (isDigit(bytes.getUint8(end))) end += 1;
  const isOne = end > at && end - at <= 15 && (bytes.getUint8(at) !== 0x30 || end === at + 1);
  return isOne ? end : -1;
};

/** Any value. Names of members rise strictly; names with other than plain signs are left to the full reader. */
export const json: Scan = (bytes, at) => valueEnd(bytes, at, 0);

const [isTrue, isFalse, isNull] = [wordTest('true'), wordTest('false'), wordTest('null')];
function valueEnd(bytes: DataView, at: number, depth: number): number {
  if (depth > deepest) return -1;
  switch (bytes.getUint8(at)) {
    case quote:
      return textEnd(bytes, at);
    case 0x7b:
      return objectEnd(bytes, at, depth);
    case 0x5b:
      return arrayEnd(bytes, at, depth);
    case 0x74:
      return isTrue(bytes, at) ? at + 4 : -1;
    case 0x66:
      return isFalse(bytes, at) ? at + 5 : -1;
    case 0x6e:
      return isNull(bytes, at) ? at + 4 : -1;
    default:
      return numberEnd(bytes, at);
  }
}

function arrayEnd(bytes: DataView, at: number, depth: number): number {
  if (bytes.getUint8(at + 1) === 0x5d) return at + 2;
  let place = at;
  do {
    place = valueEnd(bytes, place + 1, depth + 1);
    if (place < 0) return -1;
  } while (bytes.getUint8(place) === 0x2c);
  return bytes.getUint8(place) === 0x5d ? place + 1 : -1;
}

function objectEnd(bytes: DataView, at: number, depth: number): number {
  if (bytes.getUint8(at + 1) === 0x7d) return at + 2;
  let [place, before] = [at, -1];
  do {
    const name = place + 1;
    const nameEnd = textEnd(bytes, name);
    if (nameEnd < 0 || bytes.getUint8(nameEnd) !== 0x3a || !isPlainName(bytes, name, nameEnd)) return -1;
    if (before >= 0 && !rises(bytes, before, name)) return -1;
    before = name;
    place = valueEnd(bytes, nameEnd + 1, depth + 1);
    if (place < 0) return -1;
  } while (bytes.getUint8(place) === 0x2c);
  return bytes.getUint8(place) === 0x7d ? place + 1 : -1;
}

/** Signs that stand for themselves are in the order of their UTF-16 units; a name that begins with an underscore may be __proto__. */
function isPlainName(bytes: DataView, at: number, end: number): boolean {
  if (bytes.getUint8(at + 1) === 0x5f) return false;
  for (let place = at + 1; place < end - 1; place += 1) if (plain[bytes.getUint8(place)] === 0) return false;
  return true;
}

/** Whether the plain name at `left` comes before the one at `right`: where one ends, its quote stands for less than any sign. */
function rises(bytes: DataView, left: number, right: number): boolean {
  for (let step = 1; ; step += 1) {
    const [a, b] = [bytes.getUint8(left + step), bytes.getUint8(right + step)];
    if (a !== b) return a === quote || (b !== quote && a < b);
    if (a === quote) return false;
  }
}

const longestNumber = 30;
function numberEnd(bytes: DataView, at: number): number {
  const start = bytes.getUint8(at) === 0x2d ? at + 1 : at;
  let end = start;
  while (isNumberSign(bytes.getUint8(end))) end += 1;
  if (end === start || end - at > longestNumber) return -1;
  if (whole(bytes, start) === end) return start > at && bytes.getUint8(start) === 0x30 ? -1 : end;
  const written = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1');
  const value = Number(written);
  return String(value) === written && Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? end : -1;
}

const isNumberSign = (byte: number): boolean => isDigit(byte) || byte === 0x2e || byte === 0x65 || byte === 0x2b || byte === 0x2d;
