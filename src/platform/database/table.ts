/** The platform's own tables, as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, integer, jsonb, pgSchema, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const platform = pgSchema('platform');
const instant = (name: string) => timestamp(name, { withTimezone: true });
/** Filled by PostgreSQL from the running transaction; no store sets it. */
const workspaceId = () => uuid('workspace_id').notNull().default(sql`platform.current_workspace()`);

/** Binary column; drizzle has none of its own. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

export const workspace = platform.table('workspace', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  name: text('name').notNull(),
  unit: text('unit'),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});

export const outbox = platform.table('outbox', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  workspaceId: workspaceId(),
  type: text('type').notNull(),
  payload: jsonb('payload').notNull(),
  at: instant('at').notNull().default(sql`clock_timestamp()`),
  traceId: text('trace_id'),
  actorId: text('actor_id'),
});

export const event = platform.table('event', {
  seq: bigint('seq', { mode: 'number' }).primaryKey(),
  id: uuid('id').notNull(),
  workspaceId: workspaceId(),
  type: text('type').notNull(),
  payload: jsonb('payload').notNull(),
  at: instant('at').notNull(),
  traceId: text('trace_id'),
  actorId: text('actor_id'),
});

export const consumer = platform.table('consumer', {
  name: text('name').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull().default(0),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});

export const job = platform.table('job', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  workspaceId: workspaceId(),
  kind: text('kind').notNull(),
  title: text('title').notNull(),
  state: text('state', { enum: ['queued', 'running', 'done', 'failed', 'cancelled'] })
    .notNull()
    .default('queued'),
  progress: jsonb('progress'),
  attempts: integer('attempts').notNull().default(0),
  requestedBy: text('requested_by').notNull(),
  traceId: text('trace_id'),
  subjectType: text('subject_type'),
  subjectId: text('subject_id'),
  input: jsonb('input').notNull(),
  result: jsonb('result'),
  problem: jsonb('problem'),
  cancelRequested: boolean('cancel_requested').notNull().default(false),
  createdAt: instant('created_at').notNull().defaultNow(),
  startedAt: instant('started_at'),
  finishedAt: instant('finished_at'),
  heartbeatAt: instant('heartbeat_at'),
});

export const setting = platform.table(
  'setting',
  {
    workspaceId: workspaceId(),
    key: text('key').notNull(),
    value: jsonb('value').notNull(),
    changedBy: text('changed_by').notNull(),
    changedAt: instant('changed_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.key] })],
);

export const sealedSecret = platform.table('sealed_secret', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  workspaceId: workspaceId(),
  purpose: text('purpose').notNull(),
  keyId: text('key_id').notNull(),
  nonce: bytea('nonce').notNull(),
  sealed: bytea('sealed').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  changedAt: instant('changed_at').notNull().defaultNow(),
});
