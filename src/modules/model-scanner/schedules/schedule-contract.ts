/** Scans that come back by themselves: daily or weekly, at a time of a place. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { Verdict } from '../../../contract/severity.ts';
import { ScanSource } from '../sources/source-contract.ts';

export const scheduleProblems = problems('model-scanner', {
  scheduleNotFound: [404, 'No schedule has the id {id}.'],
  scheduleOfUpload: [422, 'An upload is removed after its scan and cannot be scanned again.'],
});

export const TimeZone = z.string().min(1).max(60).refine(isTimeZone, 'is no time zone, like UTC or Europe/Oslo');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const when = {
  every: z.enum(['off', 'daily', 'weekly']),
  weekday: z.int().min(0).max(6).default(1).describe('0 Sunday … 6 Saturday; only with weekly.'),
  time: z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):(?:00|15|30|45)$/, 'must be a quarter of an hour, like 02:15')
    .default('02:00'),
  timeZone: TimeZone.default('UTC'),
};
export const Schedule = z.object({
  id: z.uuid(),
  source: ScanSource,
  target: z.string().describe('The source in words.'),
  assetId: z.uuid().nullable(),
  every: when.every,
  weekday: z.int().min(0).max(6),
  time: z.string(),
  timeZone: z.string(),
  nextRunAt: z.iso.datetime().nullable().describe('null while it is off.'),
  lastRunAt: z.iso.datetime().nullable(),
  lastScanId: z.uuid().nullable(),
  lastVerdict: Verdict.nullable(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Schedule = z.infer<typeof Schedule>;

const tag = 'model-scanner';
export const listSchedules = endpoint({
  method: 'GET',
  path: '/api/model-scanner/schedules',
  tag,
  operation: 'schedules',
  access: 'model-scanner:read',
  summary: 'Schedules, the next to run first',
  input: z.object({ ...paging, target: z.string().max(5000).optional().describe('Only of this source, in words.') }),
  output: pageOf(Schedule),
});
export const setSchedule = endpoint({
  method: 'PUT',
  path: '/api/model-scanner/schedules',
  tag,
  operation: 'set-schedule',
  access: 'model-scanner:create',
  summary: 'Say how often a source is scanned; a source has one schedule',
  input: z.strictObject({ source: ScanSource, assetId: z.uuid().optional(), ...when }),
  output: Schedule,
});
export const removeSchedule = endpoint({
  method: 'DELETE',
  path: '/api/model-scanner/schedules/:id',
  tag,
  operation: 'remove-schedule',
  access: 'model-scanner:create',
  summary: 'Remove a schedule',
  input: z.object({ id: z.uuid() }),
  output: Schedule,
});
