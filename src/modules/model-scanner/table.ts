/** Tables of the model scanner's product side. */
import { sql } from 'drizzle-orm';
import { bigint, date, doublePrecision, integer, jsonb, pgSchema, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const modelScanner = pgSchema('model_scanner');
const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const scanTable = modelScanner.table('scan', {
  id: uuid('id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  jobId: uuid('job_id'),
  path: text('path').notNull(),
  assetId: uuid('asset_id'),
  trigger: text('trigger').notNull(),
  state: text('state').notNull(),
  verdict: text('verdict'),
  counts: jsonb('counts'),
  filesRead: integer('files_read'),
  filesTotal: integer('files_total'),
  unreadCount: integer('unread_count'),
  bytesRead: bigint('bytes_read', { mode: 'number' }),
  durationMs: doublePrecision('duration_ms'),
  engineVersion: text('engine_version'),
  rulesVersion: text('rules_version'),
  progress: jsonb('progress'),
  problem: jsonb('problem'),
  requestedBy: text('requested_by').notNull(),
  createdAt: time('created_at').notNull(),
  startedAt: time('started_at'),
  finishedAt: time('finished_at'),
  /** null: `path` is the source. */
  source: jsonb('source'),
  profile: text('profile').notNull().default('standard'),
});

export const scanFileTable = modelScanner.table('scan_file', {
  scanId: uuid('scan_id').notNull(),
  path: text('path').notNull(),
  workspaceId: uuid('workspace_id').notNull(),
  size: bigint('size', { mode: 'number' }).notNull(),
  format: text('format').notNull(),
  role: text('role'),
  verdict: text('verdict'),
  counts: jsonb('counts').notNull(),
  metadata: jsonb('metadata').notNull(),
  unread: jsonb('unread').notNull(),
  assetId: uuid('asset_id'),
  licences: jsonb('licences').notNull().default(sql`'[]'::jsonb`),
});

export const scanFindingTable = modelScanner.table('scan_finding', {
  id: uuid('id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  scanId: uuid('scan_id').notNull(),
  path: text('path').notNull(),
  assetId: uuid('asset_id'),
  severityRank: smallint('severity_rank').notNull(),
  ruleId: text('rule_id').notNull(),
  fingerprint: text('fingerprint').notNull(),
  body: jsonb('body').notNull(),
});

export const uploadTable = modelScanner.table('upload', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  label: text('label').notNull(),
  files: jsonb('files').notNull(),
  size: bigint('size', { mode: 'number' }).notNull(),
  state: text('state').notNull().default('receiving'),
  createdBy: text('created_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  touchedAt: time('touched_at').notNull().defaultNow(),
  removedAt: time('removed_at'),
});

export const scheduleTable = modelScanner.table('schedule', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  source: jsonb('source').notNull(),
  target: text('target').notNull(),
  assetId: uuid('asset_id'),
  every: text('every').notNull(),
  weekday: smallint('weekday').notNull(),
  time: text('time').notNull(),
  timeZone: text('time_zone').notNull(),
  nextRunAt: time('next_run_at'),
  lastRunAt: time('last_run_at'),
  lastScanId: uuid('last_scan_id'),
  createdBy: text('created_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
});

export const suppressionTable = modelScanner.table('suppression', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  fingerprint: text('fingerprint').notNull(),
  ruleId: text('rule_id').notNull(),
  title: text('title').notNull(),
  severity: text('severity').notNull(),
  place: text('place').notNull(),
  scanId: uuid('scan_id'),
  reason: text('reason').notNull(),
  owner: text('owner').notNull(),
  expires: date('expires', { mode: 'string' }).notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  endedBy: text('ended_by'),
  endedAt: time('ended_at'),
});
