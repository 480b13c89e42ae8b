/** Bytes → a table in the engine with typed columns, and an account of every record. */
import { closeSync, copyFileSync, constants as fileConstants, openSync, readSync, renameSync } from 'node:fs';
import { extname, join } from 'node:path';
import { type Engine, literal } from '../engine.ts';
import { count, type Frame } from '../frame.ts';
import { dataProblems } from '../refusal.ts';
import { agreeTypes, declaredTypes } from './agree-types.ts';
import { columnNames } from './column-names.ts';
import { detectEncoding, transcode } from './encoding.ts';
import type { IngestReport, ReadOptions } from './ingest-report.ts';
import { loadStaged } from './load-staged.ts';
import { plainFile, type RawFile } from './raw-bytes.ts';
import { mostColumns, stageCsv } from './stage-csv.ts';
import { stageJson } from './stage-json.ts';

/** A file to read; `name` is what people call it. */
export type Source = { readonly path: string; readonly name: string; readonly options: ReadOptions };

/** @param number tells several tables of one engine apart. @throws the problems of refusal.ts. */
export async function ingest(engine: Engine, staging: string, { source, number }: { source: Source; number: number }): Promise<Frame> {
  const raw = await plainFile(source.path, join(staging, `plain-${number}`));
  const relation = `t${number}`;
  if (raw.isParquet) return ingestParquet(engine, { raw, source, relation, to: join(staging, `data-${number}.parquet`) });
  if (source.options.format === 'parquet') throw dataProblems.unreadable({ reason: 'it is not a Parquet file.' });
  if (raw.isArrow) return ingestArrow(engine, { raw, source, relation, to: join(staging, `data-${number}.csv`) });
  if (source.options.format === 'arrow') throw dataProblems.unreadable({ reason: 'it is not Arrow IPC.' });
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
  const relations = await loadStaged(engine, { staged, relation, path: to });
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

/** The decoder is loaded only when there is something for it. */
async function ingestArrow(engine: Engine, { raw, source, relation, to }: Reading): Promise<Frame> {
  const { format } = source.options;
  if (format !== undefined && format !== 'arrow')
    throw dataProblems.unreadable({ reason: `it is Arrow IPC, not ${format.toUpperCase()}.` });
  const { stageArrow } = await import('./stage-arrow.ts');
  const staged = stageArrow({ from: raw.path, to });
  const relations = await loadStaged(engine, { staged, relation, path: to });
  const agreed = await agreeTypes(engine, relations, staged.names);
  const columns = agreed.columns.map((column) =>
    staged.texts.has(column.name) ? { ...column, type: 'text' as const, unparsed: 0 } : column,
  );
  const ofTexts = [...staged.texts].map((name) => `Column ${JSON.stringify(name.slice(0, 80))} `);
  const warnings = agreed.warnings.filter((warning) => !ofTexts.some((beginning) => warning.startsWith(beginning)));
  const ending = extname(source.name.replace(/\.(gz|zst)$/i, '')).toLowerCase();
  const ingest: IngestReport = {
    name: source.name,
    format: 'arrow',
    compression: raw.compression,
    sha256: raw.sha256,
    encoding: null,
    dialect: null,
    rows: staged.rows,
    columns: columns.length,
    badCount: 0,
    badRows: [],
    renamed: staged.renamed,
    warnings: [
      ...(textEndings.has(ending) || ending === '.parquet' ? [`The name ends in ${ending}, the content is Arrow IPC.`] : []),
      ...staged.warnings,
      ...warnings,
    ],
  };
  return { engine, relations, rows: staged.rows, columns, ingest };
}

const textEndings: ReadonlyMap<string, 'csv' | 'json'> = new Map([
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.txt', 'csv'],
  ['.json', 'json'],
  ['.ndjson', 'json'],
  ['.jsonl', 'json'],
]);

const binaryEndings: ReadonlySet<string> = new Set(['.parquet', '.arrow', '.arrows', '.ipc', '.feather']);

/** What is stated counts; else the content, and a name that says otherwise is told. */
function textFormat(path: string, skip: number, { name, options }: Source): { format: 'csv' | 'json'; warning: string | null } {
  if (options.format === 'csv' || options.format === 'json') return { format: options.format, warning: null };
  const isObject = looksLikeJson(path, skip);
  const ending = extname(name.replace(/\.(gz|zst)$/i, '')).toLowerCase();
  const promised = textEndings.get(ending) ?? null;
  const format = isObject ? 'json' : 'csv';
  const isLie = (promised !== null && promised !== format) || binaryEndings.has(ending);
  return { format, warning: isLie ? `The name ends in ${ending}, the content is ${format.toUpperCase()}.` : null };
}

async function ingestParquet(engine: Engine, { raw, source, relation, to }: Reading): Promise<Frame> {
  if (source.options.format !== undefined && source.options.format !== 'parquet')
    throw dataProblems.unreadable({ reason: `it is a Parquet file, not ${source.options.format.toUpperCase()}.` });
  const isInPlace = engine.reads(raw.path);
  // A link would be refused by the engine; a clone costs nothing where the file system can.
  if (raw.compression !== null) renameSync(raw.path, to);
  else if (!isInPlace) copyFileSync(raw.path, to, fileConstants.COPYFILE_FICLONE);
  const scan = `read_parquet(${literal(isInPlace ? raw.path : to)}, file_row_number=true)`;
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
  const lie =
    textEndings.has(ending) || (binaryEndings.has(ending) && ending !== '.parquet')
      ? [`The name ends in ${ending}, the content is Parquet.`]
      : [];
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
