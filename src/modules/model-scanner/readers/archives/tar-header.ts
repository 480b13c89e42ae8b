/** One 512-byte tar header and the extended records before it. */
import { MalformedBytes } from '../../engine/reader.ts';

export const blockBytes = 512;
const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8');

export type TarHeader = {
  readonly name: string;
  readonly size: number;
  /** '0' file, '1' hard link, '2' symbolic link, '3' and '4' devices, '5' folder, '6' pipe, 'x' 'g' 'L' 'K' extended, 'S' sparse. */
  readonly type: string;
  readonly link: string;
};

/** @source POSIX.1-2017 pax, ustar interchange format; GNU tar manual, "Basic Tar Format". */
export function tarHeader(block: Uint8Array): TarHeader | null {
  if (block.length < blockBytes || !checksumFits(block)) return null;
  const magic = latin1.decode(block.subarray(257, 263));
  const prefix = magic === 'ustar\0' ? textField(block, 345, 155) : '';
  const name = textField(block, 0, 100);
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: numberField(block, 124, 12),
    type,
    link: textField(block, 157, 100),
  };
}

/** Most files that are no archive end here: a number begins with a digit, blanks and a sign before it at most. */
function mayBeNumber(block: Uint8Array): boolean {
  for (let at = 148; at < 156; at++) {
    const byte = block[at] ?? 0;
    if ((byte & 0xf8) === 0x30) return true;
    const isBlankOrSign = byte === 0x20 || (byte >= 9 && byte <= 13) || byte === 0xa0 || byte === 0x2b || byte === 0x2d;
    if (!isBlankOrSign) return false;
  }
  return false;
}

/** The sum of all bytes, the checksum field itself counted as blanks; old programs summed signed bytes. */
function checksumFits(block: Uint8Array): boolean {
  if (!mayBeNumber(block)) return false;
  const written = Number.parseInt(
    latin1
      .decode(block.subarray(148, 156))
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  );
  if (!Number.isInteger(written)) return false;
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < blockBytes; i++) {
    const byte = i >= 148 && i < 156 ? 32 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return written === unsigned || written === signed;
}

function textField(block: Uint8Array, at: number, length: number): string {
  const bytes = block.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Octal text, or base 256 when the top bit is set. */
export function numberField(block: Uint8Array, at: number, length: number): number {
  const first = block[at] ?? 0;
  if (first & 0x80) {
    let value = first & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + (block[at + i] ?? 0);
    return first === 0xff ? -1 : value;
  }
  const text = latin1
    .decode(block.subarray(at, at + length))
    .replace(/[\0 ]+$/, '')
    .trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
}

/** Records `length key=value\n` of a pax header; in their order; of a key that stands twice the later one wins. */
export function paxRecords(bytes: Uint8Array): (readonly [string, string])[] {
  const records: (readonly [string, string])[] = [];
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const blank = bytes.indexOf(32, at);
    const length = blank < 0 ? Number.NaN : Number(latin1.decode(bytes.subarray(at, blank)));
    if (!Number.isInteger(length) || length < 5 || at + length > bytes.length)
      throw new MalformedBytes('tar-pax', at, 'a pax record has a wrong length');
    const record = utf8.decode(bytes.subarray(blank + 1, at + length - 1));
    const equals = record.indexOf('=');
    if (equals < 0) throw new MalformedBytes('tar-pax', at, 'a pax record has no value');
    records.push([record.slice(0, equals), record.slice(equals + 1)]);
    at += length;
  }
  return records;
}
