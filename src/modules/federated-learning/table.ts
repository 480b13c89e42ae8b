/** The tables of this slice as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { bigint, doublePrecision, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Severity } from '../../contract/severity.ts';
import type { ClientVerdict, RoundDetail, Rule, Update } from './contract.ts';

const schema = pgSchema('federated_learning');
const instant = (name: string) => timestamp(name, { withTimezone: true });

export const roundTable = schema.table('round', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  modelId: text('model_id').notNull(),
  assetId: uuid('asset_id'),
  assetName: text('asset_name'),
  round: integer('round').notNull(),
  assumedMalicious: integer('assumed_malicious').notNull(),
  rule: text('rule').$type<Rule>().notNull(),
  beta: doublePrecision('beta'),
  clipNorm: doublePrecision('clip_norm'),
  keep: integer('keep'),
  state: text('state').$type<RoundDetail['state']>().notNull().default('open'),
  decision: text('decision').$type<NonNullable<RoundDetail['decision']>>(),
  severity: text('severity').$type<Severity>(),
  reason: text('reason'),
  updates: integer('updates').notNull().default(0),
  excluded: integer('excluded').notNull().default(0),
  suspects: integer('suspects').notNull().default(0),
  rootFileId: uuid('root_file_id'),
  aggregateFileId: uuid('aggregate_file_id'),
  checks: jsonb('checks').$type<RoundDetail['checks']>().notNull().default([]),
  groups: jsonb('groups').$type<RoundDetail['groups']>().notNull().default([]),
  aggregated: jsonb('aggregated').$type<string[]>().notNull().default([]),
  aggregate: jsonb('aggregate').$type<NonNullable<RoundDetail['aggregate']>>(),
  createdAt: instant('created_at').notNull().defaultNow(),
  closedAt: instant('closed_at'),
  version: integer('version').notNull().default(1),
});
export type RoundRow = typeof roundTable.$inferSelect;

export const updateTable = schema.table('client_update', {
  id: uuid('id').primaryKey(),
  roundId: uuid('round_id').notNull(),
  clientId: text('client_id').notNull(),
  samples: bigint('samples', { mode: 'number' }),
  format: text('format').$type<Update['format']>().notNull(),
  tensors: integer('tensors').notNull(),
  parameters: integer('parameters').notNull(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  sha256: text('sha256').notNull(),
  receivedAt: instant('received_at').notNull().defaultNow(),
  verdict: text('verdict').$type<ClientVerdict>(),
  reasons: jsonb('reasons').$type<Update['reasons']>().notNull().default([]),
  figures: jsonb('figures').$type<NonNullable<Update['figures']>>(),
});
export type UpdateRow = typeof updateTable.$inferSelect;
