/** Tables of the audit log that are read through the query builder; writing goes through functions of the migration. */

import { sql } from 'drizzle-orm';
import { bigint, customType, date, integer, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const auditLogs = pgSchema('audit_logs');
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
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
  replaces: text('replaces'),
  rotation: text('rotation'),
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

export const subjectKey = auditLogs.table('subject_key', {
  id: uuid('id').primaryKey(),
  subject: text('subject').notNull(),
  purpose: text('purpose').notNull(),
  month: date('month', { mode: 'string' }).notNull(),
  wrapped: bytea('wrapped'),
  wrappedBy: text('wrapped_by').notNull(),
  madeAt: moment('made_at').notNull().defaultNow(),
  destroyedAt: moment('destroyed_at'),
  ground: text('ground'),
});

export const sealed = auditLogs.table('sealed', {
  entryId: uuid('entry_id').notNull(),
  purpose: text('purpose').notNull(),
  keyId: uuid('key_id').notNull(),
  nonce: bytea('nonce').notNull(),
  ciphertext: bytea('ciphertext').notNull(),
});

export const legalHold = auditLogs.table('legal_hold', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  reason: text('reason').notNull(),
  subject: text('subject'),
  since: date('since', { mode: 'string' }),
  until: date('until', { mode: 'string' }),
  placedBy: text('placed_by').notNull(),
  placedAt: moment('placed_at').notNull().defaultNow(),
  releasedBy: text('released_by'),
  releasedAt: moment('released_at'),
  releaseReason: text('release_reason'),
});

export const coldMonth = auditLogs.table('cold_month', {
  month: date('month', { mode: 'string' }).notNull(),
  firstIndex: bigint('first_index', { mode: 'number' }).notNull(),
  endIndex: bigint('end_index', { mode: 'number' }).notNull(),
  edge: bytea('edge').notNull(),
  endEdge: bytea('end_edge').notNull(),
  lastLeaf: bytea('last_leaf').notNull(),
  lastTime: time('last_time').notNull(),
  checkpointSize: bigint('checkpoint_size', { mode: 'number' }).notNull(),
  folder: text('folder').notNull(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  sha256: bytea('sha256').notNull(),
  verifiedAt: moment('verified_at').notNull().defaultNow(),
  keepUntil: date('keep_until', { mode: 'string' }).notNull(),
  releasedAt: moment('released_at'),
  droppedAt: moment('dropped_at'),
});

export const coverage = auditLogs.table('coverage', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  at: moment('at').notNull().defaultNow(),
  process: text('process').notNull(),
  cameIn: integer('came_in').notNull(),
  decided: integer('decided').notNull(),
  logged: integer('logged').notNull(),
  missing: text('missing').array().notNull().default([]),
});
