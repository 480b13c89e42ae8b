/** Reads an uploaded file into the database, piece by piece, and tells how far it is. */
import { access, rm } from 'node:fs/promises';
import { z } from 'zod';
import { isProblem } from '../../../contract/problem.ts';
import { transaction } from '../../../platform/database/database.ts';
import { defineJob, type JobRun } from '../../../platform/jobs/jobs.ts';
import { advisoryProblems } from '../contract.ts';
import { importOpened } from './import-file.ts';
import { findImport, settleImport } from './import-store.ts';
import { fileOfImport } from './import-upload.ts';
import { withFile } from './read-file.ts';

export const importJob = defineJob({
  kind: 'advisories.import',
  title: 'Import advisories',
  input: z.object({ importId: z.uuid() }),
  retryLimit: 3,
  timeoutMs: 3_600_000,
  run: async ({ importId }, job) => {
    const context = { ...job.context, signal: job.signal };
    const found = await transaction(context, () => findImport(importId), { readOnly: true });
    if (found === null || found.state !== 'running') return null;
    const path = fileOfImport(importId);
    try {
      if (!(await isThere(path))) throw advisoryProblems.uploadLost();
      // Records that are stored already cost no write: a second try only reads again.
      const { records, changed } = await withFile(path, job.signal, (reader) =>
        importOpened(reader, importId, context, (done) => job.progress({ done, total: found.expected, unit: 'records' })),
      );
      await rm(path, { force: true });
      return { records, changed };
    } catch (error) {
      if (await settleFailure(importId, job, error)) await rm(path, { force: true });
      throw error;
    }
  },
});

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Writes the end of a try that is the last. Answers whether it was. */
async function settleFailure(importId: string, job: JobRun, error: unknown): Promise<boolean> {
  const isLast = job.attempt > importJob.retryLimit || (isProblem(error) && error.status < 500);
  if (!isLast && !job.signal.aborted) return false;
  const problem = job.signal.aborted
    ? { code: 'advisories.stopped', detail: 'The import was stopped. What was read before stays.' }
    : isProblem(error)
      ? { code: error.code, detail: error.message }
      : { code: 'advisories.failed', detail: 'The import failed in a way nobody meant. What was read before stays.' };
  await transaction(job.context, () => settleImport(importId, { state: 'failed', problem }));
  return true;
}
