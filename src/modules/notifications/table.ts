/** The tables of this slice as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Severity } from '../../contract/severity.ts';
import type { AttemptOutcome, DeliveryState, HeldReason } from './deliveries/delivery-contract.ts';
import type { Message } from './deliveries/message.ts';
import type { Channel } from './destinations/address-shape.ts';
import type { Hours } from './destinations/hours.ts';

const schema = pgSchema('notifications');
const instant = (name: string) => timestamp(name, { withTimezone: true });
const key = () => uuid('id').primaryKey().default(sql`uuidv7()`);
const words = (name: string) => text(name).array().notNull().default(sql`'{}'`);

export type Settings = Record<string, string | number | string[] | null>;

export const destination = schema.table('destination', {
  id: key(),
  name: text('name').notNull(),
  channel: text('channel').$type<Channel>().notNull(),
  settings: jsonb('settings').$type<Settings>().notNull(),
  secrets: words('secrets'),
  place: text('place').notNull(),
  rotatingUntil: instant('rotating_until'),
  enabled: boolean('enabled').notNull().default(true),
  offReason: text('off_reason'),
  quiet: jsonb('quiet').$type<Hours>(),
  coalesceRepeats: boolean('coalesce_repeats').notNull(),
  perMinute: integer('per_minute').notNull(),
  burst: integer('burst').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
  removedAt: instant('removed_at'),
  version: integer('version').notNull().default(1),
});
export type DestinationRow = typeof destination.$inferSelect;

export const destinationState = schema.table('destination_state', {
  destinationId: uuid('destination_id').primaryKey(),
  failures: integer('failures').notNull().default(0),
  openUntil: instant('open_until'),
  nextTokenAt: instant('next_token_at'),
  tokens: doublePrecision('tokens').notNull(),
  tokensAt: instant('tokens_at').notNull().defaultNow(),
  lastSuccessAt: instant('last_success_at'),
  lastFailureAt: instant('last_failure_at'),
});

export const rule = schema.table('rule', {
  id: key(),
  name: text('name').notNull(),
  enabled: boolean('enabled').notNull().default(true),
  events: words('events'),
  severities: words('severities'),
  categories: words('categories'),
  assetTags: words('asset_tags'),
  hours: jsonb('hours').$type<Hours>(),
  quiet: jsonb('quiet').$type<Hours>(),
  destinationIds: uuid('destination_ids').array().notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
  version: integer('version').notNull().default(1),
});
export type RuleRow = typeof rule.$inferSelect;

export const outbox = schema.table('outbox', {
  id: key(),
  eventId: uuid('event_id').notNull(),
  destinationId: uuid('destination_id').notNull(),
  position: bigint('position', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
  orderingKey: text('ordering_key').notNull(),
  event: text('event').notNull(),
  severity: text('severity').$type<Severity>().notNull(),
  rank: smallint('rank').notNull(),
  title: text('title').notNull(),
  message: jsonb('message').$type<Message>().notNull(),
  incidentId: uuid('incident_id'),
  alertId: uuid('alert_id'),
  urgent: boolean('urgent').notNull(),
  state: text('state').$type<DeliveryState>().notNull().default('queued'),
  held: text('held').$type<HeldReason>(),
  digestId: uuid('digest_id'),
  digestSize: integer('digest_size').notNull().default(0),
  nextAt: instant('next_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  leaseUntil: instant('lease_until'),
  attempts: integer('attempts').notNull().default(0),
  charged: boolean('charged').notNull().default(false),
  reason: text('reason'),
  remoteId: text('remote_id'),
  replays: integer('replays').notNull().default(0),
  createdAt: instant('created_at').notNull().defaultNow(),
  finishedAt: instant('finished_at'),
});
export type OutboxRow = typeof outbox.$inferSelect;

export const attempt = schema.table('attempt', {
  id: key(),
  outboxId: uuid('outbox_id').notNull(),
  number: integer('number').notNull(),
  startedAt: instant('started_at').notNull().default(sql`clock_timestamp()`),
  finishedAt: instant('finished_at'),
  outcome: text('outcome').$type<AttemptOutcome>().notNull().default('unfinished'),
  httpStatus: integer('http_status'),
  answer: text('answer').notNull().default(''),
  reason: text('reason'),
  remoteId: text('remote_id'),
  nextAt: instant('next_at'),
});
export type AttemptRow = typeof attempt.$inferSelect;

export const heard = schema.table(
  'heard',
  {
    destinationId: uuid('destination_id').notNull(),
    fingerprint: text('fingerprint').notNull(),
    since: instant('since').notNull(),
    worstRank: smallint('worst_rank').notNull(),
    techniques: words('techniques'),
    assetIds: uuid('asset_ids').array().notNull().default(sql`'{}'`),
    count: integer('count').notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.destinationId, table.fingerprint] })],
);
