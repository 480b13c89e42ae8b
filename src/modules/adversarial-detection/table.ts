/** The tables of this slice as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, doublePrecision, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Severity } from '../../contract/severity.ts';
import type { Block, Decision, Detection, Kind, Profile } from './contract.ts';

const schema = pgSchema('adversarial_detection');
const instant = (name: string) => timestamp(name, { withTimezone: true });
const count = (name: string) => bigint(name, { mode: 'number' });
const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });
const id = () => uuid('id').primaryKey().default(sql`uuidv7()`);

/** The part of a profile that is known once it is built. */
export type ProfileReport = Pick<
  Profile,
  | 'rowsUsed'
  | 'scale'
  | 'referenceModels'
  | 'sampled'
  | 'constantFeatures'
  | 'labels'
  | 'predictionsGiven'
  | 'confidencesGiven'
  | 'split'
  | 'detectors'
  | 'fused'
>;

export const profile = schema.table('profile', {
  id: id(),
  modelId: text('model_id').notNull(),
  assetId: uuid('asset_id'),
  version: integer('version').notNull(),
  state: text('state').$type<Profile['state']>().notNull().default('building'),
  stale: boolean('stale').notNull().default(false),
  staleReason: text('stale_reason'),
  targetRate: doublePrecision('target_rate').notNull(),
  rowsGiven: integer('rows_given').notNull(),
  dimensions: integer('dimensions').notNull(),
  seed: count('seed').notNull(),
  nonMemberLosses: integer('non_member_losses').notNull().default(0),
  report: jsonb('report').$type<ProfileReport>(),
  contentSha256: text('content_sha256'),
  problem: text('problem'),
  jobId: uuid('job_id'),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  readyAt: instant('ready_at'),
});
export type ProfileRow = typeof profile.$inferSelect;

export const profileBody = schema.table('profile_body', {
  profileId: uuid('profile_id').primaryKey(),
  source: bytea('source').notNull(),
  built: bytea('built'),
});

export const detection = schema.table('detection', {
  id: id(),
  kind: text('kind').$type<Kind>().notNull(),
  decision: text('decision').$type<Decision>().notNull(),
  severity: text('severity').$type<Severity>(),
  detectedSeverity: text('detected_severity').$type<Severity>(),
  pValue: doublePrecision('p_value'),
  summary: text('summary').notNull(),
  technique: text('technique').array().notNull().default(sql`'{}'`),
  signatures: text('signatures').array().notNull().default(sql`'{}'`),
  datasetId: text('dataset_id'),
  modelId: text('model_id'),
  queryId: text('query_id'),
  inputId: text('input_id'),
  clientId: text('client_id'),
  assetId: uuid('asset_id'),
  profileId: uuid('profile_id'),
  inputSha256: text('input_sha256').notNull(),
  families: jsonb('families').$type<Detection['families']>().notNull().default([]),
  missingEvidence: jsonb('missing_evidence').$type<Detection['missingEvidence']>().notNull().default([]),
  calibration: jsonb('calibration').$type<Detection['calibration']>(),
  engine: jsonb('engine').$type<Detection['engine']>().notNull(),
  durationMs: doublePrecision('duration_ms').notNull(),
  flaggedTotal: integer('flagged_total').notNull().default(0),
  acts: jsonb('acts').$type<Detection['acts']>().notNull().default([]),
  alertId: uuid('alert_id'),
  incidentId: uuid('incident_id'),
  verdict: text('verdict').$type<'confirmed' | 'false-positive'>(),
  verdictReason: text('verdict_reason').notNull().default(''),
  verdictBy: text('verdict_by'),
  verdictAt: instant('verdict_at'),
  dryRun: boolean('dry_run').notNull().default(false),
  source: text('source').$type<Detection['source']>().notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  version: integer('version').notNull().default(1),
});
export type DetectionRow = typeof detection.$inferSelect;
export type DetectionDraftRow = typeof detection.$inferInsert;

export const detectionRow = schema.table('detection_row', {
  detectionId: uuid('detection_id').notNull(),
  place: integer('place').notNull(),
  rowId: text('row_id').notNull(),
  families: text('families').array().notNull(),
  pValue: doublePrecision('p_value').notNull(),
  adjustedPValue: doublePrecision('adjusted_p_value').notNull(),
  evidence: jsonb('evidence').$type<Detection['flagged'][number]['evidence']>().notNull(),
});

export const block = schema.table('block', {
  id: id(),
  kind: text('kind').$type<Block['kind']>().notNull(),
  modelId: text('model_id'),
  inputSha256: text('input_sha256'),
  clientId: text('client_id'),
  reason: text('reason').notNull(),
  state: text('state').$type<Block['state']>().notNull().default('in_force'),
  detectionId: uuid('detection_id'),
  incidentId: uuid('incident_id'),
  decidedAt: instant('decided_at').notNull(),
  inForceAt: instant('in_force_at').notNull(),
  inForceAfterMs: doublePrecision('in_force_after_ms').notNull(),
  expiresAt: instant('expires_at').notNull(),
  liftedAt: instant('lifted_at'),
  liftedBy: text('lifted_by'),
  liftReason: text('lift_reason'),
  createdBy: text('created_by').notNull(),
  refused: count('refused').notNull().default(0),
});
export type BlockRow = typeof block.$inferSelect;
export type BlockDraftRow = typeof block.$inferInsert;

export const configTable = schema.table('config', {
  version: integer('version').notNull(),
  body: jsonb('body').notNull(),
  changedBy: text('changed_by').notNull(),
  changedAt: instant('changed_at').notNull().defaultNow(),
});

export const screening = schema.table('screening', {
  profileId: uuid('profile_id').notNull(),
  hour: instant('hour').notNull(),
  screened: count('screened').notNull().default(0),
  flagged: count('flagged').notNull().default(0),
  blocked: count('blocked').notNull().default(0),
  unscreened: count('unscreened').notNull().default(0),
  contested: count('contested').notNull().default(0),
});

export const screeningScore = schema.table('screening_score', {
  id: id(),
  profileId: uuid('profile_id').notNull(),
  at: instant('at').notNull(),
  clientId: text('client_id').notNull(),
  inputSha256: text('input_sha256').notNull(),
  pValue: doublePrecision('p_value').notNull(),
  blocked: boolean('blocked').notNull(),
});
