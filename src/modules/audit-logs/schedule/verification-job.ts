/** The weekly verification when somebody asks for it: nothing is left out, and what it finds is raised as if it had come by the clock. */
import { z } from 'zod';
import { defineJob } from '../../../platform/jobs/jobs.ts';
import { systemContext } from '../recording/system-context.ts';
import { verifyOnce } from './scheduled-verification.ts';

export const verificationJob = defineJob({
  kind: 'audit-logs.verify',
  title: 'Verify the whole audit log',
  input: z.strictObject({}),
  retryLimit: 1,
  timeoutMs: 3_600_000,
  run: async (_input, { context, signal }) => {
    const own = { ...systemContext(context.actor.workspaceId, 'audit-logs'), signal };
    const { checkedTo, defectCount, defects } = await verifyOnce('whole', own);
    return { checkedTo, defectCount, defects };
  },
});
