/** Bytes → a table in the engine with typed columns, and an account of every record. */
import { closeSync, copyFileSync, constants as fileConstants, openSync, readSync, renameSync } from 'node:fs';
import { extname, join } from 'node:path';
import { agreeTypes, declaredTypes } from './agree-types.ts';
import { columnNames } from './column-names.ts';
import { detectEncoding, transcode } from './encoding.ts';
import { type Engine, literal } from './engine.ts';
import { columnsPerRelation, count, type Frame } from './frame.ts';
import type { IngestReport, ReadOptions } from './ingest-report.ts';
import { plainFile, type RawFile } from './raw-bytes.ts';
import { dataProblems } from './refusal.ts';
import { mostColumns, stageCsv } from './stage-csv.ts';
import { stageJson } from './stage-json.ts';
import type { StagedText } from './staged.ts';

/** A file to read; `name` is what people call it. */
export type Source = { readonly path: string; readonly name: string; readonly options: ReadOptions };

/** @param number tells several tables of one engine apart. @throws the problems of refusal.ts. */
export async function ingest(engine: Engine, staging: string, { source, number }: { source: Source; number: number }): Promise<Frame> {
  const raw = await plainFile(source.path, join(staging, `plain-${number}`));
  const relation = `t${number}`;
  if (raw.isParquet) return ingestParquet(engine, { raw, source, relation, to: join(staging, `data-${number}.parquet`) });
  if (source.options.format === 'parquet') throw dataProblems.unreadable({ reason: 'it is not a Parquet file.' });
  return ingestText(engine, { raw, source, relation, to: join(staging, `data-${number}.csv`) });
}

type Reading = { readonly raw: RawFile; readonly source: Source; readonly relation: string; readonly to: string };

async function ingestText(engine: Engine, { raw, source, relation, to }: Reading): Promise<Frame> {
  const text = detectEncoding(raw.path, source.options.encoding);
  const isUtf8 = text.encoding === 'utf-8';
  const from = isUtf8 ? raw.path : `${to}.utf8`;
  if (!isUtf8) transcode(raw.path, from, text);
  const skip = isUtf8 ? text.skip : 0;
  const { format, warning } = textFormat(from, skip, source);
  const staged = format === 'json' ? stageJson({ from, skip, to }) : stageCsv({ from, skip, to }, source.options);
  const relations = await load(engine, { staged, relation, path: to });
  const { columns, warnings } = await agreeTypes(engine, relations, staged.names);
  const ingest: IngestReport = {
    name: source.name,
    format,
    compression: raw.compression,
    sha256: raw.sha256,
    encoding: text.encoding,
    dialect: staged.dialect,
    rows: staged.rows,
    columns: columns.length,
    badCount: staged.bad.count,
    badRows: staged.bad.named,
    renamed: staged.renamed,
    warnings: [...(warning === null ? [] : [warning]), ...staged.warnings, ...warnings],
  };
  return { engine, relations, rows: staged.rows, columns, ingest };
}

/** What the engine reads of a text at a time. */
const readBytes = 4 * 2 ** 20;

/** The rows were checked and counted before: the engine must see exactly as many, or nothing is answered. */
async function load(engine: Engine, { staged, relation, path }: Loading): Promise<string[]> {
  const scan = scanOf({ staged, relation, path });
  const relations: string[] = [];
  for (let from = 0; from === 0 || from < staged.names.length; from += columnsPerRelation) {
    const part = `${relation}_${relations.length}`;
    const cells = staged.names.slice(from, from + columnsPerRelation).map((_, k) => `c${from + k}`);
    await engine.run(`CREATE TABLE ${part} AS SELECT ${['r', ...cells].join(', ')} FROM ${scan}`);
    const [[rows] = []] = await engine.rows(`SELECT count(*) FROM ${part}`);
    if (count(rows) !== staged.rows) throw await miscounted(engine, { staged, relation, path }, count(rows));
    // Until then every column of a table holds 32 kB of memory, however few its rows are.
    if (staged.names.length > columnsPerRelation) await engine.run('CHECKPOINT');
    relations.push(part);
  }
  return relations;
}

type Loading = { readonly staged: StagedText; readonly relation: string; readonly path: string };

async function miscounted(engine: Engine, { staged, relation }: Loading, rows: number) {
  const [[reason] = []] = await engine.rows(`SELECT error_message FROM ${relation}_rejects LIMIT 1`);
  const said = String(reason ?? 'no reason given').slice(0, 200);
  return dataProblems.unreadable({ reason: `the engine read ${rows} of ${staged.rows} rows (${said}).` });
}

function scanOf({ staged, relation, path }: Loading): string {
  // Room for the row number, and for the engine's own look beyond the end.
  const longest = Math.max(staged.longest + 1024, 65_536);
  const types = ["'r': 'BIGINT'", ...staged.names.map((_, k) => `'c${k}': 'VARCHAR'`)].join(', ');
  const options = [
    'auto_detect=false',
    'header=false',
    `delim=${literal(staged.delimiter)}`,
    `quote='"'`,
    `escape='"'`,
    // Left to find the line end itself, the engine takes a carriage return inside quotes for one.
    String.raw`new_line='\n'`,
    `columns={${types}}`,
    `nullstr=''`,
    'allow_quoted_nulls=false',
    `max_line_size=${longest}`,
    `buffer_size=${Math.max(longest * 2, readBytes)}`,
    `null_padding=${staged.isPadded}`,
    'store_rejects=true',
    `rejects_table='${relation}_rejects'`,
    `rejects_scan='${relation}_scans'`,
  ];
  return `read_csv(${literal(path)}, ${options.join(', ')})`;
}

const textEndings: ReadonlyMap<string, 'csv' | 'json'> = new Map([
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.txt', 'csv'],
  ['.json', 'json'],
  ['.ndjson', 'json'],
  ['.jsonl', 'json'],
]);

/** What is stated counts; else the content, and a name that says otherwise is told. */
function textFormat(path: string, skip: number, { name, options }: Source): { format: 'csv' | 'json'; warning: string | null } {
  if (options.format === 'csv' || options.format === 'json') return { format: options.format, warning: null };
  const isObject = looksLikeJson(path, skip);
  const ending = extname(name.replace(/\.(gz|zst)$/i, '')).toLowerCase();
  const promised = textEndings.get(ending) ?? null;
  const format = isObject ? 'json' : 'csv';
  const isLie = (promised !== null && promised !== format) || ending === '.parquet';
  return { format, warning: isLie ? `The name ends in ${ending}, the content is ${format.toUpperCase()}.` : null };
}

async function ingestParquet(engine: Engine, { raw, source, relation, to }: Reading): Promise<Frame> {
  if (source.options.format !== undefined && source.options.format !== 'parquet')
    throw dataProblems.unreadable({ reason: `it is a Parquet file, not ${source.options.format.toUpperCase()}.` });
  // A link would be refused by the engine; a clone costs nothing where the file system can.
  if (raw.compression === null) copyFileSync(raw.path, to, fileConstants.COPYFILE_FICLONE);
  else renameSync(raw.path, to);
  const scan = `read_parquet(${literal(to)}, file_row_number=true)`;
  const shape = (await engine.shape(`SELECT * EXCLUDE (file_row_number) FROM ${scan} LIMIT 0`)).slice(0, mostColumns + 1);
  if (shape.length > mostColumns) throw dataProblems.tooLarge({ what: `more than ${mostColumns} columns` });
  const aliases = [...shape.map((_, k) => `c${k}`), 'r'].join(', ');
  await engine.run(`CREATE VIEW ${relation} AS SELECT * FROM ${scan} AS t(${aliases})`);
  const [[rows] = []] = await engine.rows(`SELECT count(*) FROM ${relation}`);
  const { names, renamed } = columnNames(shape.map(({ name }) => name));
  const { columns, warnings } = await declaredTypes(
    engine,
    relation,
    shape.map(({ type }, k) => ({ name: names[k] ?? '', type })),
  );
  const ending = extname(source.name.replace(/\.(gz|zst)$/i, '')).toLowerCase();
  const lie = textEndings.has(ending) ? [`The name ends in ${ending}, the content is Parquet.`] : [];
  const ingest: IngestReport = {
    name: source.name,
    format: 'parquet',
    compression: raw.compression,
    sha256: raw.sha256,
    encoding: null,
    dialect: null,
    rows: count(rows),
    columns: columns.length,
    badCount: 0,
    badRows: [],
    renamed,
    warnings: [...lie, ...warnings],
  };
  return { engine, relations: [relation], rows: count(rows), columns, ingest };
}

function looksLikeJson(path: string, skip: number): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4096);
    const text = head.toString('latin1', 0, readSync(file, head, 0, head.length, skip));
    return /^\s*(\{\s*["}]|\[\s*[{\]])/.test(text);
  } finally {
    closeSync(file);
  }
}
