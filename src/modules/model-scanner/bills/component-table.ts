/** The packages of scans. */
import { pgSchema, text, uuid } from 'drizzle-orm/pg-core';
import type { ScanComponent } from './component-contract.ts';

export const componentTable = pgSchema('model_scanner').table('component', {
  id: uuid('id').primaryKey(),
  scanId: uuid('scan_id').notNull(),
  path: text('path').notNull(),
  assetId: uuid('asset_id'),
  ecosystem: text('ecosystem').$type<ScanComponent['ecosystem']>().notNull(),
  name: text('name').notNull(),
  version: text('version'),
  requirement: text('requirement'),
  relation: text('relation').$type<ScanComponent['relation']>().notNull(),
  scope: text('scope').$type<ScanComponent['scope']>().notNull(),
  digest: text('digest'),
  origin: text('origin'),
  purl: text('purl').notNull(),
  place: text('place').notNull(),
});
