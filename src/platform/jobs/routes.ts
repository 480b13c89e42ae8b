/** Jobs over the product door. */

import { z } from 'zod';
import { cancelJob, getJob, jobChanged, jobProblems, listJobs, retryJob } from '../../contract/live.ts';
import { commonProblems } from '../../contract/problem.ts';
import { publish } from '../events/publish.ts';
import { handle, type Route } from '../http/handle.ts';
import { findJob, listJobRows, requestCancel, requeue } from './job-store.ts';
import { send } from './jobs.ts';

export const jobRoutes: readonly Route[] = [
  handle(listJobs, ({ cursor, limit, per_page, state, kind }) => {
    const before = z.uuid().optional().safeParse(cursor);
    if (!before.success) throw commonProblems.invalid({ count: 1 }, { issues: [{ path: 'cursor', message: 'not a cursor of this list' }] });
    return listJobRows({ state, kind, limit: per_page ?? limit, before: before.data });
  }),
  handle(getJob, async ({ id }) => {
    const job = await findJob(id);
    if (!job) throw jobProblems.notFound({ id });
    return job;
  }),
  handle(cancelJob, async ({ id }) => {
    const asked = await requestCancel(id);
    const job = await findJob(id);
    if (!job) throw jobProblems.notFound({ id });
    if (!asked) throw jobProblems.finished({ state: job.state });
    await publish(jobChanged, { jobId: id, kind: job.kind, state: job.state, done: null, total: null, subject: job.subject });
    return job;
  }),
  handle(retryJob, async ({ id }, { actor }) => {
    const kind = await requeue(id);
    const job = await findJob(id);
    if (!job) throw jobProblems.notFound({ id });
    if (kind === null) throw jobProblems.finished({ state: job.state });
    await send(kind, id, actor.workspaceId);
    return job;
  }),
];
