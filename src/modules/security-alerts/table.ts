/** The table of this slice as drizzle sees it. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { customType, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Severity } from '../../contract/severity.ts';
import type { AlertState, CloseCause, SecurityAlert } from './contract.ts';

const schema = pgSchema('security_alerts');
const instant = (name: string) => timestamp(name, { withTimezone: true });
const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

export const alert = schema.table('alert', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  fingerprint: bytea('fingerprint').notNull(),
  title: text('title').notNull(),
  description: text('description').notNull().default(''),
  severity: text('severity').$type<Severity>().notNull(),
  state: text('state').$type<AlertState>().notNull().default('new'),
  source: text('source').notNull(),
  assetId: uuid('asset_id'),
  assetName: text('asset_name'),
  vulnerabilityId: uuid('vulnerability_id'),
  vulnerabilityNumber: text('vulnerability_number'),
  count: integer('count').notNull().default(1),
  firstAt: instant('first_at').notNull().defaultNow(),
  lastAt: instant('last_at').notNull().defaultNow(),
  acknowledgedBy: text('acknowledged_by'),
  acknowledgedByName: text('acknowledged_by_name'),
  acknowledgedAt: instant('acknowledged_at'),
  closedBy: text('closed_by'),
  closedByName: text('closed_by_name'),
  closedAt: instant('closed_at'),
  closeCause: text('close_cause').$type<CloseCause>(),
  note: text('note').notNull().default(''),
  category: text('category').notNull().default('general'),
  detectedSeverity: text('detected_severity').$type<Severity>().notNull(),
  technique: text('technique').array().notNull().default([]),
  evidence: jsonb('evidence').$type<SecurityAlert['evidence']>().notNull().default({}),
  detectionId: uuid('detection_id'),
  assigneeId: uuid('assignee_id'),
  assigneeName: text('assignee_name'),
  incidentId: uuid('incident_id'),
  incidentNumber: integer('incident_number'),
  correlatedWith: uuid('correlated_with').array().notNull().default([]),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
  version: integer('version').notNull().default(1),
  search: text('search').notNull().generatedAlwaysAs(sql`title`),
});
export type AlertRow = typeof alert.$inferSelect;
export type AlertDraftRow = Omit<typeof alert.$inferInsert, 'search'>;
