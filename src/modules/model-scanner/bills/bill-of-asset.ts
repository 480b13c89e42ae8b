/** Whose files make the bill: those of one asset with what stands beside them, or all of a scan. */

import { join } from 'node:path';
import { type Bill, billProblems, type Scan, scanProblems } from '../contract.ts';
import type { Bom } from '../reports/bom.ts';
import { bomOfScan } from '../reports/bom-of-scan.ts';
import { pathsOfAsset, readResult, type StoredResult, scansOfAsset } from '../scans/result-store.ts';
import { findScan } from '../store.ts';
import { type BillLinks, linksOf, withLinks } from './bill-links.ts';

const mostEarlier = 50;

export type BillSubject = { readonly asset_id?: string | undefined; readonly scan_id?: string | undefined };
export type BillSource = { readonly scan: Scan; readonly name: string; readonly bom: Bom; readonly earlier: Bill['earlier'] };

/** Joins the ambient transaction. @throws model-scanner.billMissing, .billSubject, .notFound, .notFinished */
export async function readBill({ asset_id, scan_id }: BillSubject): Promise<BillSource> {
  const scans = asset_id === undefined ? [] : await scansOfAsset(asset_id, mostEarlier + 1);
  const scan = scan_id === undefined ? scans[0] : await finished(scan_id);
  if (scan === undefined) throw asset_id === undefined ? billProblems.billSubject() : billProblems.billMissing({ id: asset_id });
  const result = await readResult(scan);
  const own = asset_id === undefined || scan.assetId === asset_id ? null : await pathsOfAsset(scan.id, asset_id);
  if (own !== null && own.size === 0) throw billProblems.billMissing({ id: asset_id ?? '' });
  const part = own === null ? result : partOf(result, own);
  const held = new Set(part.findings.filter(({ suppression }) => suppression !== null));
  const name = nameOf(scan, own);
  return {
    scan,
    name,
    bom: withLinks(bomOfScan({ result: part, name, held }), await linksOfPart(asset_id, { scan, result, own })),
    earlier: scans
      .filter(({ id }) => id !== scan.id)
      .slice(0, mostEarlier)
      .map(scanLine),
  };
}

type Part = { readonly scan: Scan; readonly result: StoredResult; readonly own: ReadonlySet<string> | null };

/** A project is more than its lists of packages: the code below them calls hosted models. */
async function linksOfPart(assetId: string | undefined, { scan, result, own }: Part): Promise<BillLinks> {
  if (assetId === undefined) return { bases: [], services: [] };
  const isOwn = (path: string): boolean => own === null || own.has(path);
  const folders = new Set(
    result.files.filter(({ path, packages }) => packages.length > 0 && isOwn(path)).map(({ path }) => folderOf(path)),
  );
  const below = result.files.filter(({ path }) => withParents(folderOf(path)).some((folder) => folders.has(folder)));
  return linksOf(assetId, 'path' in scan.source ? below.map(({ path }) => join(scan.path, path)) : []);
}

async function finished(id: string): Promise<Scan> {
  const scan = await findScan(id);
  if (scan === null) throw scanProblems.notFound({ id });
  if (scan.state !== 'done') throw scanProblems.notFinished({ id });
  return scan;
}

export function scanLine({ id, path, verdict, finishedAt }: Scan): Bill['scan'] {
  return { id, path, verdict, finishedAt };
}

function nameOf({ path }: Scan, own: ReadonlySet<string> | null): string {
  const [only] = own ?? [];
  const shown = own?.size === 1 && only !== undefined && only !== '' ? only : path;
  return shown.split('/').at(-1) || shown;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The asset's files, settings in their folders, and manifests in their folders or above: those speak about everything below them. */
function partOf(result: StoredResult, own: ReadonlySet<string>): StoredResult {
  const folders = new Set([...own].map(folderOf));
  const above = new Set([...folders].flatMap(withParents));
  const files = result.files.filter(
    ({ path, role, packages }) =>
      own.has(path) || (role === 'config' && folders.has(folderOf(path))) || (packages.length > 0 && above.has(folderOf(path))),
  );
  const kept = new Set(files.map(({ path }) => path));
  return {
    ...result,
    files,
    findings: result.findings.filter(({ path }) => own.has(path)),
    unread: result.unread.filter(({ path }) => kept.has(path)),
  };
}

function withParents(folder: string): string[] {
  const all = [folder];
  for (let at = folder; at !== ''; ) {
    at = folderOf(at);
    all.push(at);
  }
  return all;
}
