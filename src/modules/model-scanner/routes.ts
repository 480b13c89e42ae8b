/** The product door of the model scanner. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { commonProblems } from '../../contract/problem.ts';
import { config } from '../../platform/config.ts';
import { transaction } from '../../platform/database/database.ts';
import { call } from '../../platform/http/call.ts';
import { fileAnswer, handle, type Route } from '../../platform/http/handle.ts';
import { requestCancel } from '../../platform/jobs/job-store.ts';
import { enqueue } from '../../platform/jobs/jobs.ts';
import { confine } from '../../platform/scan-roots.ts';
import {
  cancelScan,
  doorRules,
  getScan,
  listRules,
  listScanFiles,
  listScanFindings,
  listScans,
  rescan,
  type Scan,
  scannableRoots,
  scanProblems,
  scanReport,
  startScan,
} from './contract.ts';
import { scanJob } from './jobs.ts';
import { attachJob, endScan, findScan, insertScan, listFileRows, listFindingRows, listScanRows } from './store.ts';
import { storedReport } from './stored-report.ts';

const mostFolders = 200;

async function scanOrRefuse(id: string): Promise<Scan> {
  const scan = await findScan(id);
  if (!scan) throw scanProblems.notFound({ id });
  return scan;
}

async function start(draft: { path: string; assetId: string | null; trigger: Scan['trigger']; requestedBy: string }): Promise<Scan> {
  const id = await insertScan(draft);
  const jobId = await enqueue(scanJob, { scanId: id }, { title: `Scan ${draft.path}`, subject: { type: 'model-scanner', id } });
  await attachJob(id, jobId);
  return scanOrRefuse(id);
}

/** Cursors of these lists are places in them, not secrets: checked for form only. */
function placeOf<T extends z.ZodType<string>>(form: T, cursor: string | undefined): string | undefined {
  const parsed = form.optional().safeParse(cursor);
  if (!parsed.success) throw commonProblems.invalid({ count: 1 }, { issues: [{ path: 'cursor', message: 'not a cursor of this list' }] });
  return parsed.data;
}
const findingPlace = z.string().regex(/^[0-4]\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

export const routes: readonly Route[] = [
  handle(startScan, async ({ path, assetId, trigger }, { actor }) =>
    start({ path: await confine(path), assetId: assetId ?? null, trigger, requestedBy: actor.id }),
  ),
  handle(listScans, ({ cursor, limit, per_page, state, verdict, asset_id, q }) =>
    listScanRows({ state, verdict, assetId: asset_id, text: q }, { after: placeOf(z.uuid(), cursor), limit: per_page ?? limit }),
  ),
  handle(getScan, ({ id }) => scanOrRefuse(id)),
  handle(listScanFiles, async ({ id, cursor, limit, per_page }) => {
    await scanOrRefuse(id);
    return listFileRows(id, { after: placeOf(z.string().max(4096), cursor), limit: per_page ?? limit });
  }),
  handle(listScanFindings, async ({ id, cursor, limit, per_page, path, severity }) => {
    await scanOrRefuse(id);
    return listFindingRows({ scanId: id, path, severity }, { after: placeOf(findingPlace, cursor), limit: per_page ?? limit });
  }),
  handle(rescan, async ({ id }, { actor }) => {
    const { path, assetId } = await scanOrRefuse(id);
    return start({ path: await confine(path), assetId, trigger: 'rescan', requestedBy: actor.id });
  }),
  handle(cancelScan, async ({ id }) => {
    const scan = await scanOrRefuse(id);
    if (scan.state !== 'queued' && scan.state !== 'running') throw scanProblems.alreadyEnded({ state: scan.state });
    await requestCancel(scan.jobId);
    await endScan(id, { state: 'cancelled', problem: null });
    return scanOrRefuse(id);
  }),
  handle(
    scanReport,
    async ({ id, format }, context) => {
      const scan = await transaction(context, () => scanOrRefuse(id));
      if (scan.state !== 'done') throw scanProblems.notFinished({ id });
      return fileAnswer(storedReport(scan, format, context));
    },
    { transaction: 'none' },
  ),
  handle(listRules, () => call(doorRules, {}), { transaction: 'none' }),
  handle(
    scannableRoots,
    async ({ path }) => ({ roots: [...config().scanRoots], folders: path === undefined ? [] : await foldersBelow(path) }),
    { transaction: 'none' },
  ),
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
