/** An export: the whole log, or an excerpt with proofs, in one archive that needs no platform to be checked. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import { audit } from '../../../platform/audit.ts';
import { config } from '../../../platform/config.ts';
import { transaction } from '../../../platform/database/database.ts';
import { defineJob } from '../../../platform/jobs/jobs.ts';
import { auditLogProblems, ExcerptFilter } from '../contract.ts';
import { makeCheckpoints } from '../tree/checkpoints.ts';
import { writeArchive } from './archive.ts';
import { excerptOf } from './excerpt.ts';
import { planOf, wholeLog } from './whole-log.ts';

/** An export nobody fetched within a week is removed when the next one is made. */
const keptMs = 7 * 86_400_000;

const exportsFolder = (): string => join(config().DATA_DIR, 'exports');
/** @param id of the job, made by us: no text of a caller is part of a path. */
export const fileOfExport = (id: string): string => join(exportsFolder(), `audit-${z.uuid().parse(id)}.tar`);

export const exportJob = defineJob({
  kind: 'audit-logs.export',
  title: 'Export the audit log',
  input: z.object({ filter: ExcerptFilter.optional() }),
  retryLimit: 1,
  timeoutMs: 3_600_000,
  run: async ({ filter }, job) => {
    const { workspaceId } = job.context.actor;
    await makeCheckpoints({ onlyDue: false, workspace: workspaceId });
    const context: Context = { ...job.context, signal: job.signal };
    const plan = await transaction(context, planOf, { readOnly: true });
    if (plan === null) throw auditLogProblems.nothingToExport();
    const path = fileOfExport(job.id);
    await mkdir(exportsFolder(), { recursive: true, mode: 0o700 });
    await dropOld();
    const parts = filter === undefined ? wholeLog(plan, context, job) : excerptOf({ plan, filter, draft: path }, context, job);
    await writeArchive(path, parts, job.signal);
    await transaction(job.context, () =>
      audit.record({
        action: 'audit-logs.export',
        resource: { type: 'audit-logs', id: job.id },
        outcome: 'done',
        change: {
          after: { size: plan.size, root: plan.root, kind: filter === undefined ? 'whole' : 'excerpt', ...(filter ? { filter } : {}) },
        },
      }),
    );
    const { size: bytes } = await stat(path);
    return { size: plan.size, root: plan.root, bytes };
  },
});

async function dropOld(): Promise<void> {
  for (const name of await readdir(exportsFolder())) {
    const path = join(exportsFolder(), name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > keptMs) await rm(path, { force: true });
  }
}
