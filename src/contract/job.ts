/** Long work: 202 + id, progress readable by polling and pushed live. */
import { z } from 'zod';

export const JobState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);
export type JobState = z.infer<typeof JobState>;
export const Progress = z.object({
  done: z.number().min(0),
  total: z.number().min(0).nullable(),
  unit: z.string().max(40),
  ratePerSecond: z.number().min(0).nullable(),
  remainingMs: z.number().min(0).nullable(),
  note: z.string().max(500).nullable(),
});
export type Progress = z.infer<typeof Progress>;
export const Job = z.object({
  id: z.uuid(),
  kind: z.string(),
  title: z.string(),
  state: JobState,
  progress: Progress.nullable(),
  attempts: z.int(),
  requestedBy: z.string(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  result: z.json().nullable(),
  problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  subject: z.object({ type: z.string(), id: z.string() }).nullable(),
});
export type Job = z.infer<typeof Job>;
