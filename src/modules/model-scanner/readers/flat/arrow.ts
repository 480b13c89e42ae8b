/** Arrow IPC: files (also Feather 2), streams, and Feather 1; schema and block positions, never the values. */
import { rangePlace } from '../../engine/place.ts';
import {
  broken,
  type Draft,
  defineReader,
  draftArtefact,
  type Glance,
  guarded,
  MalformedBytes,
  type ReaderTools,
  TruncatedBytes,
} from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';
import { FlatBuffer, type FlatTable, verifyFlatBuffer } from '../parts/flatbuffer.ts';
import { arrowSchema, notesOf, readArrowSchema, readNotes } from './arrow-schema.ts';

const continuation = 0xffffffff;
const longestMetadata = 64 * 2 ** 20;
const mostBlocks = 1_000_000;
/** MessageHeader kinds. */
const schemaHeader = 1;

export default defineReader({
  format: 'arrow',
  certain: (glance) => startsWith(glance, 'ARROW1') || startsWith(glance, 'FEA1'),
  plausible: ({ head, size }) => size > 24 && head[0] === 0xff && head[1] === 0xff && head[2] === 0xff && head[3] === 0xff,
  read: (source, where, tools) => {
    const sign = String.fromCharCode(...source.read(0, 6));
    const format = sign === 'ARROW1' ? 'arrow' : sign.startsWith('FEA1') ? 'feather' : 'arrow-stream';
    const draft = draftArtefact(format, where, source.size);
    draft.role = 'dataset';
    if (format === 'arrow-stream') {
      const message = streamMessage(source, 0);
      if (message?.number(1, 1) !== schemaHeader) return null;
    }
    guarded(draft, () => {
      if (format === 'arrow') readFile(source, draft, tools);
      else if (format === 'feather') readFeather(source, draft, tools);
      else readStream(source, draft, tools);
    });
    return draft;
  },
});

function startsWith({ head }: Glance, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (head[i] !== text.charCodeAt(i)) return false;
  return true;
}

function readFile(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  // The file form is a stream between two signatures: the schema stands at its beginning too, and streaming readers take that one.
  guarded(draft, () => readStream(source, draft, tools, 8));
  const cursor = new Cursor(source, Math.max(8, source.size - 10));
  const length = cursor.left >= 10 ? cursor.u32() : 0;
  if (cursor.left < 6 || cursor.text(6) !== 'ARROW1')
    throw new TruncatedBytes('arrow-cut', source.size, 'The signature at the end is missing.');
  const start = source.size - 10 - length;
  if (start < 8 || length > longestMetadata)
    throw new MalformedBytes('arrow-footer', source.size - 10, `a footer of ${length} bytes does not fit`);
  const footer = new FlatBuffer(source, start, length).root();
  // Notes first: what they hold counts whatever is wrong elsewhere.
  const schema = footer.table(1);
  if (schema) guarded(draft, () => readArrowSchema(schema, draft, tools));
  guarded(draft, () => readNotes(notesOf(footer, 4), 'the footer', { draft, tools, own: true }));
  verifyFlatBuffer(footer, 'Footer', arrowSchema, () => tools.budget.checkTime());
  for (const slot of [2, 3]) checkBlocks(footer, slot, start, draft);
}

/** Block: offset (8 bytes), length of metadata (4, padded to 8), length of body (8). */
function checkBlocks(footer: FlatTable, slot: number, end: number, draft: Draft): void {
  const blocks = footer.vector(slot, 24);
  const { bytes } = footer.buffer;
  for (let i = 0; i < Math.min(blocks?.count ?? 0, mostBlocks); i++) {
    const at = (blocks?.at ?? 0) + 24 * i;
    const offset = bytes.u64(at);
    const reach = offset + bytes.i32(at + 8) + bytes.u64(at + 16);
    if (reach <= end) continue;
    draft.anomalies.push(
      broken(
        'arrow-block',
        `A block of the footer ends at ${reach}, before it are ${end} bytes.`,
        rangePlace(draft.where, bytes.start + at, 24),
      ),
    );
    return;
  }
}

function streamMessage(source: ByteSource, at: number): FlatTable | null {
  try {
    const cursor = new Cursor(source, at);
    const mark = cursor.u32();
    // Before version 0.15 the length stood first.
    const length = mark === continuation ? cursor.u32() : mark;
    if (length < 8 || length > longestMetadata || length > cursor.left) return null;
    return new FlatBuffer(source, cursor.at, length).root();
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

/** The schema message; the batches behind it are values. */
function readStream(source: ByteSource, draft: Draft, tools: ReaderTools, at = 0): void {
  const message = streamMessage(source, at);
  if (!message) throw new MalformedBytes('arrow-message', at, 'no schema message stands at the beginning');
  const schema = message.number(1, 1) === schemaHeader ? message.table(2) : null;
  if (!schema) throw new MalformedBytes('arrow-message', at, 'the first message is no schema');
  guarded(draft, () => readArrowSchema(schema, draft, tools));
  guarded(draft, () => readNotes(notesOf(message, 4), 'the stream', { draft, tools, own: true }));
  verifyFlatBuffer(message, 'Message', arrowSchema, () => tools.budget.checkTime());
  verifyFlatBuffer(schema, 'Schema', arrowSchema, () => tools.budget.checkTime());
}

/** Feather 1: a flatbuffer at the end, its length and the signature. @source feather.fbs: columns hold primitive arrays only. */
function readFeather(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const cursor = new Cursor(source, Math.max(4, source.size - 8));
  const length = cursor.left >= 8 ? cursor.u32() : 0;
  if (cursor.left < 4 || cursor.text(4) !== 'FEA1')
    throw new TruncatedBytes('arrow-cut', source.size, 'The signature at the end is missing.');
  const start = source.size - 8 - length;
  if (start < 4) throw new MalformedBytes('arrow-footer', source.size - 8, `a footer of ${length} bytes does not fit`);
  const table = new FlatBuffer(source, start, length).root();
  verifyFlatBuffer(table, 'Table', { Table: ['text', '8', '[Column]', '4', 'text'], Column: ['text', '?', '1', '?', 'text'] }, () =>
    tools.budget.checkTime(),
  );
  draft.metadata.set('columns', table.count(2));
}
