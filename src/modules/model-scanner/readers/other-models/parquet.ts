/** Parquet: the footer's metadata, positions of column chunks, and the schema of Arrow that may be stored in it. */
import { rangePlace } from '../../engine/place.ts';
import {
  broken,
  type Draft,
  defineReader,
  draftArtefact,
  guarded,
  MalformedBytes,
  type ReaderTools,
  TruncatedBytes,
} from '../../engine/reader.ts';
import { type ByteSource, bytesSource } from '../../engine/source.ts';
import { isAddress, leavesFolder } from '../archives/archive-path.ts';
import { arrowSchema, readArrowSchema, readNotes } from '../flat/arrow-schema.ts';
import { Cursor } from '../parts/cursor.ts';
import { FlatBuffer, verifyFlatBuffer } from '../parts/flatbuffer.ts';
import { ThriftReader, thriftTypes } from '../parts/thrift-compact.ts';

/** @source parquet-format, parquet.thrift. */
const longestFooter = 256 * 2 ** 20;
const longestValue = 32 * 2 ** 20;
const utf8 = new TextDecoder('utf-8');

export default defineReader({
  format: 'parquet',
  certain: ({ head }) => head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && (head[3] === 0x31 || head[3] === 0x45),
  read: (source, where, tools) => {
    const draft = draftArtefact('parquet', where, source.size);
    draft.role = 'dataset';
    guarded(draft, () => readFooter(source, draft, tools));
    return draft;
  },
});

type Target = { readonly thrift: ThriftReader; readonly draft: Draft; readonly tools: ReaderTools; readonly dataEnd: number };

function readFooter(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  if (source.size < 12) throw new TruncatedBytes('parquet-cut', source.size, 'The footer is missing.');
  const end = new Cursor(source, source.size - 8);
  const length = end.u32();
  const sign = end.text(4);
  if (sign === 'PARE') {
    draft.unread.push({ reason: 'encrypted', detail: 'The footer is encrypted.', where: draft.where });
    return;
  }
  if (sign !== 'PAR1') throw new TruncatedBytes('parquet-cut', source.size, 'The signature at the end is missing.');
  const start = source.size - 8 - length;
  if (start < 4 || length > longestFooter)
    throw new MalformedBytes('parquet-footer', source.size - 8, `a footer of ${length} bytes does not fit`);
  const thrift = new ThriftReader(new Cursor(source, start, source.size - 8));
  const target: Target = { thrift, draft, tools, dataEnd: start };
  for (const { id, type } of thrift.fields()) {
    if (id === 2 && type === thriftTypes.list) draft.metadata.set('columns', Math.max(0, schemaElements(thrift) - 1));
    else if (id === 3 && type === thriftTypes.i64) draft.metadata.set('rows', thrift.integer());
    else if (id === 4 && type === thriftTypes.list) readRowGroups(target);
    else if (id === 5 && type === thriftTypes.list) readPairs(target);
    else if (id === 6 && type === thriftTypes.binary) draft.metadata.set('created_by', textOf(thrift, 200));
    else thrift.skip(type);
  }
}

function schemaElements(thrift: ThriftReader): number {
  const { type, count } = thrift.list();
  for (let i = 0; i < count; i++) thrift.skip(type);
  return count;
}

function textOf(thrift: ThriftReader, most: number): string {
  return utf8.decode(bytesOf(thrift, most));
}

function bytesOf(thrift: ThriftReader, most: number): Uint8Array {
  const { start, end } = thrift.binary();
  return Uint8Array.from(thrift.cursor.source.read(start, Math.min(end - start, most)));
}

function readRowGroups(target: Target): void {
  const { thrift, draft, tools } = target;
  const { count } = thrift.list();
  draft.metadata.set('row_groups', count);
  for (let i = 0; i < count; i++) {
    tools.budget.checkTime();
    for (const { id, type } of thrift.fields()) {
      if (id !== 1 || type !== thriftTypes.list) {
        thrift.skip(type);
        continue;
      }
      const columns = thrift.list();
      for (let column = 0; column < columns.count; column++) readColumn(target);
    }
  }
}

/** ColumnChunk: 1 file path, 3 metadata; of that 7 compressed size, 9 and 11 page offsets. */
function readColumn({ thrift, draft, dataEnd }: Target): void {
  const at = thrift.cursor.at;
  let elsewhere = false;
  let size = 0;
  let first = Number.MAX_SAFE_INTEGER;
  for (const { id, type } of thrift.fields()) {
    if (id === 1 && type === thriftTypes.binary) {
      const path = textOf(thrift, 1000);
      elsewhere = path !== '';
      if (elsewhere) addPath(path, at, draft);
    } else if (id === 3 && type === thriftTypes.struct) {
      for (const inner of thrift.fields()) {
        const isNumber = inner.type === thriftTypes.i64;
        if (inner.id === 7 && isNumber) size = thrift.integer();
        else if ((inner.id === 9 || inner.id === 11) && isNumber) first = Math.min(first, thrift.integer());
        else thrift.skip(inner.type);
      }
    } else thrift.skip(type);
  }
  if (elsewhere || first === Number.MAX_SAFE_INTEGER || (first >= 0 && size >= 0 && first + size <= dataEnd)) return;
  if (!draft.anomalies.some(({ code }) => code === 'parquet-column'))
    draft.anomalies.push(
      broken(
        'parquet-column',
        `A column of ${size} bytes at ${first} does not lie before the footer at ${dataEnd}.`,
        rangePlace(draft.where, at),
      ),
    );
}

function addPath(path: string, at: number, draft: Draft): void {
  draft.externalPaths.push({
    text: path,
    purpose: 'external-storage',
    leavesFolder: leavesFolder(path),
    effect: isAddress(path) ? 'net' : 'fs-read',
    where: rangePlace(draft.where, at),
  });
}

function readPairs({ thrift, draft, tools }: Target): void {
  const { count } = thrift.list();
  for (let i = 0; i < count; i++) {
    let key = '';
    let value: Uint8Array = new Uint8Array(0);
    const at = thrift.cursor.at;
    for (const { id, type } of thrift.fields()) {
      if (id === 1 && type === thriftTypes.binary) key = textOf(thrift, 300);
      else if (id === 2 && type === thriftTypes.binary) value = bytesOf(thrift, longestValue);
      else thrift.skip(type);
    }
    if (key === 'ARROW:schema') guarded(draft, () => readStoredSchema(value, draft, tools));
    else readNotes([{ key, value, at }], 'the file', { draft, tools, own: true });
  }
}

/** A schema message of Arrow in base64: continuation mark, length, flatbuffer. */
function readStoredSchema(value: Uint8Array, draft: Draft, tools: ReaderTools): void {
  const bytes = Uint8Array.from(Buffer.from(new TextDecoder('latin1').decode(value), 'base64'));
  const marked = bytes[0] === 0xff && bytes[1] === 0xff;
  const message = new FlatBuffer(bytesSource(bytes), marked ? 8 : 4).root();
  const schema = message.table(2);
  if (!schema) return;
  verifyFlatBuffer(schema, 'Schema', arrowSchema, () => tools.budget.checkTime());
  readArrowSchema(schema, draft, tools, false);
}
