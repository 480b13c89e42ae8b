/** Delimiter, header and line end of a delimited text, decided on its beginning. What is stated is never overruled. */

import { dataProblems } from '../refusal.ts';
import { type CsvRecord, fieldsOf, readRecord } from './csv-record.ts';
import type { Dialect, ReadOptions } from './ingest-report.ts';

const sampleBytes = 256 * 1024;
const mostSampled = 2000;
/**
 * In this order when several fit equally well: a comma file hardly has a semicolon in every line, but a semicolon file with decimal commas
 * often has a comma in every line.
 */
const delimiters = ['\t', ';', '|', ','] as const;

export type SampledDialect = {
  readonly dialect: Dialect;
  readonly columns: number;
  readonly head: readonly string[];
  readonly warnings: string[];
};

/** @param head the beginning of the text in UTF-8, without byte order mark. @throws data-quality.emptyData, .unreadable. */
export function detectDialect(head: Buffer, options: ReadOptions): SampledDialect {
  const isWhole = head.length <= sampleBytes;
  const sample = head.subarray(0, sampleBytes);
  const newline = newlineOf(sample);
  const stated = options.delimiter;
  if (stated !== undefined && (Buffer.byteLength(stated) !== 1 || /["\r\n\0]/.test(stated)))
    throw dataProblems.unreadable({ reason: 'a delimiter is one ASCII character and no quote or line end.' });
  const tried = (stated === undefined ? delimiters : [stated]).map((delimiter) => ({
    delimiter,
    records: sampledRecords(sample, { delimiter, newline, isWhole }),
  }));
  const judged = tried.map(({ delimiter, records }) => ({ delimiter, records, ...consistency(records) }));
  const best = judged.reduce((winner, next) => (isBetter(next, winner) ? next : winner));
  const [first, second] = best.records;
  if (first === undefined) throw noRecord(sample);
  const header = options.header ?? looksLikeHeader(first, second);
  const warnings =
    header || options.header !== undefined
      ? []
      : ['The first line looks like data: columns are numbered. State header: true if it is one.'];
  return {
    dialect: { delimiter: best.delimiter, header, newline },
    columns: best.columns,
    head: header ? first.map((field) => field ?? '') : [],
    warnings: [...warnings, ...headerWarnings(header ? first.length : best.columns, best.columns)],
  };
}

/** Bytes that are no text have no sound record either: that is not the same as nothing. */
function noRecord(sample: Buffer): Error {
  if (!/\S/.test(sample.toString('latin1').replaceAll('\0', '0'))) return dataProblems.emptyData();
  return dataProblems.unreadable({
    reason: 'no line of its beginning is a sound record; it may be binary data of a format that is not read here.',
  });
}

function headerWarnings(named: number, columns: number): string[] {
  return named === columns ? [] : [`The header names ${named} columns, most lines have ${columns}.`];
}

type Judged = { readonly delimiter: string; readonly share: number; readonly columns: number };

function isBetter(next: Judged, winner: Judged): boolean {
  // One column fits every text: it wins only when nothing else fits most lines.
  const worth = ({ share, columns }: Judged) => (columns > 1 ? share : 0.5);
  return worth(next) > worth(winner) + 1e-9;
}

function newlineOf(sample: Buffer): Dialect['newline'] {
  const feed = sample.indexOf(0x0a);
  if (feed > 0 && sample[feed - 1] === 0x0d) return 'CRLF';
  if (feed < 0 && sample.includes(0x0d)) return 'CR';
  return 'LF';
}

/** Blank lines are no records. */
function sampledRecords(
  sample: Buffer,
  { delimiter, newline, isWhole }: { delimiter: string; newline: Dialect['newline']; isWhole: boolean },
): (string | null)[][] {
  const form = { delimiter: delimiter.charCodeAt(0), newline: newline === 'CR' ? 0x0d : 0x0a, isLast: isWhole };
  const records: (string | null)[][] = [];
  const record: CsvRecord = { next: 0, end: 0, fields: 0, lines: 0, isPlain: true, flaw: null };
  let start = 0;
  while (start < sample.length && records.length < mostSampled) {
    readRecord(sample, start, form, record);
    if (record.next < 0) break;
    if (record.end > start && record.flaw === null) records.push(fieldsOf(sample, { start, end: record.end }, form.delimiter));
    start = record.next;
  }
  // A first record longer than the sample still tells the columns.
  if (records.length === 0 && sample.length > 0 && start === 0 && !isWhole)
    records.push(fieldsOf(sample, { start: 0, end: sample.length }, form.delimiter));
  return records;
}

/** The most frequent number of fields, and its share of the records. */
function consistency(records: readonly (readonly unknown[])[]): { columns: number; share: number } {
  const counts = new Map<number, number>();
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1);
  let columns = 1;
  let most = 0;
  for (const [length, count] of counts) if (count > most || (count === most && length > columns)) [columns, most] = [length, count];
  // Two lines of different length: the header says how many columns were meant.
  if (most === 1 && records[0] !== undefined) columns = records[0].length;
  return { columns, share: records.length === 0 ? 0 : most / records.length };
}

const numberLike = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

/** No header only when the first line has numbers wherever the second has, and it has some. */
function looksLikeHeader(first: readonly (string | null)[], second: readonly (string | null)[] | undefined): boolean {
  const isNumber = (field: string | null | undefined) => typeof field === 'string' && numberLike.test(field);
  if (second === undefined) return !first.some(isNumber);
  const numbers = second.flatMap((field, k) => (isNumber(field) ? [k] : []));
  return numbers.length === 0 || !numbers.every((k) => isNumber(first[k]));
}
