/** The tables of this slice as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { customType, doublePrecision, integer, jsonb, pgSchema, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Mark, RiskLevel } from '../../contract/severity.ts';
import type { AssetType, ComplianceStatus, Criticality, DataClass, EdgeKind, Environment, HoldKind, Lifecycle } from './contract.ts';
import type { Marks, ObservedValues } from './observing/provenance.ts';

const schema = pgSchema('ai_assets');
const instant = (name: string) => timestamp(name, { withTimezone: true });
/** Filled by PostgreSQL from the running transaction; named here only as part of unique keys. */
const workspaceId = () => uuid('workspace_id').notNull().default(sql`platform.current_workspace()`);
const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });
const tsvector = customType<{ data: string; driverData: string }>({ dataType: () => 'tsvector' });

export const asset = schema.table('asset', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  name: text('name').notNull(),
  description: text('description').notNull().default(''),
  type: text('type').$type<AssetType>().notNull(),
  environment: text('environment').$type<Environment>(),
  owner: text('owner'),
  department: text('department'),
  cloudProvider: text('cloud_provider'),
  region: text('region'),
  criticality: text('criticality').$type<Criticality>(),
  dataClasses: text('data_classes').array().$type<DataClass[]>().notNull().default([]),
  risk: doublePrecision('risk'),
  riskLevel: text('risk_level').$type<RiskLevel>().notNull().default('unknown'),
  riskOrder: doublePrecision('risk_order').notNull().generatedAlwaysAs(sql`coalesce(risk, -1)`),
  complianceStatus: text('compliance_status').$type<ComplianceStatus>().notNull().default('unknown'),
  lifecycle: text('lifecycle').$type<Lifecycle>().notNull().default('active'),
  retiredBy: text('retired_by').$type<'person' | 'source'>(),
  attention: smallint('attention').notNull().generatedAlwaysAs(sql`case lifecycle when 'proposed' then 1 else 0 end`),
  tags: text('tags').array().notNull().default([]),
  metadata: jsonb('metadata').$type<Record<string, string | number | boolean>>().notNull().default({}),
  sources: text('sources').array().notNull().default([]),
  marks: jsonb('marks').$type<Marks>().notNull().default({}),
  observed: jsonb('observed').$type<ObservedValues>().notNull().default({}),
  firstSeen: instant('first_seen'),
  lastSeen: instant('last_seen'),
  missingSince: instant('missing_since'),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
  version: integer('version').notNull().default(1),
  searchWords: text('search_words').notNull().default(''),
  search: tsvector('search').notNull().generatedAlwaysAs(sql`to_tsvector('simple', search_words)`),
});
export type AssetRow = typeof asset.$inferSelect;

export const naturalKey = schema.table('natural_key', {
  workspaceId: workspaceId(),
  keyHash: bytea('key_hash').notNull(),
  key: text('key').notNull(),
  assetId: uuid('asset_id').notNull(),
  source: text('source').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});

export const sighting = schema.table('sighting', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  workspaceId: workspaceId(),
  assetId: uuid('asset_id').notNull(),
  source: text('source').notNull(),
  place: text('place').notNull(),
  placeHash: bytea('place_hash').notNull(),
  line: integer('line'),
  evidence: text('evidence').notNull(),
  namedBy: bytea('named_by').notNull(),
  run: text('run'),
  firstSeen: instant('first_seen').notNull().defaultNow(),
  lastSeen: instant('last_seen').notNull().defaultNow(),
  goneAt: instant('gone_at'),
});

export const dependency = schema.table('dependency', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  workspaceId: workspaceId(),
  fromAsset: uuid('from_asset').notNull(),
  toAsset: uuid('to_asset').notNull(),
  kind: text('kind').$type<EdgeKind>().notNull(),
  mark: text('mark').$type<Mark>().notNull(),
  source: text('source').notNull(),
  run: text('run'),
  validFrom: instant('valid_from').notNull().defaultNow(),
  validTo: instant('valid_to'),
});

export const hold = schema.table('hold', {
  workspaceId: workspaceId(),
  assetId: uuid('asset_id').notNull(),
  holder: uuid('holder').notNull(),
  kind: text('kind').$type<HoldKind>().notNull(),
  reason: text('reason').notNull(),
  lifecycleBefore: text('lifecycle_before').$type<Lifecycle>().notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});
export type HoldRow = typeof hold.$inferSelect;

export const change = schema.table('change', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  assetId: uuid('asset_id').notNull(),
  at: instant('at').notNull().defaultNow(),
  actorKind: text('actor_kind').$type<'user' | 'service' | 'job' | 'system'>().notNull(),
  actorId: text('actor_id').notNull(),
  action: text('action').notNull(),
  fields: text('fields').array().notNull().default([]),
  before: jsonb('before').$type<Record<string, unknown>>().notNull().default({}),
  after: jsonb('after').$type<Record<string, unknown>>().notNull().default({}),
});
