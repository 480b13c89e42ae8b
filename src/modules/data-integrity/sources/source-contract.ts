/** Where a table comes from: a file under the configured roots, a registered dataset, an upload, a table of a connected database, or rows in the request. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { problems } from '../../../contract/problem.ts';
import { ReadOptions } from '../../data-quality/contract.ts';
import { ConnectionName } from './connection-contract.ts';

const tag = 'data-quality';

export const tableProblems = problems('data-quality', {
  assetWithoutFile: [422, 'The asset {name} names no file: give it a key like file:/data/table.csv, or name a source.'],
  assetNotDataset: [422, 'The asset {name} is a {type}, not a dataset.'],
  noSource: [422, 'Say what to check: currentData, or a source.'],
  severalSources: [422, 'Say it once: {names} exclude each other.'],
  sourceNotKept: [422, 'Rows in a request are checked once and not kept: this needs a file, a dataset asset or an upload.'],
  uploadNotFound: [404, 'No upload has the id {id}.'],
  uploadTooLarge: [413, 'The file is larger than {limit} bytes. The setting MAX_UPLOAD_BYTES changes that.'],
  uploadQuota: [
    413,
    'Uploads of this workspace hold {used} of {quota} bytes: {wanted} more do not fit. The setting UPLOAD_QUOTA_BYTES changes that.',
  ],
  uploadPlace: [409, 'The next byte of {name} is {expected}, not {given}.'],
  uploadTooLong: [413, 'More bytes came for {name} than its {size} bytes.'],
  uploadIncomplete: [409, 'The upload is not whole: {received} of {size} bytes are here.'],
  uploadClosed: [409, 'The upload {id} is {state}.'],
  uploadOfOther: [409, 'The upload {id} is already the new version of the table of another asset.'],
});

const read = ReadOptions.optional().describe('How to read it; what is left out is detected.');
const identifier = z.string().min(1).max(200);
/** A table of a connected database. */
export const PostgresSource = z.strictObject({
  postgres: z.strictObject({
    connection: ConnectionName.describe('The name of a connection of this workspace.'),
    schema: identifier.default('public'),
    table: identifier,
    sample: z
      .strictObject({ percent: z.number().min(0.0001).max(100), seed: z.int().min(0).max(2_147_483_647).default(1) })
      .optional()
      .describe('Rows drawn one by one with the same chance; left out: all of them. Views cannot be sampled.'),
  }),
});
export type PostgresSource = z.infer<typeof PostgresSource>;
/** A table that can be read again: what monitors and baselines may name. */
export const TableSource = z.union([
  z.strictObject({ path: z.string().min(1).max(4096).describe('A file in one of the folders of SCAN_ROOTS.'), read }),
  z.strictObject({ asset: z.uuid().describe('A registered dataset; its key file:… names the file.'), read }),
  z.strictObject({ upload: z.uuid(), read }),
  PostgresSource,
]);
export type TableSource = z.infer<typeof TableSource>;

const Cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const mostInlineRows = 200_000;
/** Rows in the request: checked at once and not kept. */
export const InlineTable = z.union([
  z.array(z.record(z.string(), Cell)).max(mostInlineRows),
  z.strictObject({
    columns: z
      .array(z.strictObject({ name: z.string().max(1000), values: z.array(Cell).max(mostInlineRows) }))
      .max(10_000)
      .describe('Columns of equal length.'),
  }),
]);
export type InlineTable = z.infer<typeof InlineTable>;

/** What an assessment read, as it is kept: rows of a request are counted, not kept. */
export const ReadSource = z.union([TableSource, z.strictObject({ inline: z.int().min(0) })]);
export type ReadSource = z.infer<typeof ReadSource>;

/** In words, for lists and titles. */
export function sourceLabel(source: ReadSource): string {
  if ('path' in source) return source.path;
  if ('asset' in source) return 'the file of its asset';
  if ('upload' in source) return `upload:${source.upload}`;
  if ('postgres' in source) return postgresLabel(source);
  return `${source.inline} rows of a request`;
}

function postgresLabel({ postgres: { connection, schema, table, sample } }: PostgresSource): string {
  return `postgres:${connection}/${schema}.${table}${sample === undefined ? '' : ` (sample of ${sample.percent} %)`}`;
}

/* ——— uploads ——— */
export const TableUpload = z.object({
  id: z.uuid(),
  assetId: z.uuid().nullable().describe('The asset whose table it is a new version of.'),
  name: z.string(),
  state: z.enum(['receiving', 'ready', 'removed']),
  size: z.int().min(0),
  received: z.int().min(0),
  createdAt: z.iso.datetime(),
});
export type TableUpload = z.infer<typeof TableUpload>;
const create = 'data-quality:create' as const;

export const declareTableUpload = endpoint({
  method: 'POST',
  path: '/api/data-quality/uploads',
  tag,
  operation: 'declare-upload',
  access: create,
  status: 201,
  summary: 'Say which file will come: its place is reserved',
  input: z.strictObject({
    name: z.string().trim().min(1).max(200),
    size: z.int().min(1),
    assetId: z
      .uuid()
      .optional()
      .describe('It is a new version of the table of this asset: once it is whole, monitors that run on changes look at it.'),
  }),
  output: TableUpload,
});
export const putTablePart = endpoint({
  method: 'PUT',
  path: '/api/data-quality/uploads/:id/content',
  tag,
  operation: 'upload-part',
  access: create,
  kind: 'upload',
  // The upload itself is in the audit log, and so is what is done with it: its parts are neither.
  audit: false,
  timeoutMs: 600_000,
  summary: 'Bytes from an offset on; the offset is where the last part ended',
  input: z.object({ id: z.uuid(), offset: z.int().min(0) }),
  output: TableUpload,
});
export const getTableUpload = endpoint({
  method: 'GET',
  path: '/api/data-quality/uploads/:id',
  tag,
  operation: 'read-upload',
  access: create,
  summary: 'How far an upload is: where to go on after a lost connection',
  input: z.object({ id: z.uuid() }),
  output: TableUpload,
});
export const removeTableUpload = endpoint({
  method: 'DELETE',
  path: '/api/data-quality/uploads/:id',
  tag,
  operation: 'remove-upload',
  access: create,
  summary: 'Remove an upload that nothing is reading',
  input: z.object({ id: z.uuid() }),
  output: TableUpload,
});

export const adoptTableUpload = endpoint({
  method: 'POST',
  path: '/api/data-quality/uploads/:id/adopt',
  tag,
  operation: 'adopt-upload',
  access: create,
  status: 200,
  summary: 'Say that an upload, looked at or not, is the new version of the table of an asset',
  description: 'Monitors of the asset that run on changes look at it. Asked again for the same asset, nothing more happens.',
  input: z.strictObject({ id: z.uuid(), assetId: z.uuid() }),
  output: TableUpload,
});

/** A new version of an asset's table was handed over, whole. */
export const tableArrived = eventKind('data-table.arrived', z.object({ assetId: z.uuid(), uploadId: z.uuid() }), 'data-quality:read');
