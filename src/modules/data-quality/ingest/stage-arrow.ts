/** Arrow IPC, files and streams: flat columns as rows of text for the engine, batch by batch. Runs in the child only. */
import { type Batch, type Column, Type, tableFromIPC } from '@uwdata/flechette';
import { isProblem } from '../../../contract/problem.ts';
import { dataProblems } from '../refusal.ts';
import { type ArrowMessage, arrowMessages } from './arrow-messages.ts';
import { arrowText, isTextual, kindInWords } from './arrow-text.ts';
import { ByteSink } from './byte-source.ts';
import { columnNames } from './column-names.ts';
import { lying } from './flat-buffer.ts';
import { BadRows } from './ingest-report.ts';
import { tellRow } from './reading-progress.ts';
import { quoted } from './stage-csv.ts';
import type { StagedText } from './staged.ts';

export type StagedArrow = StagedText & {
  /** Columns the data declares to be text: digits in them are no numbers. */
  readonly texts: ReadonlySet<string>;
};
/** Dictionaries are decoded again for each batch, so that one batch is in memory at a time. */
const mostDictionaryBytes = 64 * 2 ** 20;
/** Whole numbers and decimals keep their digits. */
const exact = { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true } as const;

type Reading = { readonly path: string; readonly sink: ByteSink; rows: number; fields: Field[] };
type Field = { readonly place: number; readonly name: string; readonly kind: Column<unknown>['type'] };

/** @throws data-quality.unreadable, .unsupported, .tooLarge, .emptyData. */
export function stageArrow({ from, to }: { from: string; to: string }): StagedArrow {
  const sink = new ByteSink(to);
  const reading: Reading = { path: from, sink, rows: 0, fields: [] };
  try {
    const skipped = decoded(() => copyBatches(reading));
    const { names, renamed } = columnNames(reading.fields.map(({ name }) => name));
    const texts = new Set(reading.fields.flatMap(({ kind }, k) => (isTextual(kind) ? [names[k] ?? ''] : [])));
    const warnings = skipped.map(
      ({ name, kind }) => `Column ${JSON.stringify(name.slice(0, 80))} holds ${kindInWords(kind)} and is not read.`,
    );
    return {
      names,
      renamed,
      rows: reading.rows,
      bad: new BadRows(),
      dialect: null,
      delimiter: ',',
      isPadded: false,
      longest: sink.longest,
      warnings,
      texts,
    };
  } finally {
    sink.close();
  }
}

/** What the decoder trips over is damage of the data: bytes were checked before, so nothing worse. */
function decoded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isProblem(error)) throw error;
    throw lying(error instanceof Error ? error.message.slice(0, 200) : 'unknown');
  }
}

/** @returns the columns left out. */
function copyBatches(reading: Reading): Field[] {
  let schema: ArrowMessage | null = null;
  let skipped: Field[] = [];
  const dictionaries: ArrowMessage[] = [];
  for (const message of arrowMessages(reading.path)) {
    if (message.kind === 'schema') {
      if (schema !== null) throw lying('a second schema');
      schema = message;
      skipped = takeFields(reading, message);
    } else if (schema === null) throw lying('a batch before the schema');
    else if (message.kind === 'dictionary') {
      dictionaries.push(message);
      if (dictionaries.reduce((sum, { bytes }) => sum + bytes.length, 0) > mostDictionaryBytes)
        throw dataProblems.tooLarge({ what: `Arrow dictionaries of more than ${mostDictionaryBytes} bytes` });
    } else copyRows(reading, [schema, ...dictionaries, message], message.rows);
  }
  if (schema === null) throw dataProblems.emptyData();
  return skipped;
}

function takeFields(reading: Reading, schema: ArrowMessage): Field[] {
  const { fields } = tableFromIPC([schema.bytes], exact).schema;
  // A field may come without its name: the decoder's types do not say so.
  const all = fields.map(({ name, type }, place) => ({ place, name: (name as string | null) ?? '', kind: type }));
  reading.fields = all.filter(({ kind }) => kindInWords(kind) === null);
  if (all.length === 0) throw dataProblems.emptyData();
  if (reading.fields.length === 0) throw dataProblems.unsupported({ what: 'An Arrow table of nested columns alone' });
  return all.filter(({ kind }) => kindInWords(kind) !== null);
}

function copyRows(reading: Reading, messages: readonly ArrowMessage[], rows: number): void {
  const table = tableFromIPC(
    messages.map(({ bytes }) => bytes),
    exact,
  );
  const columns = reading.fields.map(({ place, kind }) => {
    const column = table.getChildAt(place);
    for (const batch of column.data) checkBatch(batch, rows);
    return { column, kind };
  });
  for (let row = 0; row < rows; row++) {
    const cells = columns.map(({ column, kind }) => quoted(arrowText(column.at(row), kind)));
    reading.sink.text(`${reading.rows},${cells.join(',')}`);
    reading.sink.endRecord();
    reading.rows++;
    tellRow(reading.rows);
  }
}

/** The decoder does not look whether values and offsets are there for all rows. */
function checkBatch(batch: Batch<unknown>, rows: number): void {
  if (batch.length !== rows) throw lying(`a column of ${batch.length} values in a batch of ${rows} rows`);
  if (batch.nullCount > 0 && batch.type.typeId !== Type.Null && (batch.validity?.length ?? 0) * 8 < rows)
    throw lying('too few validity bits');
  const { offsets, values, type } = batch;
  if (offsets !== undefined && values !== undefined) checkOffsets(offsets, values.length, rows);
  else if (type.typeId !== Type.Null && values !== undefined && rows > 0 && values.length < leastValues(type, rows))
    throw lying('too few values');
}

function leastValues(type: Batch<unknown>['type'], rows: number): number {
  if (type.typeId === Type.Bool) return rows / 8;
  if (type.typeId === Type.FixedSizeBinary) return rows * type.stride;
  if (type.typeId === Type.Utf8View || type.typeId === Type.BinaryView) return rows * 16;
  return rows;
}

function checkOffsets(offsets: ArrayLike<number | bigint>, bytes: number, rows: number): void {
  // A batch without rows may leave out its only offset.
  if (rows === 0 && offsets.length === 0) return;
  if (offsets.length < rows + 1) throw lying('too few offsets');
  let before = 0;
  for (let k = 0; k <= rows; k++) {
    const offset = Number(offsets[k]);
    if (offset < before || offset > bytes) throw lying('offsets that do not rise within their bytes');
    before = offset;
  }
}
