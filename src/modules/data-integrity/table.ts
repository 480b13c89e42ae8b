/** The tables of this slice as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, date, doublePrecision, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const schema = pgSchema('data_integrity');
const time = (name: string) => timestamp(name, { withTimezone: true });
const whole = (name: string) => bigint(name, { mode: 'number' });
const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });
const id = () => uuid('id').primaryKey().default(sql`uuidv7()`);

export const uploadTable = schema.table('upload', {
  id: id(),
  name: text('name').notNull(),
  size: whole('size').notNull(),
  received: whole('received').notNull().default(0),
  state: text('state').notNull().default('receiving'),
  createdBy: text('created_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  touchedAt: time('touched_at').notNull().defaultNow(),
  removedAt: time('removed_at'),
});

export const configTable = schema.table('config', {
  version: integer('version').notNull(),
  body: jsonb('body').notNull(),
  changedBy: text('changed_by').notNull(),
  changedAt: time('changed_at').notNull().defaultNow(),
});

export const baselineTable = schema.table('baseline', {
  id: id(),
  assetId: uuid('asset_id').notNull(),
  name: text('name').notNull(),
  version: integer('version').notNull(),
  environment: text('environment').notNull(),
  state: text('state').notNull().default('candidate'),
  source: jsonb('source').notNull(),
  dataSha256: text('data_sha256').notNull(),
  rows: whole('rows').notNull(),
  columns: integer('columns').notNull(),
  window: jsonb('seen_window'),
  bytes: whole('bytes').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  promotedBy: text('promoted_by'),
  promotedAt: time('promoted_at'),
  expiredAt: time('expired_at'),
});
export const baselineArtefactTable = schema.table('baseline_artefact', {
  baselineId: uuid('baseline_id').primaryKey(),
  artefact: bytea('artefact').notNull(),
  profile: jsonb('profile').notNull(),
  columnsLeftOut: integer('columns_left_out').notNull().default(0),
});

export const ruleSetTable = schema.table('rule_set', {
  assetId: uuid('asset_id').notNull(),
  version: integer('version').notNull(),
  at: time('at').notNull().defaultNow(),
  by: text('by').notNull(),
  added: integer('added').notNull(),
  removed: integer('removed').notNull(),
  note: text('note').notNull(),
});
export const ruleTable = schema.table('rule', {
  id: id(),
  ruleId: uuid('rule_id').notNull(),
  assetId: uuid('asset_id').notNull(),
  name: text('name').notNull(),
  rule: jsonb('rule').notNull(),
  severity: text('severity').notNull(),
  tolerance: jsonb('tolerance').notNull(),
  owner: text('owner'),
  enabled: boolean('enabled').notNull(),
  table: jsonb('further_table'),
  origin: text('origin').notNull(),
  evidence: text('evidence'),
  fromVersion: integer('from_version').notNull(),
  toVersion: integer('to_version'),
  createdBy: text('created_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
});

export const monitorTable = schema.table('monitor', {
  id: id(),
  assetId: uuid('asset_id').notNull(),
  name: text('name').notNull(),
  environment: text('environment').notNull(),
  source: jsonb('source').notNull(),
  checks: jsonb('checks').notNull(),
  everyMinutes: integer('every_minutes'),
  cooldownMinutes: integer('cooldown_minutes').notNull(),
  options: jsonb('options').notNull(),
  thresholds: jsonb('thresholds').notNull(),
  baseline: text('baseline'),
  enabled: boolean('enabled').notNull(),
  health: text('health').notNull().default('unknown'),
  nextRunAt: time('next_run_at'),
  lastRunAt: time('last_run_at'),
  lastAssessmentId: uuid('last_assessment_id'),
  createdBy: text('created_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
  removedAt: time('removed_at'),
  version: integer('version').notNull().default(1),
});

export const assessmentTable = schema.table('assessment', {
  id: id(),
  assetId: uuid('asset_id').notNull(),
  assetName: text('asset_name').notNull(),
  datasetName: text('dataset_name').notNull(),
  monitorId: uuid('monitor_id'),
  environment: text('environment').notNull(),
  checks: jsonb('checks').notNull(),
  trigger: text('trigger').notNull(),
  source: jsonb('source').notNull(),
  reference: jsonb('reference'),
  options: jsonb('options').notNull(),
  state: text('state').notNull(),
  jobId: uuid('job_id'),
  rows: whole('rows'),
  columns: integer('columns'),
  badRows: whole('bad_rows'),
  dataSha256: text('data_sha256'),
  score: doublePrecision('score'),
  driftVerdict: text('drift_verdict'),
  driftShare: doublePrecision('drift_share'),
  anomalyRate: doublePrecision('anomaly_rate'),
  poisoningVerdict: text('poisoning_verdict'),
  brokenRules: integer('broken_rules'),
  outcome: text('outcome'),
  alertsRaised: integer('alerts_raised'),
  baselineId: uuid('baseline_id'),
  ruleSetVersion: integer('rule_set_version'),
  problem: jsonb('problem'),
  requestedBy: text('requested_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  startedAt: time('started_at'),
  heartbeatAt: time('heartbeat_at'),
  finishedAt: time('finished_at'),
});
export const resultTable = schema.table('assessment_result', {
  assessmentId: uuid('assessment_id').primaryKey(),
  engineVersion: text('engine_version').notNull(),
  ingest: jsonb('ingest'),
  quality: jsonb('quality'),
  profile: jsonb('profile'),
  rules: jsonb('rules'),
  drift: jsonb('drift'),
  anomalies: jsonb('anomalies'),
  poisoning: jsonb('poisoning'),
  counted: jsonb('counted').notNull(),
  notRun: jsonb('not_run').notNull(),
  columnsLeftOut: integer('columns_left_out').notNull(),
});
export const failingRowTable = schema.table('failing_row', {
  id: id(),
  assessmentId: uuid('assessment_id').notNull(),
  row: whole('row_number').notNull(),
  kind: text('kind').notNull(),
  check: text('check_name').notNull(),
  columns: jsonb('columns').notNull(),
  score: doublePrecision('score'),
  severity: text('severity').notNull(),
});

export const driftFindingTable = schema.table('drift_finding', {
  id: id(),
  assetId: uuid('asset_id').notNull(),
  assessmentId: uuid('assessment_id').notNull(),
  monitorId: uuid('monitor_id'),
  baselineId: uuid('baseline_id'),
  environment: text('environment').notNull(),
  at: time('at').notNull(),
  column: text('column_name').notNull(),
  effect: text('effect').notNull(),
  value: doublePrecision('value'),
  floor: doublePrecision('floor'),
  adjustedP: doublePrecision('adjusted_p'),
  strength: doublePrecision('strength'),
  severity: text('severity').notNull(),
});
export const anomalyFindingTable = schema.table('anomaly_finding', {
  id: id(),
  assetId: uuid('asset_id').notNull(),
  assessmentId: uuid('assessment_id').notNull(),
  monitorId: uuid('monitor_id'),
  environment: text('environment').notNull(),
  at: time('at').notNull(),
  detector: text('detector').notNull(),
  column: text('column_name'),
  flagged: whole('flagged').notNull(),
  of: whole('looked_at').notNull(),
  severity: text('severity').notNull(),
  rows: jsonb('rows').notNull(),
});

const measured = {
  assetId: uuid('asset_id').notNull(),
  scope: uuid('scope').notNull(),
  environment: text('environment').notNull(),
  metric: text('metric').notNull(),
  column: text('column_name').notNull().default(''),
};
export const metricPointTable = schema.table('metric_point', {
  assessmentId: uuid('assessment_id').notNull(),
  ...measured,
  at: time('at').notNull(),
  value: doublePrecision('value'),
});
export const metricDayTable = schema.table('metric_day', {
  ...measured,
  day: date('day', { mode: 'string' }).notNull(),
  count: integer('count').notNull(),
  sum: doublePrecision('sum').notNull(),
  low: doublePrecision('low').notNull(),
  high: doublePrecision('high').notNull(),
});

export const alertTable = schema.table('alert', {
  id: id(),
  fingerprint: bytea('fingerprint').notNull(),
  scope: text('scope').notNull(),
  assetId: uuid('asset_id').notNull(),
  monitorId: uuid('monitor_id'),
  environment: text('environment').notNull(),
  kind: text('kind').notNull(),
  column: text('column_name'),
  severity: text('severity').notNull(),
  state: text('state').notNull().default('open'),
  title: text('title').notNull(),
  detail: text('detail').notNull(),
  value: doublePrecision('value'),
  threshold: doublePrecision('threshold'),
  count: integer('count').notNull().default(1),
  goodRuns: integer('good_runs').notNull().default(0),
  firstSeenAt: time('first_seen_at').notNull(),
  lastSeenAt: time('last_seen_at').notNull(),
  toldAt: time('told_at'),
  assessmentId: uuid('assessment_id'),
  mutedUntil: time('muted_until'),
  acknowledgedBy: text('acknowledged_by'),
  acknowledgedAt: time('acknowledged_at'),
  resolvedBy: text('resolved_by'),
  resolvedAt: time('resolved_at'),
  note: text('note').notNull().default(''),
  version: integer('version').notNull().default(1),
});

export const connectionTable = schema.table('connection', {
  id: id(),
  name: text('name').notNull(),
  kind: text('kind').notNull().default('postgresql'),
  host: text('host').notNull(),
  port: integer('port').notNull(),
  database: text('database').notNull(),
  user: text('user_name').notNull(),
  encryption: text('encryption').notNull(),
  statementTimeoutMs: integer('statement_timeout_ms').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
  version: integer('version').notNull().default(1),
});
