/** JSON objects, one a line or as one array, turned into rows; the engine never sees a byte of the JSON. */

import { dataProblems } from '../refusal.ts';
import { ByteSink, ByteWindow } from './byte-source.ts';
import { columnNames } from './column-names.ts';
import { mostRecordBytes } from './csv-record.ts';
import { BadRows } from './ingest-report.ts';
import { type JsonKind, type JsonMember, jsonEnd, membersOf } from './json-record.ts';
import { tellRow } from './reading-progress.ts';
import { mostColumns, quoted } from './stage-csv.ts';
import type { StagedText } from './staged.ts';

type Column = { readonly at: number; readonly kinds: Set<JsonKind> };
type Staging = {
  readonly window: ByteWindow;
  readonly sink: ByteSink;
  readonly columns: Map<string, Column>;
  readonly bad: BadRows;
  rows: number;
};

/** @throws data-quality.emptyData, .unreadable (with line and column) for an array that is broken. A broken line is a bad row. */
export function stageJson({ from, skip, to }: { from: string; skip: number; to: string }): StagedText {
  const staging: Staging = {
    window: new ByteWindow(from, mostRecordBytes),
    sink: new ByteSink(to),
    columns: new Map(),
    bad: new BadRows(),
    rows: 0,
  };
  try {
    staging.window.advance(0);
    const start = firstByte(staging.window.bytes, skip);
    if (start < 0) throw dataProblems.emptyData();
    if (staging.window.bytes[start] === 0x5b) takeArray(staging, start + 1);
    else takeLines(staging, skip);
  } finally {
    staging.sink.close();
    staging.window.close();
  }
  const { names, renamed } = columnNames([...staging.columns.keys()]);
  if (names.length === 0 && staging.rows + staging.bad.count === 0) throw dataProblems.emptyData();
  if (names.length === 0)
    throw dataProblems.unreadable({
      reason: `no record is an object with members; the first: ${staging.bad.named[0]?.reason ?? 'empty'}.`,
    });
  return {
    names,
    renamed,
    rows: staging.rows,
    bad: staging.bad,
    dialect: null,
    delimiter: ',',
    isPadded: true,
    longest: staging.sink.longest,
    warnings: mixedKinds(staging.columns),
  };
}

function mixedKinds(columns: ReadonlyMap<string, Column>): string[] {
  return [...columns].flatMap(([name, { kinds }]) => {
    const held = [...kinds].filter((kind) => kind !== 'null');
    return held.length > 1 ? [`Column ${JSON.stringify(name.slice(0, 80))} mixes ${held.toSorted().join(' and ')}.`] : [];
  });
}

function firstByte(bytes: Buffer, from: number): number {
  for (let i = from; i < bytes.length; i++) if (!isSpace(bytes[i])) return i;
  return -1;
}
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

function takeLines(staging: Staging, skip: number): void {
  const { window, bad } = staging;
  let start = skip;
  let line = 1;
  for (;;) {
    while (start < window.bytes.length) {
      const feed = window.bytes.indexOf(0x0a, start);
      const isLong = (feed < 0 ? window.bytes.length : feed) - start > mostRecordBytes;
      if (feed < 0 && !window.isLast && !isLong) break;
      const end = feed < 0 ? window.bytes.length : feed;
      const bytes = window.bytes.subarray(start, end);
      if (isLong) bad.add(line, 'longer than 2 MiB', bytes);
      else if (firstByte(bytes, 0) >= 0) takeObject(staging, bytes, line);
      start = feed < 0 ? end : feed + 1;
      line++;
    }
    if (window.isLast) return;
    window.advance(start);
    start = 0;
  }
}

function takeObject(staging: Staging, bytes: Buffer, line: number): void {
  const first = firstByte(bytes, 0);
  const found = jsonEnd(bytes, first);
  if (found !== 'unfinished' && 'flaw' in found) {
    staging.bad.add(line, found.flaw, bytes);
    return;
  }
  const members = membersOf(bytes.toString('utf8'));
  if (typeof members === 'string') staging.bad.add(line, members, bytes);
  else writeRow(staging, members);
}

function writeRow(staging: Staging, members: readonly JsonMember[]): void {
  const { columns, sink } = staging;
  const cells: string[] = [];
  for (const { key, kind, value } of members) {
    let column = columns.get(key);
    if (column === undefined) {
      column = { at: columns.size, kinds: new Set() };
      columns.set(key, column);
      if (columns.size > mostColumns) throw dataProblems.tooLarge({ what: `more than ${mostColumns} columns` });
    }
    column.kinds.add(kind);
    cells[column.at] = quoted(value);
  }
  sink.text(`${staging.rows},${Array.from(cells, (cell) => cell ?? '').join(',')}`);
  sink.endRecord();
  staging.rows++;
  tellRow(staging.rows);
}

/** Elements of one array; a broken element leaves no safe place to go on from. */
function takeArray(staging: Staging, from: number): void {
  const { window } = staging;
  let start = from;
  let line = 1 + linesIn(window.bytes, 0, from);
  let expects = expectedAt('[', 'value');
  for (;;) {
    const at = firstByte(window.bytes, start);
    const end: number | null = at < 0 ? null : elementStep(staging, { at, expects, line: line + linesIn(window.bytes, start, at) });
    if (end === null) {
      if (window.isLast) throw dataProblems.unreadable({ reason: `the array begun in line 1 does not end; line ${line} is the last.` });
      if (window.bytes.length - start > mostRecordBytes)
        throw dataProblems.unreadable({ reason: `the record in line ${line} is longer than 2 MiB.` });
      window.advance(start);
      start = 0;
      continue;
    }
    line += linesIn(window.bytes, start, end);
    const byte = window.bytes[at];
    if (byte === 0x5d && expects !== 'value') {
      refuseRest(window, end, line);
      return;
    }
    expects = expectedAt(byte === 0x2c ? ',' : '}', expects);
    start = end;
  }
}

type Expected = 'value or end' | 'value' | 'comma or end';

function expectedAt(token: '[' | ',' | '}', before: Expected): Expected {
  if (token === '[') return 'value or end';
  return token === ',' && before === 'comma or end' ? 'value' : 'comma or end';
}

/** @returns the offset behind the token at `at`, null when it is not all there yet. */
function elementStep(staging: Staging, { at, expects, line }: { at: number; expects: Expected; line: number }): number | null {
  const { bytes } = staging.window;
  const byte = bytes[at];
  if (byte === 0x5d && expects !== 'value') return at + 1;
  if (byte === 0x2c && expects === 'comma or end') return at + 1;
  const wrong = (reason: string) =>
    dataProblems.unreadable({ reason: `line ${line}, column ${at - bytes.lastIndexOf(0x0a, at)}: ${reason}.` });
  if (expects === 'comma or end') throw wrong('a comma or the end of the array is missing');
  if (byte !== 0x7b) throw wrong('a record must be an object');
  const found = jsonEnd(bytes, at);
  if (found === 'unfinished') return null;
  if ('flaw' in found) throw wrong(found.flaw);
  const element = bytes.subarray(at, found.end);
  const members = membersOf(element.toString('utf8'));
  if (members === 'not valid JSON') throw wrong(members);
  if (typeof members === 'string') staging.bad.add(line, members, element);
  else writeRow(staging, members);
  return found.end;
}

function refuseRest(window: ByteWindow, end: number, line: number): void {
  const rest = firstByte(window.bytes, end);
  if (rest >= 0) throw dataProblems.unreadable({ reason: `line ${line}: something follows the end of the array.` });
  if (window.isLast) return;
  window.advance(window.bytes.length);
  refuseRest(window, 0, line);
}

function linesIn(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a, from); at >= 0 && at < to; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines;
}
