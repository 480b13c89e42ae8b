/** The tables of query streams as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { bigint, customType, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const schema = pgSchema('adversarial_detection');
const instant = (name: string) => timestamp(name, { withTimezone: true });
const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });
const counted = (name: string) => bigint(name, { mode: 'number' });

export const streamTable = schema.table('stream', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  modelId: text('model_id').notNull(),
  clientId: text('client_id').notNull(),
  dimensions: integer('dimensions').notNull().default(0),
  ring: bytea('ring').notNull().default(Buffer.alloc(0)),
  seen: counted('seen').notNull().default(0),
  dropped: counted('dropped').notNull().default(0),
  hours: jsonb('hours').$type<[hour: number, count: number][]>().notNull().default([]),
  firstAt: instant('first_at').notNull().defaultNow(),
  lastAt: instant('last_at').notNull().defaultNow(),
  readings: jsonb('readings').$type<Record<string, number>>().notNull().default({}),
  lookedAtSeen: counted('looked_at_seen').notNull().default(0),
  detectedAt: instant('detected_at'),
  detected: text('detected').array().notNull().default([]),
});
export type StreamRow = typeof streamTable.$inferSelect;

export const streamEvictionTable = schema.table('stream_eviction', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  modelId: text('model_id').notNull(),
  streams: integer('streams').notNull(),
  queries: counted('queries').notNull(),
  at: instant('at').notNull().defaultNow(),
});
