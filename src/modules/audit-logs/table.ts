/** Tables of the audit log that are read through the query builder; writing goes through functions of the migration. */
import { bigint, customType, integer, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const auditLogs = pgSchema('audit_logs');
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

export const entry = auditLogs.table('entry', {
  index: bigint('index', { mode: 'number' }).notNull(),
  id: uuid('id').notNull(),
  time: time('time').notNull(),
  line: bytea('line').notNull(),
  leaf: bytea('leaf').notNull(),
  actorKind: text('actor_kind').notNull(),
  actorId: text('actor_id').notNull(),
  action: text('action').notNull(),
  resourceType: text('resource_type').notNull(),
  resourceId: text('resource_id'),
  outcome: text('outcome').notNull(),
  reason: text('reason'),
  endpoint: text('endpoint'),
  traceId: text('trace_id').notNull(),
});

export const head = auditLogs.table('head', {
  size: bigint('size', { mode: 'number' }).notNull(),
  leaf: bytea('leaf').notNull(),
  treeSize: bigint('tree_size', { mode: 'number' }).notNull(),
  root: bytea('root').notNull(),
});

export const tile = auditLogs.table('tile', {
  level: integer('level').notNull(),
  index: bigint('index', { mode: 'number' }).notNull(),
  hashes: bytea('hashes').notNull(),
  root: bytea('root').notNull(),
});

export const checkpoint = auditLogs.table('checkpoint', {
  size: bigint('size', { mode: 'number' }).notNull(),
  root: bytea('root').notNull(),
  note: text('note').notNull(),
  keyId: text('key_id').notNull(),
  madeAt: timestamp('made_at', { withTimezone: true, mode: 'date' }).notNull(),
});

export const anchor = auditLogs.table('anchor', {
  size: bigint('size', { mode: 'number' }).notNull(),
  place: text('place').notNull(),
  at: timestamp('at', { withTimezone: true, mode: 'date' }).notNull(),
});

export const signingKey = auditLogs.table('signing_key', {
  keyId: text('key_id').primaryKey(),
  name: text('name').notNull(),
  publicKey: bytea('public_key').notNull(),
  validFrom: timestamp('valid_from', { withTimezone: true, mode: 'date' }).notNull(),
  validTo: timestamp('valid_to', { withTimezone: true, mode: 'date' }),
});

export const pending = auditLogs.table('pending', {
  place: bigint('place', { mode: 'number' }).notNull(),
  workspaceId: uuid('workspace_id').notNull(),
  payload: bytea('payload').notNull(),
});

export const privatePart = auditLogs.table('private', {
  entryId: uuid('entry_id').primaryKey(),
  address: text('address'),
  userAgent: text('user_agent'),
});
