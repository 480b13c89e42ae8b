/** Background work of the scanner: scans, and every quarter of an hour what is due by the clock. */
import { z } from 'zod';
import type { Context } from '../../contract/actor.ts';
import { transaction } from '../../platform/database/database.ts';
import { defineJob } from '../../platform/jobs/jobs.ts';
import { beginScanOf } from './scans/begin-scan.ts';
import { scanJob } from './scans/scan-job.ts';
import { nextRun } from './schedules/schedule.ts';
import { lockDue, noteRun } from './schedules/schedule-store.ts';
import { endExpired } from './suppressions/suppressions.ts';
import { sweepUploads } from './uploads/uploads.ts';

/** Schedules name quarters of an hour. */
export const clockJob = defineJob({
  kind: 'model-scanner.clock',
  title: 'Start scheduled scans, end suppressions, remove old uploads',
  input: z.object({}),
  schedule: '*/15 * * * *',
  run: async (_input, job) => {
    const started = await startDue(job.context, new Date());
    const expired = await transaction(job.context, endExpired);
    const swept = await sweepUploads(job.context);
    return { started, expired, ...swept };
  },
});

/**
 * Starts one scan for each schedule whose time has come. Runs that were missed while nothing ran are caught up by that one scan.
 * @returns how many were started.
 */
export async function startDue(context: Context, now: Date): Promise<number> {
  return transaction(context, async () => {
    const due = await lockDue(now);
    for (const schedule of due) {
      const { id: lastScanId } = await beginScanOf(
        { source: schedule.source, profile: 'standard', assetId: schedule.assetId, trigger: 'schedule' },
        context,
      );
      await noteRun(schedule.id, { lastRunAt: now, lastScanId, nextRunAt: nextRun(schedule, now) });
    }
    return due.length;
  });
}

export const jobs = [scanJob, clockJob];
