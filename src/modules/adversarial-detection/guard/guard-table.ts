/** The tables of guards as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, doublePrecision, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Guard } from './guard-contract.ts';

const schema = pgSchema('adversarial_detection');
const instant = (name: string) => timestamp(name, { withTimezone: true });
const count = (name: string) => bigint(name, { mode: 'number' });

export const guard = schema.table('guard', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  name: text('name').notNull(),
  assetId: uuid('asset_id'),
  profileId: uuid('profile_id').notNull(),
  upstream: text('upstream').notNull(),
  hasToken: boolean('has_token').notNull().default(false),
  form: text('form').$type<Guard['form']>().notNull(),
  mapping: jsonb('mapping').$type<Guard['mapping']>().notNull(),
  mode: text('mode').$type<Guard['mode']>().notNull().default('shadow'),
  failMode: text('fail_mode').$type<Guard['failMode']>().notNull().default('open'),
  timeoutMs: integer('timeout_ms').notNull().default(10_000),
  enabled: boolean('enabled').notNull().default(true),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  changedAt: instant('changed_at').notNull().defaultNow(),
  version: integer('version').notNull().default(1),
});
export type GuardRow = typeof guard.$inferSelect;
export type GuardDraftRow = typeof guard.$inferInsert;

export const guardTraffic = schema.table('guard_traffic', {
  guardId: uuid('guard_id').notNull(),
  hour: instant('hour').notNull(),
  requests: count('requests').notNull().default(0),
  screened: count('screened').notNull().default(0),
  flagged: count('flagged').notNull().default(0),
  wouldBlock: count('would_block').notNull().default(0),
  blocked: count('blocked').notNull().default(0),
  refusedBefore: count('refused_before').notNull().default(0),
  unscreened: count('unscreened').notNull().default(0),
  invalid: count('invalid').notNull().default(0),
  upstreamFailed: count('upstream_failed').notNull().default(0),
  addedMs: doublePrecision('added_ms').notNull().default(0),
  upstreamMs: doublePrecision('upstream_ms').notNull().default(0),
  upstreamAsked: count('upstream_asked').notNull().default(0),
  addedBuckets: count('added_buckets').array().notNull(),
});
