/** Tables of the model scanner's product side. */
import { bigint, doublePrecision, integer, jsonb, pgSchema, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core';

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
