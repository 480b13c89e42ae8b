/** Background work: files that belong to no round any more. */
import { z } from 'zod';
import { transaction } from '../../platform/database/database.ts';
import { defineJob } from '../../platform/jobs/jobs.ts';
import { filesInUse } from './store.ts';
import { filesWrittenBefore, removeUpdateFile } from './update-files.ts';

const hourMs = 3_600_000;

/** An upload has its row within minutes; an hour later a file without one belongs to nobody. */
export const sweepJob = defineJob({
  kind: 'federated-learning.sweep',
  title: 'Remove files of updates that belong to no round',
  input: z.object({}),
  schedule: '17 * * * *',
  transient: true,
  run: async (_input, { context }) => {
    const { workspaceId } = context.actor;
    const old = await filesWrittenBefore(workspaceId, new Date(Date.now() - hourMs));
    let removed = 0;
    for (let at = 0; at < old.length; at += 1000) {
      const some = old.slice(at, at + 1000);
      const used = await transaction(context, () => filesInUse(some), { readOnly: true });
      for (const fileId of some.filter((id) => !used.has(id))) {
        await removeUpdateFile({ workspaceId, fileId });
        removed++;
      }
    }
    return { removed };
  },
});

export const jobs = [sweepJob];
