/** A delimited text, checked record by record and written anew for the engine: what reaches it is sound, the rest is counted and named. */

import { dataProblems } from '../refusal.ts';
import { ByteSink, ByteWindow } from './byte-source.ts';
import { columnNames } from './column-names.ts';
import { type CsvForm, type CsvRecord, fieldsOf, mostRecordBytes, readRecord } from './csv-record.ts';
import { detectDialect, type SampledDialect } from './dialect.ts';
import { BadRows, type ReadOptions } from './ingest-report.ts';
import { tellRow } from './reading-progress.ts';
import type { StagedText } from './staged.ts';

export const mostColumns = 10_000;

/** @param from UTF-8 with `skip` bytes of byte order mark. @param to is made: row number, then the fields. */
export function stageCsv({ from, skip, to }: { from: string; skip: number; to: string }, options: ReadOptions): StagedText {
  const window = new ByteWindow(from, mostRecordBytes);
  const sink = new ByteSink(to);
  try {
    window.advance(0);
    if (skip > 0) window.advance(skip);
    const sampled = detectDialect(window.bytes, options);
    if (sampled.columns > mostColumns) throw dataProblems.tooLarge({ what: `${sampled.columns} columns; ${mostColumns} are read` });
    const copying = copyRecords(window, sink, sampled);
    const { names, renamed } = columnNames(paddedTo(sampled.columns, sampled.head));
    return {
      names,
      renamed,
      rows: copying.rows,
      bad: copying.bad,
      dialect: sampled.dialect,
      delimiter: sampled.dialect.delimiter,
      isPadded: false,
      longest: sink.longest,
      warnings: [...sampled.warnings, ...blankWarning(copying.blank)],
    };
  } finally {
    sink.close();
    window.close();
  }
}

function paddedTo(columns: number, head: readonly string[]): string[] {
  return Array.from({ length: columns }, (_, k) => head[k] ?? '');
}
function blankWarning(blank: number): string[] {
  return blank === 0 ? [] : [`${blank} blank lines are no rows.`];
}

type Copying = { rows: number; blank: number; readonly bad: BadRows };

function copyRecords(window: ByteWindow, sink: ByteSink, { dialect, columns }: SampledDialect): Copying {
  const copying: Copying = { rows: 0, blank: 0, bad: new BadRows() };
  const record: CsvRecord = { next: 0, end: 0, fields: 0, lines: 0, isPlain: true, flaw: null };
  const delimiter = dialect.delimiter.charCodeAt(0);
  const newline = dialect.newline === 'CR' ? 0x0d : 0x0a;
  let line = 1;
  let isHeader = dialect.header;
  let start = 0;
  for (;;) {
    const form = { delimiter, newline, isLast: window.isLast };
    while (start < window.bytes.length) {
      readRecord(window.bytes, start, form, record);
      if (record.next < 0 && !giveUpLong(window.bytes, start, form, record)) break;
      const isBlank = record.end === start;
      if (isBlank) copying.blank++;
      else if (isHeader) isHeader = false;
      else takeRecord(window.bytes, { start, line, record, columns, delimiter }, { copying, sink });
      line += record.lines;
      start = record.next;
    }
    if (window.isLast) return copying;
    window.advance(start);
    start = 0;
  }
}

/** A record that does not end within the longest allowed length is bad; reading goes on behind its first line. */
function giveUpLong(bytes: Buffer, start: number, form: CsvForm, record: CsvRecord): boolean {
  if (bytes.length - start < mostRecordBytes) return false;
  const at = bytes.indexOf(form.newline, start);
  record.flaw = 'longer than 2 MiB';
  record.end = at < 0 ? bytes.length : at;
  record.next = at < 0 ? bytes.length : at + 1;
  // The rest of a line that is longer still is another bad piece of the same line.
  record.lines = at < 0 ? 0 : 1;
  return true;
}

type Taken = { start: number; line: number; record: CsvRecord; columns: number; delimiter: number };

function takeRecord(
  bytes: Buffer,
  { start, line, record, columns, delimiter }: Taken,
  { copying, sink }: { copying: Copying; sink: ByteSink },
): void {
  const { flaw, fields, end, isPlain } = record;
  if (flaw !== null || fields !== columns) {
    const reason = flaw ?? `${fields} ${fields === 1 ? 'field' : 'fields'} instead of ${columns}`;
    copying.bad.add(line, reason, bytes.subarray(start, end));
    return;
  }
  sink.text(`${copying.rows}${String.fromCharCode(delimiter)}`);
  copying.rows++;
  tellRow(copying.rows);
  if (isPlain) sink.copy(bytes, start, end);
  else sink.text(fieldsOf(bytes, { start, end }, delimiter).map(quoted).join(String.fromCharCode(delimiter)));
  sink.endRecord();
}

/** A missing value stays an empty field without quotes; everything else is quoted. */
export function quoted(field: string | null): string {
  return field === null ? '' : `"${field.replaceAll('"', '""')}"`;
}
