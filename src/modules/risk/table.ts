/** The tables of this slice as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, integer, jsonb, pgSchema, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { z } from 'zod';
import type { Severity } from '../../contract/severity.ts';
import type { Cause, Control, Factor } from './contract.ts';

const schema = pgSchema('risk');
const instant = (name: string) => timestamp(name, { withTimezone: true });

export const assessment = schema.table('assessment', {
  vulnerabilityId: uuid('vulnerability_id').primaryKey(),
  assetId: uuid('asset_id').notNull(),
  title: text('title').notNull(),
  severity: text('severity').$type<Severity>().notNull(),
  mark: text('mark').$type<Factor['mark']>().notNull(),
  fixKey: text('fix_key'),
  fixAction: text('fix_action'),
  fixTarget: text('fix_target'),
  factors: jsonb('factors').$type<Factor[]>().notNull(),
  control: jsonb('control').$type<z.infer<typeof Control>>(),
  priority: integer('priority').notNull(),
  low: integer('low').notNull(),
  high: integer('high').notNull(),
  weightsVersion: text('weights_version').notNull(),
  computedAt: instant('computed_at').notNull(),
});

export const openVulnerability = schema.table('open_vulnerability', {
  vulnerabilityId: uuid('vulnerability_id').primaryKey(),
  assetId: uuid('asset_id').notNull(),
  priority: integer('priority').notNull(),
  fixKey: text('fix_key'),
});

export const asset = schema.table('asset', {
  assetId: uuid('asset_id').primaryKey(),
  name: text('name').notNull(),
  environment: text('environment'),
  owner: text('owner'),
  weight: smallint('weight').notNull(),
  retired: boolean('retired').notNull().default(false),
  assessedAt: instant('assessed_at'),
  assessmentAged: boolean('assessment_aged').notNull().default(false),
  worst: integer('worst').notNull().default(0),
  sum: bigint('sum', { mode: 'number' }).notNull().default(0),
  openCount: integer('open_count').notNull().default(0),
  risk: integer('risk').notNull().default(0),
});
export type AssetRow = typeof asset.$inferSelect;

export const posture = schema.table('posture', {
  workspaceId: uuid('workspace_id').primaryKey().default(sql`platform.current_workspace()`),
  weight: bigint('weight', { mode: 'number' }).notNull().default(0),
  weightedRisk: bigint('weighted_risk', { mode: 'number' }).notNull().default(0),
  allWeight: bigint('all_weight', { mode: 'number' }).notNull().default(0),
  coveredWeight: bigint('covered_weight', { mode: 'number' }).notNull().default(0),
  assets: integer('assets').notNull().default(0),
  assessed: integer('assessed').notNull().default(0),
  scored: integer('scored').notNull().default(0),
  seq: bigint('seq', { mode: 'number' }).notNull().default(0),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});
export type PostureRow = typeof posture.$inferSelect;

export const movement = schema.table('movement', {
  seq: bigint('seq', { mode: 'number' }).notNull(),
  at: instant('at').notNull(),
  cause: text('cause').$type<Cause>().notNull(),
  causeId: text('cause_id'),
  title: text('title').notNull(),
  assetId: uuid('asset_id').notNull(),
  assetName: text('asset_name').notNull(),
  riskBefore: integer('risk_before'),
  riskAfter: integer('risk_after'),
  weightBefore: smallint('weight_before').notNull(),
  weightAfter: smallint('weight_after').notNull(),
  scoreBefore: integer('score_before'),
  scoreAfter: integer('score_after'),
  coverageAfter: integer('coverage_after'),
  change: integer('change').notNull(),
});
export type MovementRow = typeof movement.$inferSelect;

export const checkpoint = schema.table('checkpoint', {
  hour: instant('hour').notNull(),
  at: instant('at').notNull(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  score: integer('score'),
  coverage: integer('coverage'),
});
