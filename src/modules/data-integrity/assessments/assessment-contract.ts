/** One look at one table: asked for by a person or a monitor, kept with everything that makes it repeatable. */
import { z } from 'zod';
import { anyOf } from '../../../contract/any-of.ts';
import { endpoint } from '../../../contract/endpoint.ts';
import { Job, JobState } from '../../../contract/job.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { Severity } from '../../../contract/severity.ts';
import { Anomalies, Drift, IngestReport, Poisoning, Quality, RowsPage } from '../../data-quality/contract.ts';
import { GroupAnswer } from '../groups/group-contract.ts';
import { RuleOutcome } from '../rules/rule-contract.ts';
import { InlineTable, ReadSource, TableSource } from '../sources/source-contract.ts';

const tag = 'data-quality';
const create = 'data-quality:create' as const;
const read = 'data-quality:read' as const;

export const assessmentProblems = problems('data-quality', {
  assessmentNotFound: [404, 'No assessment has the id {id}.'],
  assessmentEnded: [409, 'The assessment has already ended: {state}.'],
  assessmentRuns: [409, 'The monitor is being run already, by the assessment {id}.'],
  noReference: [422, 'There is nothing to compare with: name a reference or a baseline, or promote a baseline of the asset.'],
  noProfile: [404, 'No finished assessment of this asset holds a profile.'],
  noTable: [404, 'Nothing is known about the data of the asset {id} yet.'],
  notReadAgain: [409, 'The rows cannot be read again: {reason}.'],
  jobNotFound: [404, 'No job of data quality has the id {id}.'],
  checkStopped: [409, 'The check was stopped.'],
  workerLost: [503, 'The process that ran this check died, more often than it is tried again.'],
});

export const dataEnvironments = ['training', 'inference', 'validation'] as const;
export const DataEnvironment = z.enum(dataEnvironments);
export type DataEnvironment = z.infer<typeof DataEnvironment>;
export const checkKinds = ['quality', 'drift', 'anomalies', 'poisoning'] as const;
export const CheckKind = z.enum(checkKinds);
export type CheckKind = z.infer<typeof CheckKind>;
export const Sensitivity = z.enum(['low', 'medium', 'high']);
export const timeRanges = ['1h', '6h', '24h', '7d', '30d', '90d'] as const;
export const TimeRange = z.enum(timeRanges);
export type TimeRange = z.infer<typeof TimeRange>;

const columnName = z.string().max(1000);
const seed = z.int().min(0).max(4_294_967_295).default(1);

/** How a table is looked at besides what the asset's rules say. */
export const CheckOptions = z.strictObject({
  key: z.array(columnName).min(1).max(8).optional(),
  freshness: z.strictObject({ column: columnName, maxAgeMs: z.number().positive() }).optional(),
  columns: z.array(columnName).min(1).max(1000).optional().describe('Numeric columns to search for anomalies; left out: all.'),
  label: columnName.optional().describe('The column that holds the label; poisoning statistics need it.'),
  split: columnName.optional().describe('Of poisoning statistics: the column that names the part of a row (training, validation).'),
  order: columnName.optional().describe('Of poisoning statistics: the column by which rows came in.'),
  groupBy: columnName
    .optional()
    .describe(
      'Quality and drift also by group: the values of this column (a country, a site), the largest of them. Needs quality or drift.',
    ),
  mostGroups: z.int().min(1).max(100).optional().describe('How many groups are looked at, the largest first; left out: 50.'),
  falseFlagRate: z.number().min(0.0001).max(0.5).default(0.05).describe('Expected share of false flags among the rows flagged as odd.'),
  sensitivity: Sensitivity.default('medium'),
  seed,
});
export type CheckOptions = z.infer<typeof CheckOptions>;

const share = z.number().min(0).max(1);
export const Assessment = z.object({
  id: z.uuid(),
  assetId: z.uuid(),
  datasetName: z.string(),
  monitorId: z.uuid().nullable(),
  environment: DataEnvironment,
  checks: z.array(CheckKind),
  trigger: z.enum(['person', 'monitor', 'baseline']),
  source: ReadSource,
  sourceLabel: z.string(),
  state: JobState,
  jobId: z.uuid().nullable(),
  rows: z.int().nullable(),
  columns: z.int().nullable(),
  badRows: z.int().nullable().describe('Records of the data that are no row.'),
  dataSha256: z.string().nullable(),
  score: share.nullable().describe('Mean of the known quality metrics; never a gate. null is unknown.'),
  driftVerdict: z.enum(['drift', 'stable', 'unknown']).nullable(),
  driftShare: share.nullable().describe('Drifted columns ÷ compared columns.'),
  anomalyRate: share.nullable().describe('Flagged rows ÷ rows.'),
  poisoningVerdict: z.enum(['clean', 'suspicious', 'poisoned', 'unknown']).nullable(),
  brokenRules: z.int().nullable(),
  outcome: z
    .enum(['good', 'bad', 'unknown'])
    .nullable()
    .describe('good: nothing was found that deserves an alert; null while it runs or when it failed.'),
  alertsRaised: z.int().nullable(),
  baselineId: z.uuid().nullable(),
  ruleSetVersion: z.int().nullable(),
  problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  requestedBy: z.string(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
});
export type Assessment = z.infer<typeof Assessment>;

const { columns: _columns, ...qualityFacts } = Quality.shape;
const [EnsembleUnknown, EnsembleJudged] = Anomalies.shape.ensemble.unwrap().options;
const FlaggedRow = EnsembleJudged.shape.flagged.element;
const ColumnAgainst = FlaggedRow.shape.columns.element.extend({ value: z.number().nullable().describe('null: not yours to see.') });
const KeptAnomalies = Anomalies.extend({
  ensemble: z
    .discriminatedUnion('status', [
      EnsembleUnknown,
      EnsembleJudged.extend({ flagged: z.array(FlaggedRow.extend({ columns: z.array(ColumnAgainst) })) }),
    ])
    .nullable(),
});
/** Columns that are kept of one assessment; a wider table says how many were left out. */
export const mostKeptColumns = 1000;
export const AssessmentDetail = Assessment.extend({
  options: CheckOptions.nullable(),
  engineVersion: z.string(),
  ingest: IngestReport.nullable(),
  quality: z.object(qualityFacts).nullable().describe('Without the columns: GET /profiles/:assetId has them.'),
  rules: z.array(RuleOutcome).nullable(),
  drift: Drift.nullable(),
  anomalies: KeptAnomalies.nullable().describe('Without the scores of all rows; the odd rows are under /rows.'),
  poisoning: Poisoning.nullable().describe('Without the p of all rows; the flagged ones are under /rows.'),
  groups: GroupAnswer.nullable().describe('null: nobody asked for groups. Their values are masked unless you may read them.'),
  notRun: z.array(z.object({ check: CheckKind, reason: z.string() })),
  columnsLeftOut: z.int().min(0),
  valuesMasked: z.boolean().describe('Cell values are shown to those who hold data-quality:read-values.'),
});
export type AssessmentDetail = z.infer<typeof AssessmentDetail>;

const table = {
  assetId: z.uuid(),
  environment: DataEnvironment.default('training'),
  source: TableSource.optional().describe('Left out: the file of the asset.'),
} as const;

export const assessNow = endpoint({
  method: 'POST',
  path: '/api/data-quality/monitor',
  tag,
  operation: 'assess',
  access: create,
  maxBodyBytes: 29_360_128,
  timeoutMs: 240_000,
  summary: 'Assess a table now: quality, drift against a reference or the promoted baseline, anomalies, poisoning when a label is named',
  description:
    'Up to 20 MB the answer (200) holds the finished assessment; larger files answer 202 with an assessment that a job works on.',
  input: z.strictObject({
    ...table,
    datasetName: z.string().trim().min(1).max(200).optional().describe('Left out: the name of the asset.'),
    currentData: InlineTable.optional().describe('Rows as objects, or columns.'),
    referenceData: InlineTable.optional(),
    reference: TableSource.optional().describe('What to compare with; left out: the promoted baseline of the asset, when there is one.'),
    baselineId: z.uuid().optional().describe('A baseline of the asset to compare with, in place of the promoted one.'),
    checks: z.array(CheckKind).min(1).max(4).optional().describe('Left out: what the configuration enables.'),
    options: CheckOptions.prefault({}),
  }),
  output: Assessment,
});
const stored = { status: 200, timeoutMs: 240_000 } as const;
export const driftNow = endpoint({
  method: 'POST',
  path: '/api/data-quality/drift',
  tag,
  operation: 'check-stored-drift',
  access: create,
  ...stored,
  summary: 'Compare the table of an asset with a baseline or another table; 202 and a job when it is large',
  input: z.strictObject({
    ...table,
    reference: TableSource.optional(),
    baselineId: z.uuid().optional().describe('Left out, with no reference: the promoted baseline.'),
    options: CheckOptions.prefault({}),
  }),
  output: Assessment,
});
export const anomaliesNow = endpoint({
  method: 'POST',
  path: '/api/data-quality/anomalies',
  tag,
  operation: 'check-stored-anomalies',
  access: create,
  ...stored,
  summary: 'Search the table of an asset for odd rows; 202 and a job when it is large',
  input: z.strictObject({ ...table, options: CheckOptions.prefault({}) }),
  output: Assessment,
});
export const poisoningNow = endpoint({
  method: 'POST',
  path: '/api/data-quality/poisoning',
  tag,
  operation: 'check-stored-poisoning',
  access: create,
  ...stored,
  summary: 'Search the table of an asset for signs of tampering; 202 and a job when it is large',
  input: z.strictObject({ ...table, options: CheckOptions.extend({ label: columnName }) }),
  output: Assessment,
});

export const assessmentFilter = {
  asset_id: z.uuid().optional(),
  monitor_id: z.uuid().optional(),
  state: anyOf(JobState.options, 100).optional(),
  environment: anyOf(dataEnvironments, 100).optional(),
  outcome: anyOf(['good', 'bad', 'unknown'], 60).optional(),
  check: CheckKind.optional().describe('Only those that looked for this.'),
} as const;
export const listAssessments = endpoint({
  method: 'GET',
  path: '/api/data-quality/assessments',
  tag,
  operation: 'assessments',
  access: read,
  summary: 'Assessments, newest first',
  input: z.object({ ...paging, ...assessmentFilter }),
  output: pageOf(Assessment),
});
export const getAssessment = endpoint({
  method: 'GET',
  path: '/api/data-quality/assessments/:id',
  tag,
  operation: 'assessment',
  reading: { action: 'data-quality.read-values', shownTo: 'data-quality:read-values', resource: 'data-quality-assessment' },
  access: read,
  summary: 'One assessment with its results; cell values masked unless you may read them',
  input: z.object({ id: z.uuid() }),
  output: AssessmentDetail,
});
export const cancelAssessment = endpoint({
  method: 'POST',
  path: '/api/data-quality/assessments/:id/cancel',
  tag,
  operation: 'cancel-assessment',
  access: 'data-quality:update',
  summary: 'Stop an assessment that waits or runs',
  input: z.strictObject({ id: z.uuid() }),
  output: Assessment,
});

export const FailingRow = z.object({
  id: z.string().describe('Names the row and the check within the assessment.'),
  row: z.int().min(0).describe('0-based data row, the header not counted.'),
  kind: CheckKind,
  check: z.string().describe('What it fails: missing, range, duplicate row, isolation-forest …'),
  columns: z.array(z.string()),
  score: z.number().nullable(),
  severity: Severity,
});
export type FailingRow = z.infer<typeof FailingRow>;
const rowFilter = {
  id: z.uuid(),
  kind: CheckKind.optional(),
  check: z.string().max(300).optional(),
  column: columnName.optional(),
} as const;
export const listFailingRows = endpoint({
  method: 'GET',
  path: '/api/data-quality/assessments/:id/rows',
  tag,
  operation: 'failing-rows',
  access: read,
  summary: 'The rows that failed, in the order of the table',
  input: z.object({ ...paging, ...rowFilter }),
  output: pageOf(FailingRow).extend({
    counted: z
      .array(z.object({ kind: CheckKind, check: z.string(), columns: z.array(z.string()), count: z.int(), of: z.int(), named: z.int() }))
      .describe('Every check that failed: how many rows, of how many, and how many of them are named here.'),
  }),
});
export const readRuleRows = endpoint({
  method: 'GET',
  path: '/api/data-quality/assessments/:id/rules/:ruleId/rows',
  tag,
  operation: 'rule-rows',
  reading: { action: 'data-quality.read-values', shownTo: 'data-quality:read-values', resource: 'data-quality-assessment' },
  access: read,
  timeoutMs: 240_000,
  summary: 'All rows that fail one rule, page by page, with their cells, read again from the table',
  description:
    'Cells are masked (letters as a or A, digits as 9) unless the reader holds data-quality:read-values; reading them is recorded.',
  input: z.object({
    id: z.uuid(),
    ruleId: z.uuid(),
    offset: z.int().min(0).max(1_000_000_000).default(0),
    limit: z.int().min(1).max(1000).default(100),
  }),
  output: RowsPage,
});
export const exportFailingRows = endpoint({
  method: 'GET',
  path: '/api/data-quality/assessments/:id/rows/export',
  tag,
  operation: 'export-failing-rows',
  audit: 'data-quality.export-failing-rows',
  access: read,
  kind: 'file',
  timeoutMs: 120_000,
  summary: 'The rows that failed as CSV or JSON',
  input: z.object({ ...rowFilter, format: z.enum(['csv', 'json']).default('csv') }),
  output: z.unknown(),
});

export const TableProfile = z.object({
  assessmentId: z.uuid(),
  assetId: z.uuid(),
  datasetName: z.string(),
  environment: DataEnvironment,
  at: z.iso.datetime(),
  rows: z.int(),
  columns: Quality.shape.columns,
  columnsLeftOut: z.int().min(0),
  valuesMasked: z.boolean(),
});
export type TableProfile = z.infer<typeof TableProfile>;
export const getProfile = endpoint({
  method: 'GET',
  path: '/api/data-quality/profiles/:assetId',
  tag,
  operation: 'profile',
  reading: {
    action: 'data-quality.read-values',
    shownTo: 'data-quality:read-values',
    resource: 'ai-assets',
    repeats: ['environment', 'assessment_id'],
  },
  access: read,
  summary: 'Every column of the newest assessed table: type, missing, distribution; most frequent values masked unless you may read them',
  input: z.object({ assetId: z.uuid(), environment: DataEnvironment.optional(), assessment_id: z.uuid().optional() }),
  output: TableProfile,
});

export const getDataJob = endpoint({
  method: 'GET',
  path: '/api/data-quality/jobs/:id',
  tag,
  operation: 'job',
  access: read,
  summary: 'Progress of long work on data, and the assessment it makes',
  input: z.object({ id: z.uuid() }),
  output: Job.extend({ assessmentId: z.uuid().nullable() }),
});
