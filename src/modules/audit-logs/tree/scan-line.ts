/**
 * Reads the line of an entry in one pass over its bytes: exactly the members of version 1, in their order, each in its form, following
 * the line before. A quick yes, or no answer: whatever is not certain goes to the full reader (verification.ts), which alone refuses.
 * Fields are those of entry.ts; a test holds both against each other.
 */
import { type HashText, hashBytes } from './hashing.ts';
import { actor, change, member, object, oneOf, optional, orNull, request, sealed, time, uuid } from './scan-fields.ts';
import { type Scan, text, whole } from './scan-text.ts';

export const timeLength = 27;
export const workspaceLength = 36;

/** What the next line must follow. */
export type Expected = {
  index: number;
  /** Hash of the line before. */
  prev: HashText;
  /** Of the line before, as it writes time; zeros before the first. */
  readonly time: Uint8Array;
  readonly workspace: Uint8Array;
};

const hex = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join(''), 'latin1');
const hexPairs = new Uint16Array(hex.buffer.slice(hex.byteOffset, hex.byteOffset + hex.length));
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Exactly this hash, in small hexadecimal digits. */
const named =
  (expected: Expected): Scan =>
  (bytes, at) => {
    const { prev } = expected;
    for (let step = 0; step < hashBytes; step += 1)
      if (bytes.getUint16(at + 1 + 2 * step, isLittleEndian) !== hexPairs[prev.charCodeAt(step)]) return -1;
    const end = at + 1 + 2 * hashBytes;
    return bytes.getUint8(at) === 0x22 && bytes.getUint8(end) === 0x22 ? end + 1 : -1;
  };

const counted =
  (expected: Expected): Scan =>
  (bytes, at) => {
    const end = whole(bytes, at);
    let value = 0;
    for (let place = at; place < end; place += 1) value = value * 10 + bytes.getUint8(place) - 0x30;
    return value === expected.index ? end : -1;
  };

/** Where a time stands, and its first sign that is not that of the time before. */
type TimeMark = { at: number; differsAt: number };
/** Not before the time of the line before: signs that are the same are good, and of the others the first is larger. */
const notEarlier =
  ({ time: before }: Expected, mark: TimeMark): Scan =>
  (bytes, at) => {
    let step = 0;
    while (step < timeLength && bytes.getUint8(at + 1 + step) === before[step]) step += 1;
    mark.at = at + 1;
    mark.differsAt = step;
    if (step === timeLength) return bytes.getUint8(at) === 0x22 && bytes.getUint8(at + 1 + timeLength) === 0x22 ? at + timeLength + 2 : -1;
    return bytes.getUint8(at + 1 + step) > (before[step] ?? 0) ? time(bytes, at) : -1;
  };

const sameWorkspace = ({ workspace }: Expected): Scan => {
  const known = new DataView(workspace.buffer, workspace.byteOffset, workspaceLength);
  return (bytes, at) => {
    for (let step = 0; step < workspaceLength; step += 4) if (bytes.getInt32(at + 1 + step) !== known.getInt32(step)) return -1;
    const end = at + 1 + workspaceLength;
    return bytes.getUint8(at) === 0x22 && bytes.getUint8(end) === 0x22 ? end + 1 : -1;
  };
};

const newline = 10;

/**
 * @returns a function: where does the line end that begins at `from`, when an entry stands there that follows the expected one? -1 says
 * nothing; an end leaves the time of the line where it is expected of the next. O(bytes) time; nothing is allocated.
 */
export function lineScanner(expected: Expected): (bytes: DataView, from: number) => number {
  const mark: TimeMark = { at: 0, differsAt: 0 };
  const scan = object([
    member('action', text(120)),
    member('actor', actor),
    optional('change', change),
    optional('clock', oneOf('"regressed"')),
    member('id', uuid),
    member('index', counted(expected)),
    member('outcome', oneOf('"done"', '"allowed"', '"denied"', '"failed"')),
    member('prev', named(expected)),
    optional('reason', text(120)),
    member('request', request),
    member('resource', object([member('id', orNull(text(200))), member('type', text(120))])),
    optional('sealed', sealed),
    member('time', notEarlier(expected, mark)),
    member('v', oneOf('1')),
    member('workspace', sameWorkspace(expected)),
  ]);
  return (bytes, from) => {
    const end = scan(bytes, from);
    if (end < 0 || bytes.getUint8(end) !== newline) return -1;
    for (let step = mark.differsAt; step < timeLength; step += 1) expected.time[step] = bytes.getUint8(mark.at + step);
    return end;
  };
}
