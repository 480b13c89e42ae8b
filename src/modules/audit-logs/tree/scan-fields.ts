/** Scans of the fields of an entry, as entry.ts says them. */
import { hashBytes } from './hashing.ts';
import { json, type Scan, text, wordTest } from './scan-text.ts';

type Member = { readonly name: string; readonly scan: Scan; readonly isOptional?: true };
export const member = (name: string, scan: Scan): Member => ({ name, scan });
export const optional = (name: string, scan: Scan): Member => ({ name, scan, isOptional: true });

/** Members must be given in the order of their names. */
export function object(members: readonly Member[]): Scan {
  const steps = members.map(({ name, scan, isOptional }) => ({
    stands: wordTest(`"${name}":`),
    length: name.length + 3,
    scan,
    isOptional: isOptional ?? false,
  }));
  return (bytes, at) => {
    if (bytes.getUint8(at) !== 0x7b) return -1;
    let place = at + 1;
    for (const { stands, length, scan, isOptional } of steps) {
      const isFirst = place === at + 1;
      const start = isFirst ? place : place + 1;
      if ((isFirst || bytes.getUint8(place) === 0x2c) && stands(bytes, start)) {
        place = scan(bytes, start + length);
        if (place < 0) return -1;
      } else if (!isOptional) return -1;
    }
    return bytes.getUint8(place) === 0x7d ? place + 1 : -1;
  };
}

function list(item: Scan, most: number, least = 0): Scan {
  return (bytes, at) => {
    if (bytes.getUint8(at) !== 0x5b) return -1;
    if (bytes.getUint8(at + 1) === 0x5d) return least === 0 ? at + 2 : -1;
    let place = at;
    for (let count = 1; count <= most; count += 1) {
      place = item(bytes, place + 1);
      if (place < 0) return -1;
      const sign = bytes.getUint8(place);
      if (sign === 0x5d) return place + 1;
      if (sign !== 0x2c) return -1;
    }
    return -1;
  };
}

export function oneOf(...words: readonly string[]): Scan {
  const known = words.map((word) => ({ stands: wordTest(word), length: word.length }));
  return (bytes, at) => {
    for (const { stands, length } of known) if (stands(bytes, at)) return at + length;
    return -1;
  };
}

/** What a byte may stand for in a pattern: h a small hexadecimal digit, 0 a digit, v a version from 1 to 8, r a variant 8, 9, a or b. */
const classes: Readonly<Record<string, { readonly bit: number; readonly signs: string }>> = {
  h: { bit: 1, signs: '0123456789abcdef' },
  '0': { bit: 2, signs: '0123456789' },
  v: { bit: 4, signs: '12345678' },
  r: { bit: 8, signs: '89ab' },
};
const bitsOf = Uint8Array.from({ length: 256 }, (_, byte) =>
  Object.values(classes).reduce((bits, { bit, signs }) => bits | (signs.includes(String.fromCharCode(byte)) ? bit : 0), 0),
);
const tableAt = (table: Uint8Array, at: number): number => table[at] ?? 0;

/** Other signs than those of {@link classes} are themselves. */
function pattern(form: string): Scan {
  const bits = Uint8Array.from(form, (sign) => classes[sign]?.bit ?? 0);
  const signs = Buffer.from(form);
  return (bytes, at) => {
    if (bytes.getUint8(at) !== 0x22 || bytes.getUint8(at + 1 + signs.length) !== 0x22) return -1;
    for (let step = 0; step < signs.length; step += 1) {
      const byte = bytes.getUint8(at + 1 + step);
      const wanted = tableAt(bits, step);
      if (wanted === 0 ? byte !== signs[step] : (tableAt(bitsOf, byte) & wanted) === 0) return -1;
    }
    return at + signs.length + 2;
  };
}

export const uuid = pattern('hhhhhhhh-hhhh-vhhh-rhhh-hhhhhhhhhhhh');
export const time = pattern('0000-00-00T00:00:00.000000Z');
const leaf = pattern('h'.repeat(2 * hashBytes));
const nothing = oneOf('null');
export const orNull =
  (scan: Scan): Scan =>
  (bytes, at) =>
    bytes.getUint8(at) === 0x6e ? nothing(bytes, at) : scan(bytes, at);

/** Lets who reads a record learn where a field stands. */
export type Watch = (field: string, scan: Scan) => Scan;
const unwatched: Watch = (_, scan) => scan;

export const actorWatched = (watch: Watch): Scan =>
  object([
    member('id', watch('actor.id', text(200))),
    member('kind', watch('actor.kind', text(40))),
    member('roles', list(text(60), 8)),
    optional('session', uuid),
  ]);
export const actor = actorWatched(unwatched);
export const change = object([
  optional('after', json),
  optional('before', json),
  member('fields', list(text(200), 200)),
  optional('omitted', oneOf('"too-large"')),
]);
export const requestWatched = (watch: Watch): Scan =>
  object([
    optional('endpoint', watch('request.endpoint', text(200))),
    optional('method', text(10)),
    member('process', text(40)),
    member('trace', watch('request.trace', text(64))),
  ]);
export const request = requestWatched(unwatched);
const sealedPart = object([
  member('hash', leaf),
  member('key', uuid),
  member('nonce', pattern('h'.repeat(24))),
  member('purpose', oneOf('"request"', '"values"')),
]);
export const sealed = list(sealedPart, 4, 1);
