/** Arrow schemas: fields at any depth, and the notes on them; an extension type may carry a pickle. */
import type { Where } from '../../../../contract/finding.ts';
import { memberPlace, rangePlace } from '../../engine/place.ts';
import type { Draft, ReaderTools } from '../../engine/reader.ts';
import type { FlatSchema, FlatTable } from '../parts/flatbuffer.ts';
import { storedPickle } from '../parts/stored-pickle.ts';

/** @source Apache Arrow format/Schema.fbs, Message.fbs and File.fbs, version 1.5. */
export const arrowSchema: FlatSchema = {
  Message: ['2', '1', '?', '8', '[KeyValue]'],
  Footer: ['2', 'Schema', '[24]', '[24]', '[KeyValue]'],
  Schema: ['2', '[Field]', '[KeyValue]', '[8]'],
  Field: ['text', '1', '1', '?', 'Dictionary', '[Field]', '[KeyValue]'],
  Dictionary: ['8', '?', '1', '2'],
  KeyValue: ['text', 'text'],
};

export type Note = { readonly key: string; readonly value: Uint8Array; readonly at: number };

const mostFields = 100_000;
const utf8 = new TextDecoder('utf-8');

/** @param where the place of the buffer that holds the schema; `own` false when offsets in it are not offsets of the file. */
export function readArrowSchema(schema: FlatTable, draft: Draft, tools: ReaderTools, own = true): void {
  const waiting = [...schema.tables(1)];
  let fields = 0;
  readNotes(notesOf(schema, 2), 'the schema', { draft, tools, own });
  for (let field = waiting.pop(); field && fields < mostFields; field = waiting.pop()) {
    fields += 1;
    if ((fields & 0xfff) === 0) tools.budget.checkTime();
    readNotes(notesOf(field, 6), field.text(0, 200), { draft, tools, own });
    for (const child of field.tables(5)) if (waiting.length < mostFields) waiting.push(child);
  }
  draft.metadata.set('fields', fields);
}

export function* notesOf(table: FlatTable, slot: number): Generator<Note> {
  for (const pair of table.tables(slot)) {
    const value = pair.vector(1, 1);
    const { bytes } = table.buffer;
    yield {
      key: pair.text(0, 300),
      value: value ? Uint8Array.from(bytes.bytes(value.at, Math.min(value.count, 16 * 2 ** 20))) : new Uint8Array(0),
      at: bytes.start + (value?.at ?? pair.at),
    };
  }
}

export type NoteTarget = { readonly draft: Draft; readonly tools: ReaderTools; readonly own: boolean };

/** @param of what the notes belong to, for people. */
export function readNotes(notes: Iterable<Note>, of: string, { draft, tools, own }: NoteTarget): void {
  for (const { key, value, at } of notes) {
    const place: Where = own ? rangePlace(draft.where, at, value.length) : draft.where;
    if (key === 'ARROW:extension:name') addExtension(utf8.decode(value.subarray(0, 300)), of, place, draft);
    if (value.length < 3) continue;
    const pickle = storedPickle(value, memberPlace(draft.where, `${key.slice(0, 100)} of ${of.slice(0, 100)}`), tools);
    if (pickle) draft.members.push(pickle);
  }
}

/** Names that make a reader unpickle, and what. @source CVE-2023-47248; Ray Data's object arrays. */
const pickling: ReadonlyMap<string, string> = new Map([
  ['arrow.py_extension_type', 'readers before the fix of CVE-2023-47248 unpickle its metadata as soon as the schema is read'],
  ['ray.data.arrow_pickled_object', 'Ray unpickles its values when they are read'],
]);

function addExtension(name: string, of: string, where: Where, draft: Draft): void {
  const what = pickling.get(name);
  if (what === undefined) {
    if (draft.metadata.size < 50) draft.metadata.set(`extension.${name.slice(0, 60)}`, of.slice(0, 100));
    return;
  }
  draft.operators.push({
    framework: 'arrow',
    domain: '',
    name,
    known: true,
    effect: 'nested-load',
    certainty: 'possible',
    detail: `is the type of the column ${of.slice(0, 100)}: ${what}`,
    where,
  });
}
