/** numpy arrays: a literal header, then raw numbers, or a pickle when the elements are Python objects. */

import { memberPlace, rangePlace } from '../../engine/place.ts';
import {
  bomb,
  broken,
  type Draft,
  defineReader,
  draftArtefact,
  guarded,
  lie,
  MalformedBytes,
  type ReaderTools,
  TruncatedBytes,
} from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';
import { pickleInto } from '../python/pickle-into.ts';
import { type Literal, parseLiteral } from '../python/python-literal.ts';

export default defineReader({
  format: 'npy',
  certain: ({ head }) => startsArray(head),
  read: (source, where, tools) => {
    const draft = draftArtefact('npy', where, source.size);
    draft.role = 'dataset';
    guarded(draft, () => readArrays(source, draft, tools));
    return draft;
  },
});

function startsArray(head: Uint8Array): boolean {
  return head[0] === 0x93 && head[1] === 0x4e && head[2] === 0x55 && head[3] === 0x4d && head[4] === 0x50 && head[5] === 0x59;
}

/** numpy.save may be called several times on one open file: arrays then follow one another. */
function readArrays(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  let at = 0;
  while (at < source.size) {
    if (!startsArray(source.read(at, 6))) {
      trailing(source, at, draft, tools);
      return;
    }
    tools.budget.spendMember();
    at = readArray(source, at, draft, tools);
  }
}

type Header = { readonly descr: Literal; readonly shape: readonly number[] };

/** @source NEP 1 and numpy.lib.format, versions 1.0, 2.0 and 3.0. @returns the offset after the array. */
function readArray(source: ByteSource, start: number, draft: Draft, tools: ReaderTools): number {
  const cursor = new Cursor(source, start + 6);
  const major = cursor.u8();
  cursor.skip(1);
  if (major < 1 || major > 3) throw new MalformedBytes('npy-version', start + 6, `numpy format version ${major} does not exist`);
  const length = major === 1 ? cursor.u16() : cursor.u32();
  const headerAt = cursor.at;
  if (length > 2 ** 20) throw new MalformedBytes('npy-header-size', headerAt, `a header of ${length} bytes is no array header`);
  const header = parseHeader(cursor.text(length), headerAt, draft);
  if (!header) return source.size;
  const dataAt = cursor.at;
  if (holdsObjects(header.descr)) {
    draft.metadata.set('dtype', 'object');
    const facts = pickleInto(draft, { source, offset: dataAt, whole: false, flavour: 'plain' }, tools);
    return facts ? Math.max(dataAt, facts.end) : source.size;
  }
  return dataAt + dataBytes(source, dataAt, header, draft);
}

function parseHeader(text: string, at: number, draft: Draft): Header | null {
  try {
    const value = parseLiteral(text);
    const descr = value instanceof Map ? value.get('descr') : undefined;
    const shape = value instanceof Map ? value.get('shape') : undefined;
    const order = value instanceof Map ? value.get('fortran_order') : undefined;
    if (descr === undefined || !isShape(shape) || typeof order !== 'boolean' || (value instanceof Map && value.size !== 3))
      throw new MalformedBytes('npy-header', at, 'the header does not hold descr, fortran_order and shape alone');
    return { descr, shape };
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    draft.anomalies.push(
      lie('npy-header-not-literal', `${error.message} Old programs evaluate this text.`, rangePlace(draft.where, at, text.length)),
    );
    draft.unread.push({ reason: 'reader-failed', detail: error.message, where: rangePlace(draft.where, at, text.length) });
    return null;
  }
}

function isShape(value: Literal | undefined): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every((size) => typeof size === 'number' && size >= 0);
}

/** Checks declared against stored bytes. @returns how many bytes the array takes of the source. */
function dataBytes(source: ByteSource, dataAt: number, { descr, shape }: Header, draft: Draft): number {
  const item = itemBytes(descr);
  const left = source.size - dataAt;
  const count = shape.reduce((product, size) => product * BigInt(size), 1n);
  draft.metadata.set('dtype', typeof descr === 'string' ? descr.slice(0, 40) : 'structured');
  draft.metadata.set('shape', shape.join('×').slice(0, 200));
  if (item === null) return left;
  const declared = count * BigInt(item);
  if (declared <= BigInt(left)) {
    draft.metadata.set('arrayBytes', Number(draft.metadata.get('arrayBytes') ?? 0) + Number(declared));
    return Number(declared);
  }
  const place = rangePlace(draft.where, dataAt, left);
  const detail = `The header declares ${declared} bytes, ${left} are stored.`;
  draft.anomalies.push(
    declared > 4n * 2n ** 30n && declared > 100n * BigInt(left)
      ? bomb('npy-declared-size', detail, place)
      : broken('npy-cut', detail, place),
  );
  throw new TruncatedBytes('npy-cut', dataAt, detail);
}

/** Bytes of one element; null for a type this reader does not know. @source numpy array-protocol type strings. */
function itemBytes(descr: Literal): number | null {
  if (typeof descr === 'string') {
    const match = /^[<>|=]?([?bBiufcmMSaUVO])(\d{0,9})(\[[^\]]{0,20}\])?$/.exec(descr);
    if (!match) return null;
    if (match[1] === '?') return 1;
    return Number(match[2] || '1') * (match[1] === 'U' ? 4 : 1);
  }
  if (!Array.isArray(descr)) return null;
  const repeated = subarray(descr);
  if (repeated) return fieldBytes(['', repeated.of, [...repeated.sizes]]);
  let total = 0;
  for (const field of descr) {
    const bytes = Array.isArray(field) ? fieldBytes(field) : null;
    if (bytes === null) return null;
    total += bytes;
  }
  return total;
}

function fieldBytes(field: readonly Literal[]): number | null {
  const bytes = itemBytes(field[1] ?? null);
  const shape = field[2];
  if (bytes === null) return null;
  if (shape === undefined) return bytes;
  const sizes = Array.isArray(shape) ? shape : [shape];
  return sizes.reduce<number | null>((product, size) => (product === null || typeof size !== 'number' ? null : product * size), bytes);
}

function holdsObjects(descr: Literal): boolean {
  // numpy reads other spellings as well: `object`, `i4,O`, `(2,)O`.
  if (typeof descr === 'string') return /O|object/.test(descr);
  if (!Array.isArray(descr)) return false;
  const repeated = subarray(descr);
  if (repeated) return holdsObjects(repeated.of);
  return descr.some((field) => Array.isArray(field) && holdsObjects(field[1] ?? null));
}

/** `('<f4', (2,))`: an element that is an array. Fields are lists of a name and a type. */
function subarray(descr: readonly Literal[]): { of: Literal; sizes: readonly Literal[] } | null {
  const [of, shape] = descr;
  if (of === undefined || shape === undefined || descr.length !== 2) return null;
  if (typeof shape === 'number') return { of, sizes: [shape] };
  return Array.isArray(shape) && shape.every((size) => typeof size === 'number') ? { of, sizes: shape } : null;
}

function trailing(source: ByteSource, at: number, draft: Draft, tools: ReaderTools): void {
  const rest = source.size - at;
  const place = rangePlace(draft.where, at, rest);
  const content = tools.open(windowSource(source, at, rest), memberPlace(draft.where, `(after the array, at ${at})`));
  if (content.format === 'unknown' || content.format === 'text') {
    draft.anomalies.push(broken('npy-trailing', `${rest} bytes follow the array.`, place));
    return;
  }
  draft.members.push(content);
  draft.anomalies.push(lie('npy-hidden-stream', `${rest} bytes of ${content.format} follow the array.`, place));
}
