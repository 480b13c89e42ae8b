/** Rows of an import file: CSV or JSON, streamed, bounded in bytes and rows, each with its line. A wrong row is told, not fatal. */
import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { type AssetDraft, assetProblems, AssetDraft as Draft } from '../contract.ts';
import { restoredCell } from './neutral-cell.ts';

export type ImportedRow = { readonly line: number; readonly name: string } & (
  | { readonly draft: AssetDraft; readonly id: string | null }
  | { readonly reason: string }
);

export const importBytes = 32 * 2 ** 20;
export const importRows = 100_000;

/** Reads the whole upload. @throws ai-assets.importTooLarge, .importTooManyRows, .importFormat, .importColumns */
export function readImport(body: Readable, format: 'csv' | 'json'): AsyncGenerator<ImportedRow> {
  return format === 'csv' ? csvRows(body) : jsonRows(body);
}

async function* bounded(body: Readable): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += buffer.length;
    if (bytes > importBytes) throw assetProblems.importTooLarge({ limit: importBytes });
    yield buffer;
  }
}

/** Column names people and our own export use → field. Computed columns of an export are read over. */
const columns = new Map<string, string>(
  Object.entries({
    name: 'name',
    description: 'description',
    type: 'type',
    assettype: 'type',
    environment: 'environment',
    owner: 'owner',
    department: 'department',
    cloudprovider: 'cloudProvider',
    region: 'region',
    criticality: 'criticality',
    dataclasses: 'dataClasses',
    lifecycle: 'lifecycle',
    lifecyclestatus: 'lifecycle',
    tags: 'tags',
    metadata: 'metadata',
    keys: 'keys',
    id: 'id',
  }), // prettier-ignore
);

function fieldOf(header: string): string | null {
  return columns.get(header.toLowerCase().replace(/[\s_-]+/g, '')) ?? null;
}

async function* csvRows(body: Readable): AsyncGenerator<ImportedRow> {
  let header: (string | null)[] | null = null;
  let count = 0;
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: 1_048_576,
    relax_quotes: false,
  });
  const feed = pump(body, parser);
  try {
    for await (const piece of parser) {
      const { record, info } = asRecord(piece);
      if (header === null) {
        header = record.map(fieldOf);
        for (const needed of ['name', 'type']) if (!header.includes(needed)) throw assetProblems.importColumns({ missing: needed });
        continue;
      }
      count += 1;
      if (count > importRows) throw assetProblems.importTooManyRows({ limit: importRows });
      yield rowOf(info, record.length > header.length ? null : textFields(header, record));
    }
  } catch (error) {
    throw readable(error, 'CSV');
  }
  await feed;
  if (header === null) throw assetProblems.importColumns({ missing: 'name' });
}

async function pump(body: Readable, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const buffer of bounded(body)) if (!parser.write(buffer)) await new Promise((resolve) => parser.once('drain', resolve));
    parser.end();
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new TypeError('the upload broke off'));
  }
}

/** With `info`, csv-parse gives `{ record, info }`. */
function asRecord(piece: unknown): { record: string[]; info: number } {
  if (typeof piece === 'object' && piece !== null && 'record' in piece && Array.isArray(piece.record) && 'info' in piece) {
    const info: unknown = piece.info;
    const lines = typeof info === 'object' && info !== null && 'lines' in info && typeof info.lines === 'number' ? info.lines : 0;
    return { record: piece.record.map(String), info: lines };
  }
  return { record: [], info: 0 };
}

function readable(error: unknown, format: string): unknown {
  if (error instanceof CsvError) return assetProblems.importFormat({ format, reason: error.message.slice(0, 200) });
  return error;
}

const lists = new Set(['tags', 'dataClasses', 'keys']);

/** Empty cells say nothing; lists are separated by semicolons; metadata is JSON. */
function textFields(header: readonly (string | null)[], record: readonly string[]): Record<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [index, field] of header.entries()) {
    const whole = restoredCell(record[index] ?? '');
    const text = field === 'description' ? whole : whole.trim();
    if (field === null || text.trim() === '') continue;
    fields.set(
      field,
      lists.has(field)
        ? text
            .split(/[;|]/)
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : field === 'metadata'
          ? jsonCell(text)
          : text,
    );
  }
  return Object.fromEntries(fields);
}

function jsonCell(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function rowOf(line: number, fields: Record<string, unknown> | null): ImportedRow {
  if (fields === null) return { line, name: '', reason: 'More cells than the first line has columns.' };
  const { id, ...rest } = fields;
  const name = typeof rest['name'] === 'string' ? rest['name'].slice(0, 200) : '';
  const parsed = Draft.safeParse(rest);
  if (!parsed.success)
    return {
      line,
      name,
      reason: parsed.error.issues
        .slice(0, 3)
        .map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`)
        .join('; '),
    };
  if (parsed.data.type === undefined && parsed.data.asset_type === undefined) return { line, name, reason: 'type: is missing' };
  if (id !== undefined && !isUuid(id)) return { line, name, reason: 'id: is not an id of this inventory' };
  return { line, name, draft: parsed.data, id: typeof id === 'string' ? id : null };
}

function isUuid(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value);
}

/** Fields of an exported asset that are computed: an export can be imported again. */
const computed = [
  'risk',
  'riskLevel',
  'complianceStatus',
  'sources',
  'firstSeen',
  'lastSeen',
  'missingSince',
  'createdAt',
  'updatedAt',
  'version',
  'marks',
  'differences',
  'sightings',
  'dependencies',
];

/** An array of objects, or one object a line. */
async function* jsonRows(body: Readable): AsyncGenerator<ImportedRow> {
  const parts: Buffer[] = [];
  for await (const buffer of bounded(body)) parts.push(buffer);
  const text = Buffer.concat(parts)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  const entries = text.startsWith('[') ? wholeArray(text) : lines(text);
  let count = 0;
  for (const { line, value } of entries) {
    count += 1;
    if (count > importRows) throw assetProblems.importTooManyRows({ limit: importRows });
    yield value === undefined ? { line, name: '', reason: 'This line is not valid JSON.' } : objectRow(line, value);
  }
}

function wholeArray(text: string): { line: number; value: unknown }[] {
  if (deepest(text) > 20) throw assetProblems.importFormat({ format: 'JSON', reason: 'it is nested deeper than 20 levels' });
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map((entry: unknown, index) => ({ line: index + 1, value: entry ?? null })) : [];
  } catch (error) {
    throw assetProblems.importFormat({ format: 'JSON', reason: error instanceof Error ? error.message.slice(0, 200) : 'it is malformed' });
  }
}

function lines(text: string): { line: number; value: unknown }[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    if (deepest(line) > 20) return [{ line: index + 1, value: undefined }];
    try {
      return [{ line: index + 1, value: JSON.parse(line) as unknown }];
    } catch {
      return [{ line: index + 1, value: undefined }];
    }
  });
}

/** Brackets in strings are counted too: too strict for odd text only, and linear. */
function deepest(text: string): number {
  let depth = 0;
  let most = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (depth > most) most = depth;
  }
  return most;
}

function objectRow(line: number, value: unknown): ImportedRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { line, name: '', reason: 'This entry is not an object.' };
  const kept = Object.entries(value).filter(([key, entry]) => !computed.includes(key) && entry !== null);
  return rowOf(line, Object.fromEntries(kept));
}
