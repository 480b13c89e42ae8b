/**
 * Gives a pending record its place without writing it anew: a record is canonical text already, so what the sequencer adds is put
 * between its members. A record in a rare form is left to the slower way, which makes the same line.
 */
import { hash } from 'node:crypto';
import { type EntryLine, leafOf, lineOf, PendingEntry } from '../entry.ts';
import { actor, change, member, object, oneOf, optional, orNull, request, sealed, time, uuid } from '../tree/scan-fields.ts';
import { type Scan, text, wordSlack } from '../tree/scan-text.ts';

/** What the sequencer says of an entry. `time` is the newest of the chain so far; a record from later brings its own. */
export type Placing = {
  readonly workspace: string;
  readonly index: number;
  /** Hexadecimal. */
  readonly prev: string;
  readonly time: string;
  readonly regressed: boolean;
};
export type PlacedLine = { readonly entry: EntryLine; readonly line: Buffer /** Hexadecimal. */; readonly leaf: string };

/** Where the members stand that others are put beside; of the record that was scanned last. */
const at = { id: 0, idEnd: 0, outcomeEnd: 0, time: 0 };
const marked =
  (scan: Scan, mark: (from: number, to: number) => void): Scan =>
  (bytes, from) => {
    const to = scan(bytes, from);
    mark(from, to);
    return to;
  };

const record = object([
  member('action', text(120)),
  member('actor', actor),
  optional('change', change),
  member(
    'id',
    marked(uuid, (from, to) => {
      at.id = from - '"id":'.length;
      at.idEnd = to;
    }),
  ),
  member(
    'outcome',
    marked(oneOf('"done"', '"allowed"', '"denied"', '"failed"'), (_, to) => {
      at.outcomeEnd = to;
    }),
  ),
  optional('reason', text(120)),
  member('request', request),
  member('resource', object([member('id', orNull(text(200))), member('type', text(120))])),
  optional('sealed', sealed),
  member(
    'time',
    marked(time, (from) => {
      at.time = from + 1;
    }),
  ),
  member('v', oneOf('1')),
]);

const newline = 10;
const spare = wordSlack + 1;
let room = Buffer.alloc(65_536);

/** The line of a record at its place. Pure; O(bytes). @throws ZodError when the record is none. */
export function placeLine(payload: Buffer, placing: Placing): PlacedLine {
  if (payload.length + spare > room.length) room = Buffer.alloc(payload.length + spare);
  payload.copy(room);
  room[payload.length] = newline;
  const isPlain = record(new DataView(room.buffer, room.byteOffset, room.length), 0) === payload.length;
  return isPlain ? spliced(payload, placing) : rewritten(payload, placing);
}

function spliced(payload: Buffer, { workspace, index, prev, time: newest, regressed }: Placing): PlacedLine {
  // The scan has shown that it is one, in canonical form.
  const pending: PendingEntry = JSON.parse(payload.toString('utf8'));
  const moment = newest < pending.time ? pending.time : newest;
  const clock = regressed ? '"clock":"regressed",' : '';
  const counted = `,"index":${index}`;
  const chained = `,"prev":"${prev}"`;
  const placed = `,"workspace":"${workspace}"}`;
  const size = payload.length - 1 + clock.length + counted.length + chained.length + placed.length;
  // A leaf is hashed with a zero before the line.
  const bytes = Buffer.allocUnsafe(1 + size);
  bytes[0] = 0;
  let end = 1;
  const copy = (from: number, to: number): void => {
    end += payload.copy(bytes, end, from, to);
  };
  const put = (words: string): void => {
    end += bytes.write(words, end, 'latin1');
  };
  copy(0, at.id);
  put(clock);
  copy(at.id, at.idEnd);
  put(counted);
  copy(at.idEnd, at.outcomeEnd);
  put(chained);
  copy(at.outcomeEnd, at.time);
  put(moment);
  copy(at.time + moment.length, payload.length - 1);
  put(placed);
  const entry: EntryLine = { ...pending, workspace, index, time: moment, ...(regressed ? { clock: 'regressed' } : {}), prev };
  return { entry, line: bytes.subarray(1), leaf: hash('sha256', bytes, 'hex') };
}

function rewritten(payload: Buffer, { workspace, index, prev, time: newest, regressed }: Placing): PlacedLine {
  const pending = PendingEntry.parse(JSON.parse(payload.toString('utf8')));
  const moment = newest < pending.time ? pending.time : newest;
  const entry: EntryLine = { ...pending, workspace, index, time: moment, ...(regressed ? { clock: 'regressed' } : {}), prev };
  const line = lineOf(entry);
  return { entry, line, leaf: leafOf(line) };
}
