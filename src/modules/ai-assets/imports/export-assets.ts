/** The inventory as a stream: CSV for spreadsheets, JSON for machines; a batch at a time, whatever the size. */
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import { toAsset } from '../asset-view.ts';
import type { Asset, AssetFilter } from '../contract.ts';
import { batchAfter } from '../store.ts';
import type { AssetRow } from '../table.ts';
import { csvLine } from './neutral-cell.ts';

const batchRows = 1000;
export const exportColumns = [
  'id',
  'name',
  'description',
  'type',
  'environment',
  'owner',
  'department',
  'cloudProvider',
  'region',
  'criticality',
  'dataClasses',
  'lifecycle',
  'tags',
  'metadata',
  'risk',
  'riskLevel',
  'complianceStatus',
  'sources',
  'firstSeen',
  'lastSeen',
  'missingSince',
  'createdAt',
  'updatedAt',
  'version',
] as const; // prettier-ignore

/** Every asset of the filter, in order of name. Each batch is a short transaction of its own: an export never holds back vacuum. */
async function* assetsOf(filter: AssetFilter, context: Context): AsyncGenerator<Asset[]> {
  let after: { name: string; id: string } | null = null;
  while (!context.signal.aborted) {
    const from: { name: string; id: string } | null = after;
    const rows: AssetRow[] = await transaction(context, () => batchAfter(filter, from, batchRows), { readOnly: true });
    if (rows.length > 0) yield rows.map(toAsset);
    const last: AssetRow | undefined = rows.at(-1);
    if (last === undefined || rows.length < batchRows) return;
    after = { name: last.name, id: last.id };
  }
}

export async function* assetsAsCsv(filter: AssetFilter, context: Context): AsyncGenerator<string> {
  // The mark tells spreadsheets that it is UTF-8.
  yield `\uFEFF${csvLine(exportColumns)}`;
  for await (const batch of assetsOf(filter, context)) yield batch.map(csvRow).join('');
}

export async function* assetsAsJson(filter: AssetFilter, context: Context): AsyncGenerator<string> {
  yield '[';
  let first = true;
  for await (const batch of assetsOf(filter, context)) {
    yield batch.map((asset, index) => `${first && index === 0 ? '' : ','}\n${JSON.stringify(asset)}`).join('');
    first = false;
  }
  yield '\n]\n';
}

function csvRow(asset: Asset): string {
  return csvLine(
    exportColumns.map((column) => {
      const value = asset[column];
      if (Array.isArray(value)) return value.join('; ');
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    }),
  );
}
