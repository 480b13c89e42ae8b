/** The scan job: asks the scanner door, follows its progress, finds out whose files they are, stores, and tells. */
import { setTimeout as rest } from 'node:timers/promises';
import { z } from 'zod';
import { isProblem } from '../../../contract/problem.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { defineJob, type JobRun } from '../../../platform/jobs/jobs.ts';
import { attributeFiles } from '../bills/attribution.ts';
import { storeComponents } from '../bills/component-store.ts';
import { cancelDoorScan, type Scan, type ScanResult, scanFinished, scanModel, scanProblems, scanStatus } from '../contract.ts';
import { beginScan, endScan, findScan, noteProgress, storeResult } from '../store.ts';
import { removeUploadOf } from '../uploads/uploads.ts';

const pollMs = 250;
const busyMs = 2000;
/** The door may be restarting: this many failed looks in a row end the try. */
const patience = 40;

export const scanJob = defineJob({
  kind: 'model-scanner.scan',
  title: 'Scan models',
  input: z.object({ scanId: z.uuid() }),
  retryLimit: 3,
  timeoutMs: 3_600_000,
  concurrency: 2,
  run: async ({ scanId }, job) => {
    const scan = await transaction(job.context, () => beginScan(scanId));
    if (scan === null) return null;
    try {
      const result = await followDoor(scan, job);
      const owners = await attributeFiles(scan, result);
      await transaction(job.context, async () => {
        await storeResult(scanId, result, owners);
        await storeComponents(scanId, result, owners);
        await publish(scanFinished, {
          scanId,
          path: scan.path,
          verdict: result.verdict,
          findings: result.findings.length,
          filesRead: result.filesRead,
          filesTotal: result.filesTotal,
        });
      });
      await removeUploadOf(scan.source, job.context);
      return { verdict: result.verdict, findings: result.findings.length, filesRead: result.filesRead };
    } catch (error) {
      if (await settleFailure(scanId, job, error)) await removeUploadOf(scan.source, job.context);
      throw error;
    }
  },
});

/** A busy door is no failure: the scan waits here until there is a place. */
async function startAtDoor({ source, profile }: Scan, job: JobRun): Promise<string> {
  for (;;) {
    try {
      const { id } = await call(scanModel, { source, profile, workspace: job.context.actor.workspaceId, wait: false });
      return id;
    } catch (error) {
      if (!isProblem(error) || error.code !== 'model-scanner.queueFull') throw error;
      if (job.signal.aborted) throw scanProblems.stopped();
      await rest(busyMs, undefined, { signal: job.signal }).catch(() => {});
    }
  }
}

async function followDoor(scan: Scan, job: JobRun): Promise<ScanResult> {
  const id = await startAtDoor(scan, job);
  let failures = 0;
  let noted = 0;
  while (!job.signal.aborted) {
    const status = await call(scanStatus, { id }).catch((error: unknown) => {
      if (isProblem(error) && error.status === 503 && failures < patience) return null;
      throw error;
    });
    if (status === null) failures += 1;
    else {
      failures = 0;
      const { progress } = status;
      job.progress({
        done: progress.filesDone,
        total: progress.filesTotal,
        unit: 'files',
        ...(progress.current === null ? {} : { note: progress.current }),
      });
      if (progress.filesDone !== noted) {
        noted = progress.filesDone;
        await transaction(job.context, () => noteProgress(scan.id, progress));
      }
      if (status.state === 'done' && status.result !== null) return status.result;
      if (status.state === 'failed' || status.state === 'cancelled')
        throw scanProblems.doorFailed({ reason: status.problem?.detail ?? status.state });
    }
    await rest(pollMs, undefined, { signal: job.signal }).catch(() => {});
  }
  await call(cancelDoorScan, { id }).catch(() => {});
  throw scanProblems.stopped();
}

/** Writes the end of a try that is the last. Answers whether it was. */
async function settleFailure(scanId: string, job: JobRun, error: unknown): Promise<boolean> {
  const last = job.attempt > scanJob.retryLimit || (isProblem(error) && error.status < 500);
  if (!last && !job.signal.aborted) return false;
  const scan = await transaction(job.context, () => findScan(scanId));
  if (scan === null || scan.state === 'done') return true;
  const problem = isProblem(error)
    ? { code: error.code, detail: error.message }
    : { code: 'model-scanner.failed', detail: 'The scan failed in a way nobody meant.' };
  await transaction(job.context, () =>
    endScan(scanId, job.signal.aborted ? { state: 'cancelled', problem: null } : { state: 'failed', problem }),
  );
  return true;
}
