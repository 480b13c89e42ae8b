/** Tables and records that may be data for models: recognised by content, described by columns; values stay where they are. */
import { asRecord } from '../document.ts';
import type { OpenedFile } from '../tree/opened-file.ts';

export type TableFact = {
  readonly format: 'csv' | 'tsv' | 'jsonl';
  readonly columns: readonly string[];
  /** Data rows; null when the file is larger than what is read. */
  readonly rows: number | null;
  /** Records that hold chats, prompts or completions: data to tune a language model with. */
  readonly tuning: boolean;
};

const maxColumns = 100;

/** @returns null when the content is no table: fewer than two lines, ragged, or not text. */
export function tableFact(file: OpenedFile): TableFact | null {
  const format =
    file.ending === 'csv' ? 'csv' : file.ending === 'tsv' ? 'tsv' : file.ending === 'jsonl' || file.ending === 'ndjson' ? 'jsonl' : null;
  if (format === null) return null;
  const text = file.text;
  if (text === null) return null;
  const lines = text
    .slice(0, 262_144)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  if (lines.length < 2) return null;
  const rows = Buffer.byteLength(text) < file.size ? null : countLines(text) - (format === 'jsonl' ? 0 : 1);
  return format === 'jsonl' ? recordFact(lines, rows) : separatedFact(lines, format, rows);
}

function countLines(text: string): number {
  let count = 0;
  for (const line of text.split('\n')) if (line.trim() !== '') count += 1;
  return count;
}

function separatedFact(lines: readonly string[], format: 'csv' | 'tsv', rows: number | null): TableFact | null {
  const separator = format === 'tsv' ? '\t' : ([',', ';', '|', '\t'].find((sign) => (lines[0] ?? '').includes(sign)) ?? ',');
  const columns = cells((lines[0] ?? '').replace(/^\uFEFF/, ''), separator);
  if (columns.length < 2 || columns.length > 10_000) return null;
  const sample = lines.slice(1, 21).map((line) => cells(line, separator).length);
  // A quoted cell may hold line breaks, so a few short lines are ordinary; most must fit the head.
  if (sample.filter((width) => width === columns.length).length * 2 < sample.length) return null;
  return { format, columns: columns.slice(0, maxColumns).map((name) => name.trim().slice(0, 80)), rows, tuning: false };
}

function cells(line: string, separator: string): string[] {
  const found: string[] = [];
  let cell = '';
  let quoted = false;
  for (const character of line.slice(0, 100_000)) {
    if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      found.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...found, cell];
}

function recordFact(lines: readonly string[], rows: number | null): TableFact | null {
  const records = lines
    .slice(0, 5)
    .map(parseRecord)
    .filter((record) => record !== null);
  const [first] = records;
  // The last of the sampled lines may be cut; one that parses is enough only when it is the only one.
  if (first === undefined || records.length < Math.min(2, lines.length)) return null;
  const columns = Object.keys(first)
    .slice(0, maxColumns)
    .map((name) => name.slice(0, 80));
  const has = (...names: string[]) => names.every((name) => columns.includes(name));
  const messages = Object.hasOwn(first, 'messages') && Array.isArray(first['messages']);
  const tuning =
    messages || has('prompt', 'completion') || has('prompt', 'chosen', 'rejected') || has('instruction', 'output') || has('conversations');
  return { format: 'jsonl', columns, rows, tuning };
}

function parseRecord(line: string): Record<string, unknown> | null {
  try {
    return line.length > 100_000 ? null : asRecord(JSON.parse(line));
  } catch {
    return null;
  }
}

const dataFolder =
  /(?:^|\/)(?:data|datasets?|corpus|corpora|training[-_]?data|train|eval|evaluation|raw|processed|labels|samples)(?:\/|$)/i;

/** Whether a folder's name says that what lies in it is data. */
export function isDataFolder(folder: string): boolean {
  return dataFolder.test(folder);
}
