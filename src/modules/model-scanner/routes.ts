/** The product door of the model scanner. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Context } from '../../contract/actor.ts';
import { commonProblems } from '../../contract/problem.ts';
import { config } from '../../platform/config.ts';
import { transaction } from '../../platform/database/database.ts';
import { call } from '../../platform/http/call.ts';
import { fileAnswer, handle, type Route } from '../../platform/http/handle.ts';
import { requestCancel } from '../../platform/jobs/job-store.ts';
import { confine } from '../../platform/scan-roots.ts';
import { billRoutes } from './bills/bill-routes.ts';
import { componentRoutes } from './bills/component-routes.ts';
import {
  cancelScan,
  compareScans,
  doorOpcodes,
  doorRules,
  doorStores,
  findingOpcodes,
  getScan,
  listRules,
  listScanFiles,
  listScanFindings,
  listScans,
  listStores,
  rescan,
  type Scan,
  scannableRoots,
  scanProblems,
  scanReport,
  startScan,
  suppressionProblems,
} from './contract.ts';
import { beginScanOf, settledSource } from './scans/begin-scan.ts';
import { compareStored } from './scans/compare-store.ts';
import { outlineOf } from './scans/outline-store.ts';
import { assetOfScan } from './scans/scan-asset.ts';
import { storedReport } from './scans/stored-report.ts';
import { scheduleRoutes } from './schedules/schedule-routes.ts';
import { endScan, findFinding, findScan, listFileRows, listFindingRows, listScanRows } from './store.ts';
import { suppressionRoutes } from './suppressions/suppression-routes.ts';
import { uploadRoutes } from './uploads/upload-routes.ts';
import { removeUploadOf } from './uploads/uploads.ts';

const mostFolders = 200;

async function scanOrRefuse(id: string): Promise<Scan> {
  const scan = await findScan(id);
  if (!scan) throw scanProblems.notFound({ id });
  return scan;
}

async function finishedScan(id: string): Promise<Scan> {
  const scan = await scanOrRefuse(id);
  if (scan.state !== 'done') throw scanProblems.notFinished({ id });
  return scan;
}

/** Cursors of these lists are places in them, not secrets: checked for form only. */
function placeOf<T extends z.ZodType<string>>(form: T, cursor: string | undefined): string | undefined {
  const parsed = form.optional().safeParse(cursor);
  if (!parsed.success) throw commonProblems.invalid({ count: 1 }, { issues: [{ path: 'cursor', message: 'not a cursor of this list' }] });
  return parsed.data;
}
const findingPlace = z.string().regex(/^[0-4]\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

const scanRoutes: readonly Route[] = [
  handle(startScan, async ({ path, source, profile, assetId, newAsset, trigger }, context) => {
    const named = source ?? (path === undefined ? undefined : { path });
    if (named === undefined || (source !== undefined && path !== undefined)) throw scanProblems.notBoth();
    const settled = await settledSource(named);
    const owner = await assetOfScan(settled, { assetId, newAsset });
    return beginScanOf({ source: settled, profile, assetId: owner, trigger }, context);
  }),
  handle(listScans, ({ cursor, limit, per_page, state, verdict, asset_id, q }) =>
    listScanRows({ state, verdict, assetId: asset_id, text: q }, { after: placeOf(z.uuid(), cursor), limit: per_page ?? limit }),
  ),
  handle(getScan, ({ id }) => scanOrRefuse(id)),
  handle(listScanFiles, async ({ id, cursor, limit, per_page, page: _page, ...filter }) => {
    await scanOrRefuse(id);
    const asked = { scanId: id, ...filter };
    const page = await listFileRows(asked, { after: placeOf(z.string().max(4096), cursor), limit: per_page ?? limit });
    const outline = cursor === undefined ? await outlineOf(asked, page.nextCursor !== null) : null;
    return { ...page, outline };
  }),
  handle(listScanFindings, async ({ id, cursor, limit, per_page, path, under, severity, suppressed }) => {
    await scanOrRefuse(id);
    return listFindingRows(
      { scanId: id, path, under, severity, suppressed },
      { after: placeOf(findingPlace, cursor), limit: per_page ?? limit },
    );
  }),
  handle(rescan, async ({ id }, context) => {
    const { source, profile, assetId } = await scanOrRefuse(id);
    return beginScanOf({ source: await settledSource(source), profile, assetId, trigger: 'rescan' }, context);
  }),
  handle(cancelScan, ({ id }, context) => cancelOne(id, context), { transaction: 'none' }),
  handle(
    scanReport,
    async ({ id, format, version }, context) => {
      const scan = await transaction(context, () => finishedScan(id), { readOnly: true });
      return fileAnswer(storedReport(scan, { format, version }, context));
    },
    { transaction: 'none' },
  ),
  handle(
    findingOpcodes,
    async ({ id }, context) => {
      const finding = await transaction(context, () => findFinding(id), { readOnly: true });
      if (finding === null) throw suppressionProblems.findingNotFound({ id });
      const { excerpt, where } = finding;
      if (excerpt === undefined || where.offset === null || where.opcodeIndex === undefined) throw scanProblems.noBytes();
      return call(doorOpcodes, { ...excerpt, anchor: where.offset });
    },
    { transaction: 'none' },
  ),
  handle(compareScans, async ({ a, b }) => {
    const [before, after] = [await finishedScan(a), await finishedScan(b)];
    const sameRules = before.rulesVersion !== null && before.rulesVersion === after.rulesVersion;
    return { a: before, b: after, sameRules, ...(await compareStored(before, after)) };
  }),
  handle(listRules, () => call(doorRules, {}), { transaction: 'none' }),
  handle(listStores, ({ kind }) => call(doorStores, { kind }), { transaction: 'none' }),
  handle(
    scannableRoots,
    async ({ path }) => ({ roots: [...config().scanRoots], folders: path === undefined ? [] : await foldersBelow(path) }),
    { transaction: 'none' },
  ),
];

/** A running scan removes its upload when it has let go of it; nobody else would remove that of a waiting one. */
async function cancelOne(id: string, context: Context): Promise<Scan> {
  const [before, after] = await transaction(context, async () => {
    const scan = await scanOrRefuse(id);
    if (scan.state !== 'queued' && scan.state !== 'running') throw scanProblems.alreadyEnded({ state: scan.state });
    await requestCancel(scan.jobId);
    await endScan(id, { state: 'cancelled', problem: null });
    return [scan, await scanOrRefuse(id)] as const;
  });
  if (before.state === 'queued') await removeUploadOf(before.source, context);
  return after;
}

export const routes: readonly Route[] = [
  ...scanRoutes,
  ...billRoutes,
  ...componentRoutes,
  ...uploadRoutes,
  ...scheduleRoutes,
  ...suppressionRoutes,
];

/** Folders and files directly below a path under a root, for the path field: names only. */
async function foldersBelow(path: string): Promise<string[]> {
  const folder = await confine(path);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name))
    .sort()
    .slice(0, mostFolders);
}
