/** A stored scan put together again to the result it was, whole or only the files of one asset. For reports and bills of materials. */
import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { componentTable as component } from '../bills/component-table.ts';
import { type Scan, ScannedLicence, ScannedPackage, type ScanResult, type StoredFinding, Unread } from '../contract.ts';
import { scanFileTable as file, scanFindingTable as finding, scanTable as scan, suppressionTable as suppression } from '../table.ts';
import { toFile, toFinding, toScan } from './scan-record.ts';

/** Rows of each kind that are put together at most; a larger scan says that parts are left out. */
const mostFiles = 100_000;
const mostFindings = 50_000;
const mostPackages = 50_000;

export type StoredResult = Omit<ScanResult, 'findings'> & { readonly findings: StoredFinding[] };

/** Joins the ambient transaction. Everything has its stored order; what is beyond the bounds is named as unread. */
export async function readResult(of: Scan): Promise<StoredResult> {
  const fileRows = await db()
    .select()
    .from(file)
    .where(eq(file.scanId, of.id))
    .orderBy(asc(file.path))
    .limit(mostFiles + 1);
  const findingRows = await db()
    .select({ finding, suppression })
    .from(finding)
    .leftJoin(
      suppression,
      and(
        eq(suppression.fingerprint, finding.fingerprint),
        sql`${suppression.endedAt} is null and ${suppression.expires} >= (now() at time zone 'UTC')::date`,
      ),
    )
    .where(eq(finding.scanId, of.id))
    .orderBy(asc(finding.severityRank), asc(finding.id))
    .limit(mostFindings + 1);
  const packageRows = await db()
    .select()
    .from(component)
    .where(eq(component.scanId, of.id))
    .orderBy(asc(component.id))
    .limit(mostPackages + 1);
  const packages = Map.groupBy(packageRows.slice(0, mostPackages), ({ path }) => path);
  const files = fileRows.slice(0, mostFiles).map((row) => {
    const { id: _id, assetId: _asset, unread: _unread, ...facts } = toFile(row);
    const own = (packages.get(row.path) ?? []).map((one) => ScannedPackage.parse(one));
    return { ...facts, packages: own, licences: ScannedLicence.array().parse(row.licences) };
  });
  const cut = fileRows.length > mostFiles || findingRows.length > mostFindings || packageRows.length > mostPackages;
  return {
    verdict: of.verdict ?? 'incomplete',
    counts: of.counts ?? { critical: 0, high: 0, medium: 0, low: 0, informational: 0 },
    files,
    findings: findingRows.slice(0, mostFindings).map((row) => toFinding(row.finding, row.suppression)),
    unread: [
      ...fileRows.slice(0, mostFiles).flatMap(({ unread }) => Unread.array().parse(unread)),
      ...(cut ? [{ path: '', reason: 'budget' as const, detail: 'This report leaves out rows beyond its bounds.' }] : []),
    ],
    filesRead: of.filesRead ?? 0,
    filesTotal: of.filesTotal ?? 0,
    bytesRead: of.bytesRead ?? 0,
    durationMs: of.durationMs ?? 0,
    engineVersion: of.engineVersion ?? 'unknown',
    rulesVersion: of.rulesVersion ?? 'unknown',
  };
}

/** Finished scans that hold files of an asset, newest first. */
export async function scansOfAsset(assetId: string, most: number): Promise<Scan[]> {
  const rows = await db()
    .select()
    .from(scan)
    .where(
      and(
        eq(scan.state, 'done'),
        sql`(${scan.assetId} = ${assetId} or exists (select 1 from model_scanner.scan_file f where f.scan_id = ${scan.id} and f.asset_id = ${assetId}))`,
      ),
    )
    .orderBy(desc(scan.id))
    .limit(most);
  return rows.map(toScan);
}

/** Paths of the files of an asset in a scan. */
export async function pathsOfAsset(scanId: string, assetId: string): Promise<Set<string>> {
  const rows = await db()
    .select({ path: file.path })
    .from(file)
    .where(and(eq(file.scanId, scanId), eq(file.assetId, assetId)))
    .limit(mostFiles);
  return new Set(rows.map(({ path }) => path));
}
