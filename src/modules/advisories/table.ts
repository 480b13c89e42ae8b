/** The tables of this slice as drizzle sees them. The SQL in migrations/ is the authority; a test compares. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, date, doublePrecision, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Severity } from '../../contract/severity.ts';
import type { AffectedPackage } from './advisory.ts';
import type { AdvisoryImport, AdvisoryMatch } from './contract.ts';

const schema = pgSchema('advisories');
const instant = (name: string) => timestamp(name, { withTimezone: true });
const tsvector = customType<{ data: string; driverData: string }>({ dataType: () => 'tsvector' });

export const importTable = schema.table('import', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  kind: text('kind').$type<AdvisoryImport['kind']>().notNull(),
  name: text('name').notNull(),
  state: text('state').$type<AdvisoryImport['state']>().notNull().default('running'),
  dataDate: date('data_date', { mode: 'string' }),
  sha256: text('sha256').notNull(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  records: integer('records').notNull().default(0),
  changed: integer('changed').notNull().default(0),
  rejected: integer('rejected').notNull().default(0),
  refused: text('refused').array().notNull().default([]),
  ecosystems: text('ecosystems').array().notNull().default([]),
  importedBy: text('imported_by').notNull(),
  importedAt: instant('imported_at').notNull().defaultNow(),
  expected: integer('expected').notNull().default(0),
  problem: jsonb('problem').$type<AdvisoryImport['problem']>(),
});

export const advisoryTable = schema.table('advisory', {
  id: text('id').notNull(),
  shownId: text('shown_id').notNull(),
  aliases: text('aliases').array().notNull().default([]),
  summary: text('summary').notNull().default(''),
  severity: text('severity').$type<Severity>(),
  cvssScore: doublePrecision('cvss_score'),
  cvssVector: text('cvss_vector'),
  cwes: text('cwes').array().notNull().default([]),
  malicious: boolean('malicious').notNull().default(false),
  modified: instant('modified').notNull(),
  withdrawn: boolean('withdrawn').notNull().default(false),
  packages: text('packages').array().notNull().default([]),
  importId: uuid('import_id').notNull(),
  search: tsvector('search').notNull(),
});

export const affectedTable = schema.table('affected', {
  ecosystem: text('ecosystem').notNull(),
  name: text('name').notNull(),
  advisoryId: text('advisory_id').notNull(),
  spec: jsonb('spec').$type<Pick<AffectedPackage, 'ranges' | 'versions'>[]>().notNull(),
});

export const kevTable = schema.table('kev', {
  cve: text('cve').notNull(),
  name: text('name').notNull(),
  added: date('added', { mode: 'string' }),
  due: date('due', { mode: 'string' }),
  ransomware: boolean('ransomware').notNull(),
  importId: uuid('import_id').notNull(),
});

export const epssTable = schema.table('epss', {
  cve: text('cve').notNull(),
  probability: doublePrecision('probability').notNull(),
  percentile: doublePrecision('percentile').notNull(),
  scoreDate: date('score_date', { mode: 'string' }),
  importId: uuid('import_id').notNull(),
});

export const componentTable = schema.table('component', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  assetId: uuid('asset_id'),
  scanId: uuid('scan_id').notNull(),
  path: text('path').notNull(),
  ecosystem: text('ecosystem').notNull(),
  name: text('name').notNull(),
  version: text('version'),
  requirement: text('requirement'),
  origin: text('origin'),
  relation: text('relation').notNull(),
  purl: text('purl').notNull(),
  place: text('place').notNull(),
});

export const matchTable = schema.table('match', {
  id: uuid('id').primaryKey().default(sql`uuidv7()`),
  componentId: uuid('component_id').notNull(),
  assetId: uuid('asset_id'),
  path: text('path').notNull(),
  advisoryId: text('advisory_id').notNull(),
  ids: text('ids').array().notNull(),
  records: text('records').array().notNull(),
  state: text('state').$type<AdvisoryMatch['state']>().notNull(),
  fixed: text('fixed'),
  matchedAt: instant('matched_at').notNull().defaultNow(),
});
export type MatchRow = typeof matchTable.$inferSelect;
