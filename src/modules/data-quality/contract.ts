/** What may be asked of the data integrity door :8002 about a table: its quality, its drift, its anomalies. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { Anomalies, Changes, Drift, IngestReport, Quality } from './answer-shape.ts';
import { Baseline } from './drift/baseline-shape.ts';
import { driftTests } from './drift/drift-tests.ts';
import { NearDuplicates, RowsPage, RuleFinding, Suggestion } from './finding-shape.ts';
import { Groups } from './groups/group-shape.ts';
import { Poisoning } from './poisoning/poisoning-shape.ts';
import { Rule } from './rule-shape.ts';

export * from './answer-shape.ts';
export { Baseline } from './drift/baseline-shape.ts';
export * from './finding-shape.ts';
export { Groups } from './groups/group-shape.ts';
export { finishStates, mergeStates, type Plan } from './plans/plan.ts';
export { Poisoning } from './poisoning/poisoning-shape.ts';
export * from './postgres/postgres-source.ts';
export { dataProblems } from './refusal.ts';
export { Rule } from './rule-shape.ts';

/** Bytes one request may hand over; larger data is named by its path. */
const mostUploadBytes = 20 * 2 ** 20;
const mostInlineRows = 200_000;
const columnName = z.string().max(1000);
const Cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const ReadOptions = z.strictObject({
  format: z.enum(['csv', 'json', 'parquet', 'arrow']).optional(),
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
    staged: z
      .strictObject({ upload: z.uuid(), name: z.string().max(300) })
      .optional()
      .describe("A file that the product took in for the caller's workspace."),
    read: ReadOptions.optional().describe('How to read it; what is left out is detected.'),
  })
  .refine(
    ({ rows, columns, upload, path, staged }) => [rows, columns, upload, path, staged].filter((given) => given !== undefined).length === 1,
    'Name exactly one of rows, columns, upload, path and staged.',
  );

const key = z.array(columnName).min(1).max(8);
const seed = z.int().min(0).max(4_294_967_295).default(1);
/** Whoever names a check can ask how far it is. */
const watch = z.uuid().optional().describe('A name of the caller for this check: GET /check/progress tells how many rows were read.');
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
    watch,
    data: DataSource,
    rules: z.array(Rule).max(1000).default([]),
    key: key.optional(),
    freshness: z.strictObject({ column: columnName, asOf: z.iso.datetime({ offset: true }), maxAgeMs: z.number().positive() }).optional(),
    truth: z
      .strictObject({ data: DataSource, key, absolute: z.number().min(0).default(0), relative: z.number().min(0).default(0) })
      .optional()
      .describe('True values, matched by key.'),
    sources: z
      .array(z.strictObject({ name: z.string().min(1).max(100), data: DataSource }))
      .max(4)
      .refine((given) => new Set(given.map(({ name }) => name)).size === given.length, 'Each source needs a name of its own.')
      .default([])
      .describe('Further tables that rules name: foreignKey, sameInSource, distribution.'),
    failing: z
      .strictObject({
        rule: z.int().min(0).max(999).describe('Place of the rule in `rules`.'),
        offset: z.int().min(0).max(1_000_000_000).default(0),
        limit: z.int().min(1).max(1000).default(100),
        reveal: z.boolean().default(false).describe('Cells as they are; else only their shape. The caller checks who may ask for this.'),
      })
      .optional()
      .describe('One page of the rows that fail one rule.'),
    nearDuplicates: z
      .strictObject({ columns: z.array(columnName).min(1).max(1000).optional(), similarity: z.number().min(0.5).max(1).default(0.9) })
      .optional()
      .describe('Search rows that are almost the same.'),
  }),
  output: z.object({
    ingest: IngestReport,
    ...Quality.shape,
    rules: z.array(RuleFinding),
    failing: RowsPage.nullable(),
    nearDuplicates: NearDuplicates.nullable(),
  }),
});

export const checkSuggest = endpoint({
  ...common,
  path: '/check/suggest',
  operation: 'check-suggest',
  summary: 'Rules that a good table keeps, each with its evidence; nothing becomes active by this',
  input: z.strictObject({ data: DataSource }),
  output: z.object({ ingest: IngestReport, suggestions: z.array(Suggestion), leftOut: z.array(z.string()) }),
});

export const checkBaseline = endpoint({
  ...common,
  path: '/check/baseline',
  operation: 'check-baseline',
  summary: 'What later tables can be compared with when this one is not kept: its state, without a row',
  input: z.strictObject({ watch, data: DataSource, seed }),
  output: Baseline,
});

export const checkProgress = endpoint({
  method: 'GET',
  door: 'data-integrity',
  tag,
  access: 'service',
  audit: false,
  path: '/check/progress',
  operation: 'check-progress',
  summary: 'How far a running check is that was named when it was asked for',
  input: z.object({ watch: z.uuid() }),
  output: z.object({
    stage: z.enum(['reading', 'computing', 'unknown']).describe('unknown: it has not begun, or has ended.'),
    rows: z.int().min(0).nullable().describe('Read so far; of what is being computed, all of the table.'),
  }),
});

const moment = z.number().describe('Milliseconds since 1970, UTC.');
const ReferenceWindow = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), from: moment, to: moment }),
  z.strictObject({ kind: z.literal('rolling'), lengthMs: z.number().positive(), gapMs: z.number().min(0).default(0) }),
  z.strictObject({ kind: z.literal('hourOfWeek'), weeks: z.int().min(1).max(520) }),
]);

export const checkChanges = endpoint({
  ...common,
  path: '/check/changes',
  operation: 'check-changes',
  summary: 'When a table changed: windows of rows that differ from those before, and alarms of each column as a series',
  input: z
    .strictObject({
      data: DataSource,
      columns: z.array(columnName).min(1).max(50).optional().describe('Numeric columns; left out: all of them.'),
      time: columnName.optional().describe('A column of times.'),
      window: ReferenceWindow.optional().describe('What the series are held against, before the newest time; left out: the first rows.'),
      referenceRows: z.int().min(2).max(1_000_000).default(100),
      burst: z.int().min(1).max(1_000_000).default(1).describe('Rows that came together: they are permuted together.'),
      seed,
    })
    .refine(({ window, time }) => window === undefined || time !== undefined, 'A window needs a time column.'),
  output: z.object({ ingest: IngestReport, ...Changes.shape }),
});

const floor = z.number().min(0).optional();
const Floors = z
  .array(
    z.strictObject({
      column: columnName.optional().describe('Left out: every column without an entry of its own, and correlations.'),
      ks: floor,
      normedWasserstein: floor,
      jensenShannon: floor,
      missingRate: floor,
      range: floor,
      correlation: floor,
    }),
  )
  .max(10_000)
  .default([])
  .describe('Effects below a floor are no drift. What is set here holds whatever the sensitivity.');

export const checkDrift = endpoint({
  ...common,
  path: '/check/drift',
  operation: 'check-drift',
  summary: 'What changed between two tables: effect and significance of every column, and of the correlations',
  input: z
    .strictObject({
      watch,
      reference: DataSource.optional(),
      baseline: Baseline.optional().describe('What /check/baseline answered, instead of the reference itself.'),
      current: DataSource,
      sensitivity: z.enum(['low', 'medium', 'high']).default('medium'),
      tests: z
        .array(z.enum(driftTests))
        .max(driftTests.length)
        .optional()
        .describe(
          'Beside what the verdict stands on (KS, Wasserstein and PSI of numbers; chi-square and distances of categories; missing, type, range): only these. Left out: all.',
        ),
      floors: Floors,
      seed,
    })
    .refine(({ reference, baseline }) => (reference === undefined) !== (baseline === undefined), 'Name either a reference or a baseline.'),
  output: z.object({ reference: IngestReport, current: IngestReport, ...Drift.shape }),
});

export const checkAnomalies = endpoint({
  ...common,
  path: '/check/anomalies',
  operation: 'check-anomalies',
  summary: 'Odd rows of a table by isolation forest, local outlier factor and density clusters, odd cells by z-score and IQR',
  input: z.strictObject({
    watch,
    data: DataSource,
    columns: z.array(columnName).min(1).max(10_000).optional().describe('Numeric columns; left out: all of them.'),
    detectors: z
      .array(z.enum(['isolation-forest', 'local-outlier-factor', 'density-clusters']))
      .min(1)
      .max(3)
      .default(['isolation-forest', 'local-outlier-factor', 'density-clusters']),
    ensemble: z.boolean().default(false).describe('Also one calibrated judgement of five detectors, over columns of every type.'),
    falseFlagRate: z.number().min(0.0001).max(0.5).default(0.05).describe('Expected share of false flags among the flags of the ensemble.'),
    seed,
    top: z.int().min(1).max(1000).default(20),
  }),
  output: z.object({ ingest: IngestReport, ...Anomalies.shape }),
});

export const checkGroups = endpoint({
  ...common,
  path: '/check/groups',
  operation: 'check-groups',
  summary: 'Quality and drift of each group of a table (the values of a column), false alarms controlled over all groups',
  input: z.strictObject({
    watch,
    data: DataSource,
    column: columnName.describe('Its values are the groups.'),
    mostGroups: z.int().min(1).max(100).default(50).describe('The largest so many are looked at.'),
    reference: DataSource.optional().describe('An earlier table: each group is compared with the same group of it.'),
    rules: z.array(Rule).max(1000).default([]),
    key: key.optional(),
    freshness: z.strictObject({ column: columnName, asOf: z.iso.datetime({ offset: true }), maxAgeMs: z.number().positive() }).optional(),
    sensitivity: z.enum(['low', 'medium', 'high']).default('medium'),
    seed,
  }),
  output: z.object({ ingest: IngestReport, reference: IngestReport.nullable(), ...Groups.shape }),
});

const mostGivenNumbers = 2000;
const perRow = z.array(z.array(z.number()).max(mostGivenNumbers)).max(mostInlineRows).optional();

export const checkPoisoning = endpoint({
  ...common,
  path: '/check/poisoning',
  operation: 'check-poisoning',
  summary: 'Whether a labelled table was tampered with: flipped labels, triggers, floods, shifts; rows named, the clean stay clean',
  input: z.strictObject({
    watch,
    data: DataSource,
    label: columnName.describe('Column that holds the label.'),
    columns: z.array(columnName).min(1).max(2000).optional().describe('Features; left out: every column but the label, split and order.'),
    split: columnName.optional().describe('Column that names the part of a row (training, validation).'),
    order: columnName.optional().describe('Column of time or number by which rows came in.'),
    baseline: DataSource.optional().describe('An earlier table of the same columns.'),
    gradients: perRow.describe('One gradient a row of the data, in its order.'),
    activations: perRow.describe('One vector a row, of the last hidden layer.'),
    modelPredictions: z
      .array(z.strictObject({ model: z.string().min(1).max(200), labels: z.array(Cell).max(mostInlineRows) }))
      .max(50)
      .optional()
      .describe('Labels that models give, one a row of the data, in its order.'),
    seed,
  }),
  output: z.object({ ingest: IngestReport, ...Poisoning.shape }),
});
