/** Text in base64, base32, base85, hexadecimal, or compressed: unpacked within bounds. */
import { Buffer } from 'node:buffer';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { Budget, defaultLimits } from '../engine/budget.ts';
import { bytesSource } from '../engine/source.ts';
import { unpack } from '../readers/archives/decompress.ts';
import { bytes, longestText, text, unknownWith, type Value } from './python-values.ts';

const limit = { maxOutputLength: longestText };

/** @returns bytes as Python would get them; unknown with the same marks when the text does not hold what it says, or is too long. */
export function unpackText(raw: string, codec: string, from: number): Value {
  if (codec === 'utf16be' || codec === 'utf32' || codec === 'utf32le') return wideText(raw, codec, from);
  const unpack = unpackers.get(codec.replace(/codec$/, ''));
  if (!unpack) return unknownWith(from);
  try {
    const made = unpack(raw);
    return made === null ? unknownWith(from) : bytes(made.toString('latin1'), from);
  } catch {
    // No such stream, or larger than is read: what it holds stays unknown.
    return unknownWith(from);
  }
}

const latin1 = (raw: string): Buffer => Buffer.from(raw, 'latin1');

const unpackers: ReadonlyMap<string, (raw: string) => Buffer | null> = new Map<string, (raw: string) => Buffer | null>([
  ['hex', (raw) => (/^(?:[\da-fA-F]{2}|\s)*$/.test(raw) ? Buffer.from(raw.replaceAll(/\s/g, ''), 'hex') : null)],
  ['base64', (raw) => Buffer.from(raw.replaceAll('-', '+').replaceAll('_', '/'), 'base64')],
  ['base32', base32],
  ['base85', (raw) => base85(raw, letters85)],
  ['ascii85', (raw) => base85(raw.replace(/^<~/, '').replace(/~>$/, '').replaceAll('z', '!!!!!'), lettersAscii85)],
  ['zlib', (raw) => inflate(latin1(raw))],
  ['zip', (raw) => inflate(latin1(raw))],
  ['gzip', (raw) => gunzipSync(latin1(raw), limit)],
  ['bz2', (raw) => held('bzip2', raw)],
  ['lzma', (raw) => held(raw.startsWith('\xfd7zXZ') ? 'xz' : 'lzma', raw)],
]);

function held(codec: 'bzip2' | 'xz' | 'lzma', raw: string): Buffer | null {
  const budget = new Budget({ ...defaultLimits, heldBytes: longestText }, raw.length);
  const { held: content } = unpack(codec, bytesSource(latin1(raw)), budget, null);
  return content === null ? null : Buffer.from(content);
}

/** A zlib stream; with wbits -15 Python also takes one without its header. */
function inflate(packed: Buffer): Buffer {
  const first = packed[0] ?? 0;
  if ((first & 15) === 8 && ((first << 8) | (packed[1] ?? 0)) % 31 === 0) return inflateSync(packed, limit);
  if (first === 0x1f) return gunzipSync(packed, limit);
  return inflateRawSync(packed, limit);
}

function base32(raw: string): Buffer | null {
  let bits = 0;
  let value = 0;
  const made: number[] = [];
  for (const letter of raw.toUpperCase().replace(/=+$/, '')) {
    const at = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter);
    if (at < 0) return null;
    value = ((value << 5) | at) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      made.push((value >> bits) & 0xff);
    }
  }
  return Buffer.from(made);
}

/** @source RFC 1924 alphabet, as CPython's base64.b85decode. */
const letters85 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
const lettersAscii85 = Array.from({ length: 85 }, (_, at) => String.fromCharCode(33 + at)).join('');

function base85(raw: string, letters: string): Buffer | null {
  const values = new Map([...letters].map((letter, at) => [letter, at]));
  const digits = [...raw.replaceAll(/\s/g, '')].map((letter) => values.get(letter));
  const made: number[] = [];
  for (let at = 0; at < digits.length; at += 5) {
    const group = digits.slice(at, at + 5);
    if (group.some((digit) => digit === undefined)) return null;
    const padding = 5 - group.length;
    const value = [...group, ...Array.from({ length: padding }, () => 84)].reduce<number>((sum, digit) => sum * 85 + (digit ?? 0), 0);
    if (value > 0xffffffff) return null;
    for (let byte = 0; byte < 4 - padding; byte += 1) made.push(Math.floor(value / 2 ** (24 - 8 * byte)) & 0xff);
  }
  return Buffer.from(made);
}

function wideText(raw: string, codec: string, from: number): Value {
  const width = codec === 'utf16be' ? 2 : 4;
  const little = codec !== 'utf16be';
  const points: string[] = [];
  for (let at = 0; at + width <= raw.length; at += width) {
    let code = 0;
    for (let byte = 0; byte < width; byte += 1) code = code * 256 + raw.charCodeAt(little ? at + width - 1 - byte : at + byte);
    if (code > 0x10ffff) return unknownWith(from);
    points.push(String.fromCodePoint(code));
  }
  return text(points.join('').replace(/^\ufeff/, ''), from);
}
