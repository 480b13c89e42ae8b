/** Puts a scan into the queue: whoever asks for it, a person, a discovery or a schedule. */
import type { Context } from '../../../contract/actor.ts';
import { enqueue } from '../../../platform/jobs/jobs.ts';
import { confine } from '../../../platform/scan-roots.ts';
import { type Scan, type ScanSource, scanProblems, sourceLabel, sourceProblems } from '../contract.ts';
import { attachJob, countWaiting, findScan, insertScan } from '../store.ts';
import { findUpload, wasScanned } from '../uploads/upload-store.ts';
import { scanJob } from './scan-job.ts';

/** Waiting scans of one workspace; more are asked to come again. */
const mostWaiting = 500;
const comeAgainSeconds = 30;

export type ScanWish = Pick<Scan, 'source' | 'profile' | 'assetId' | 'trigger'>;

/**
 * A path made real and confined; other sources as they are: the scanner service looks them up.
 * @throws path.outsideRoots, path.missing
 */
export async function settledSource(source: ScanSource): Promise<ScanSource> {
  return 'path' in source ? { path: await confine(source.path) } : source;
}

/** Joins the ambient transaction. @throws model-scanner.tooManyWaiting, .uploadNotFound, .uploadGone, .uploadIncomplete */
export async function beginScanOf(wish: ScanWish, context: Context): Promise<Scan> {
  const waiting = await countWaiting();
  if (waiting >= mostWaiting)
    throw scanProblems.tooManyWaiting({ count: waiting, seconds: comeAgainSeconds }, { retryAfterSeconds: comeAgainSeconds });
  const path = 'upload' in wish.source ? await uploadLabel(wish.source.upload) : sourceLabel(wish.source);
  const id = await insertScan({ ...wish, path, requestedBy: context.actor.id });
  const jobId = await enqueue(scanJob, { scanId: id }, { title: `Scan ${path}`, subject: { type: 'model-scanner', id } });
  await attachJob(id, jobId);
  const scan = await findScan(id);
  if (scan === null) throw scanProblems.notFound({ id });
  return scan;
}

async function uploadLabel(id: string): Promise<string> {
  const upload = await findUpload(id);
  if (upload === null) throw sourceProblems.uploadNotFound({ id });
  // An upload leaves with its first scan, so there is no second.
  if (upload.state === 'removed' || (await wasScanned(id))) throw scanProblems.uploadGone();
  if (upload.state !== 'ready') throw sourceProblems.uploadIncomplete({ received: upload.received, size: upload.size });
  return `upload:${upload.label}`;
}
