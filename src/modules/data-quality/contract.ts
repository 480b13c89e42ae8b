/** What may be asked of the data integrity door :8002 about a table: its quality, its drift, its anomalies. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { Anomalies, Drift, IngestReport, Quality } from './answer-shape.ts';

export * from './answer-shape.ts';
export { dataProblems } from './refusal.ts';

/** Bytes one request may hand over; larger data is named by its path. */
const mostUploadBytes = 20 * 2 ** 20;
const mostInlineRows = 200_000;
const columnName = z.string().max(1000);
const Cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const ReadOptions = z.strictObject({
  format: z.enum(['csv', 'json', 'parquet']).optional(),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).optional(),
  delimiter: z.string().length(1).optional(),
  header: z.boolean().optional(),
});

export const DataSource = z
  .strictObject({
    rows: z.array(z.record(z.string(), Cell)).max(mostInlineRows).optional(),
    columns: z
      .array(z.strictObject({ name: columnName, values: z.array(Cell).max(mostInlineRows) }))
      .max(10_000)
      .optional()
      .describe('Columns of equal length.'),
    upload: z.strictObject({ name: z.string().max(300), base64: z.base64() }).optional(),
    path: z.string().min(1).max(4096).optional().describe('A file in one of the folders this installation may scan (SCAN_ROOTS).'),
    read: ReadOptions.optional().describe('How to read it; what is left out is detected.'),
  })
  .refine(
    ({ rows, columns, upload, path }) => [rows, columns, upload, path].filter((given) => given !== undefined).length === 1,
    'Name exactly one of rows, columns, upload and path.',
  );

const bound = z.number().optional();
const Rule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('type'), column: columnName, type: z.enum(['integer', 'number', 'boolean', 'time', 'text']) }),
  z.strictObject({ kind: z.literal('range'), column: columnName, min: bound, max: bound }),
  z.strictObject({ kind: z.literal('set'), column: columnName, values: z.array(z.string()).min(1).max(1000) }),
  z.strictObject({ kind: z.literal('length'), column: columnName, min: bound, max: bound }),
  z.strictObject({
    kind: z.literal('pattern'),
    column: columnName,
    pattern: z.string().min(1).max(500).describe('RE2; the whole cell must match.'),
  }),
  z.strictObject({ kind: z.literal('compare'), left: columnName, operator: z.enum(['<', '<=', '=', '>=', '>', '!=']), right: columnName }),
  z.strictObject({ kind: z.literal('dependency'), determinant: z.array(columnName).min(1).max(8), dependent: columnName }),
]);

const key = z.array(columnName).min(1).max(8);
const seed = z.int().min(0).max(4_294_967_295).default(1);
const tag = 'data-quality';
const common = {
  method: 'POST',
  door: 'data-integrity',
  tag,
  access: 'service',
  audit: false,
  idempotent: true,
  maxBodyBytes: mostUploadBytes * 1.4,
  timeoutMs: 180_000,
} as const;

export const checkQuality = endpoint({
  ...common,
  path: '/check/quality',
  operation: 'check-quality',
  summary: 'Completeness, accuracy, consistency, validity, uniqueness and freshness of a table, with the failing rows',
  input: z.strictObject({
    data: DataSource,
    rules: z.array(Rule).max(1000).default([]),
    key: key.optional(),
    freshness: z.strictObject({ column: columnName, asOf: z.iso.datetime({ offset: true }), maxAgeMs: z.number().positive() }).optional(),
    truth: z
      .strictObject({ data: DataSource, key, absolute: z.number().min(0).default(0), relative: z.number().min(0).default(0) })
      .optional()
      .describe('True values, matched by key.'),
  }),
  output: z.object({ ingest: IngestReport, ...Quality.shape }),
});

export const checkDrift = endpoint({
  ...common,
  path: '/check/drift',
  operation: 'check-drift',
  summary: 'What changed between two tables: effect and significance of every column, and of the correlations',
  input: z.strictObject({
    reference: DataSource,
    current: DataSource,
    sensitivity: z.enum(['low', 'medium', 'high']).default('medium'),
    seed,
  }),
  output: z.object({ reference: IngestReport, current: IngestReport, ...Drift.shape }),
});

export const checkAnomalies = endpoint({
  ...common,
  path: '/check/anomalies',
  operation: 'check-anomalies',
  summary: 'Odd rows of a table by isolation forest, local outlier factor and density clusters, odd cells by z-score and IQR',
  input: z.strictObject({
    data: DataSource,
    columns: z.array(columnName).min(1).max(10_000).optional().describe('Numeric columns; left out: all of them.'),
    detectors: z
      .array(z.enum(['isolation-forest', 'local-outlier-factor', 'density-clusters']))
      .min(1)
      .max(3)
      .default(['isolation-forest', 'local-outlier-factor', 'density-clusters']),
    seed,
    top: z.int().min(1).max(1000).default(20),
  }),
  output: z.object({ ingest: IngestReport, ...Anomalies.shape }),
});
