/** The tables of this slice as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { boolean, customType, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { JobState } from '../../contract/job.ts';
import type { Hit, HitKind, HitState, Run, WalkProgress, WalkSummary } from './contract.ts';

const schema = pgSchema('discovery');
const instant = (name: string) => timestamp(name, { withTimezone: true });
const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

export const run = schema.table('run', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  jobId: uuid('job_id'),
  path: text('path').notNull(),
  state: text('state').$type<JobState>().notNull().default('queued'),
  walkId: uuid('walk_id'),
  progress: jsonb('progress').$type<WalkProgress>(),
  summary: jsonb('summary').$type<WalkSummary>(),
  counts: jsonb('counts').$type<NonNullable<Run['counts']>>(),
  scan: boolean('scan').notNull().default(true),
  scanId: uuid('scan_id'),
  problem: jsonb('problem').$type<{ code: string; detail: string }>(),
  requestedBy: text('requested_by').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  startedAt: instant('started_at'),
  finishedAt: instant('finished_at'),
});
export type RunRow = typeof run.$inferSelect;

export const hit = schema.table('hit', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  runId: uuid('run_id').notNull(),
  position: integer('position').notNull(),
  kind: text('kind').$type<HitKind>().notNull(),
  state: text('state').$type<HitState>().notNull(),
  name: text('name').notNull(),
  keyHash: bytea('key_hash').notNull(),
  contentHash: bytea('content_hash').notNull(),
  assetId: uuid('asset_id'),
  hit: jsonb('hit').$type<Hit>().notNull(),
});
export type HitRow = typeof hit.$inferSelect;
