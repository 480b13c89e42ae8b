/**
 * Gives a pending record its place without writing it anew: a record is canonical text already, so what the sequencer adds is put
 * between its members. A record in a rare form is left to the slower way, which makes the same line.
 */
import { hash } from 'node:crypto';
import { type EntryLine, leafOf, lineOf, PendingEntry } from '../entry.ts';
import {
  actorWatched,
  change,
  member,
  object,
  oneOf,
  optional,
  orNull,
  requestWatched,
  sealed,
  time,
  uuid,
  type Watch,
} from '../tree/scan-fields.ts';
import { text, wordSlack } from '../tree/scan-text.ts';

/** What the sequencer says of an entry. `time` is the newest of the chain so far; a record from later brings its own. */
export type Placing = {
  readonly workspace: string;
  readonly index: number;
  /** Hexadecimal. */
  readonly prev: string;
  readonly time: string;
  readonly regressed: boolean;
};
/** Of an entry what its columns repeat. */
export type PlacedEntry = Pick<EntryLine, 'index' | 'id' | 'time' | 'action' | 'outcome' | 'reason'> & {
  readonly actor: Pick<EntryLine['actor'], 'id' | 'kind'>;
  readonly request: Pick<EntryLine['request'], 'endpoint' | 'trace'>;
  readonly resource: EntryLine['resource'];
};
export type PlacedLine = { readonly entry: PlacedEntry; readonly line: Buffer /** Hexadecimal. */; readonly leaf: string };

/** Where fields of the record that was scanned last stand, with their quotes; 0 where there is none. */
class Place {
  from = 0;
  to = 0;
}
const places = new Map<string, Place>();
const watched: Watch = (field, scan) => {
  const place = new Place();
  places.set(field, place);
  return (bytes, from) => {
    const to = scan(bytes, from);
    place.from = from;
    place.to = to;
    return to;
  };
};

const record = object([
  member('action', watched('action', text(120))),
  member('actor', actorWatched(watched)),
  optional('change', change),
  member('id', watched('id', uuid)),
  member('outcome', watched('outcome', oneOf('"done"', '"allowed"', '"denied"', '"failed"'))),
  optional('reason', watched('reason', text(120))),
  member('request', requestWatched(watched)),
  member(
    'resource',
    object([member('id', watched('resource.id', orNull(text(200)))), member('type', watched('resource.type', text(120)))]),
  ),
  optional('sealed', sealed),
  member('time', watched('time', time)),
  member('v', oneOf('1')),
]);
const placeOf = (field: string): Place => places.get(field) ?? new Place();
const at = {
  action: placeOf('action'),
  actorId: placeOf('actor.id'),
  actorKind: placeOf('actor.kind'),
  id: placeOf('id'),
  outcome: placeOf('outcome'),
  reason: placeOf('reason'),
  endpoint: placeOf('request.endpoint'),
  trace: placeOf('request.trace'),
  resourceId: placeOf('resource.id'),
  resourceType: placeOf('resource.type'),
  time: placeOf('time'),
};
const optionalPlaces = [at.reason, at.endpoint];

const newline = 10;
const spare = wordSlack + 1;
let room = Buffer.alloc(65_536);

/** The line of a record at its place. Pure; O(bytes). @throws ZodError when the record is none. */
export function placeLine(payload: Buffer, placing: Placing): PlacedLine {
  if (payload.length + spare > room.length) room = Buffer.alloc(payload.length + spare);
  payload.copy(room);
  room[payload.length] = newline;
  for (const place of optionalPlaces) place.to = 0;
  const isPlain = record(new DataView(room.buffer, room.byteOffset, room.length), 0) === payload.length;
  return isPlain ? spliced(payload, placing) : rewritten(payload, placing);
}

function spliced(payload: Buffer, { workspace, index, prev, time: newest, regressed }: Placing): PlacedLine {
  const told = fieldsOf(payload);
  const moment = newest < told.time ? told.time : newest;
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
  const beforeId = at.id.from - '"id":'.length;
  copy(0, beforeId);
  put(clock);
  copy(beforeId, at.id.to);
  put(counted);
  copy(at.id.to, at.outcome.to);
  put(chained);
  copy(at.outcome.to, at.time.from + 1);
  put(moment);
  copy(at.time.to - 1, payload.length - 1);
  put(placed);
  return { entry: { ...told, index, time: moment }, line: bytes.subarray(1), leaf: hash('sha256', bytes, 'hex') };
}

/** A byte that is no sign of its own in a text: what it stands for is left to the full reader. */
const escaped = /[\\\x80-\xff]/;

/** The scan has shown that it is a record, in canonical form; reading it whole takes ten times as long as cutting its fields out. */
function fieldsOf(payload: Buffer): Omit<PlacedEntry, 'index'> {
  const written = payload.toString('latin1');
  if (escaped.test(written)) return JSON.parse(payload.toString('utf8'));
  const textAt = ({ from, to }: Place): string => written.slice(from + 1, to - 1);
  const outcome = textAt(at.outcome) as EntryLine['outcome'];
  return {
    id: textAt(at.id),
    time: textAt(at.time),
    action: textAt(at.action),
    outcome,
    reason: at.reason.to > 0 ? textAt(at.reason) : undefined,
    actor: { id: textAt(at.actorId), kind: textAt(at.actorKind) },
    request: { endpoint: at.endpoint.to > 0 ? textAt(at.endpoint) : undefined, trace: textAt(at.trace) },
    resource: { id: written[at.resourceId.from] === 'n' ? null : textAt(at.resourceId), type: textAt(at.resourceType) },
  };
}

function rewritten(payload: Buffer, { workspace, index, prev, time: newest, regressed }: Placing): PlacedLine {
  const pending = PendingEntry.parse(JSON.parse(payload.toString('utf8')));
  const moment = newest < pending.time ? pending.time : newest;
  const entry: EntryLine = { ...pending, workspace, index, time: moment, ...(regressed ? { clock: 'regressed' } : {}), prev };
  const line = lineOf(entry);
  return { entry, line, leaf: leafOf(line) };
}
