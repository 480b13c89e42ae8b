/** The live stream of events to a browser, and long work as everyone may watch it. */
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { eventKind } from './event.ts';
import { Job, JobState } from './job.ts';
import { pageOf, paging } from './page.ts';
import { problems } from './problem.ts';

export const liveEvents = endpoint({
  method: 'GET',
  path: '/api/events',
  tag: 'jobs',
  operation: 'live',
  access: 'signed-in',
  kind: 'events',
  summary: 'Server-sent events this person may see; resumes after Last-Event-ID',
  input: z.object({
    after: z.coerce.number().int().min(0).optional().describe('Event number to resume after, when the header cannot be sent.'),
  }),
  output: z.string(),
});

export const jobProblems = problems('jobs', {
  notFound: [404, 'No job has the id {id}.'],
  finished: [409, 'The job has already ended: {state}.'],
});
export const listJobs = endpoint({
  method: 'GET',
  path: '/api/jobs',
  tag: 'jobs',
  operation: 'list',
  access: 'jobs:read',
  summary: 'Long work, newest first',
  input: z.object({ ...paging, state: JobState.optional(), kind: z.string().max(100).optional() }),
  output: pageOf(Job),
});
export const getJob = endpoint({
  method: 'GET',
  path: '/api/jobs/:id',
  tag: 'jobs',
  operation: 'read',
  access: 'jobs:read',
  summary: 'One job with its progress',
  input: z.object({ id: z.uuid() }),
  output: Job,
});
export const cancelJob = endpoint({
  method: 'POST',
  path: '/api/jobs/:id/cancel',
  tag: 'jobs',
  operation: 'cancel',
  access: 'jobs:update',
  summary: 'Stop a job that is queued or running',
  input: z.object({ id: z.uuid() }),
  output: Job,
});
export const retryJob = endpoint({
  method: 'POST',
  path: '/api/jobs/:id/retry',
  tag: 'jobs',
  operation: 'retry',
  access: 'jobs:create',
  summary: 'Run a failed or cancelled job again',
  input: z.object({ id: z.uuid() }),
  output: Job,
});

/** Progress or an end of a job. Not stored for replay beyond the event log's own life. */
export const jobChanged = eventKind(
  'job.changed',
  z.object({
    jobId: z.uuid(),
    kind: z.string(),
    state: JobState,
    done: z.number().nullable(),
    total: z.number().nullable(),
    subject: z.object({ type: z.string(), id: z.string() }).nullable(),
  }),
  'jobs:read',
);
