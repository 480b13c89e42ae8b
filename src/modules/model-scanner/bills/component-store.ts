/** Packages of scans in the database. */
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import type { ScanResult } from '../contract.ts';
import type { ScanComponent } from './component-contract.ts';
import { componentTable as component } from './component-table.ts';

const rowsAStatement = 1000;

/** Stores the packages of a result; run again after a crash it replaces what the first run wrote. */
export async function storeComponents(
  scanId: string,
  result: Pick<ScanResult, 'files'>,
  owners: ReadonlyMap<string, string>,
): Promise<void> {
  await db().delete(component).where(eq(component.scanId, scanId));
  const rows = result.files.flatMap(({ path, packages }) => packages.map((one) => ({ ...one, path, asset_id: owners.get(path) ?? null })));
  for (let at = 0; at < rows.length; at += rowsAStatement) {
    // PostgreSQL takes neither NUL nor half surrogates, and names come from whoever wrote the file.
    const given = JSON.stringify(rows.slice(at, at + rowsAStatement), (_key, value: unknown) =>
      typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\u2400') : value,
    );
    await db().execute(sql`
      insert into model_scanner.component (scan_id, path, asset_id, ecosystem, name, version, requirement, relation, scope, digest, origin, purl, place)
      select ${scanId}::uuid, path, asset_id, ecosystem, name, version, requirement, relation, scope, digest, origin, purl, place
      from jsonb_to_recordset(${given}::jsonb) as g(path text, asset_id uuid, ecosystem text, name text, version text, requirement text, relation text,
        scope text, digest text, origin text, purl text, place text)`);
  }
}

const inOrder = keyset({ id: component.id, sort: [], idDirection: 'asc' });
export function listComponentRows(scanId: string, path: string | undefined, paging: Paging): Promise<Page<ScanComponent>> {
  const where = and(eq(component.scanId, scanId), path === undefined ? undefined : eq(component.path, path));
  const { scanId: _scan, ...fields } = getTableColumns(component);
  return inOrder.page({ fields, from: component, where, paging }, (row) => row);
}
