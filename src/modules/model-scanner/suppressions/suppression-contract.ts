/** Findings that somebody decided to live with for a while: who, why and until when. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { Severity } from '../../../contract/severity.ts';

export const suppressionProblems = problems('model-scanner', {
  suppressionNotFound: [404, 'No suppression has the id {id}.'],
  findingNotFound: [404, 'No finding has the id {id}.'],
  alreadySuppressed: [409, 'This finding is suppressed until {until} already.'],
  suppressionDate: [422, 'A suppression ends between tomorrow and a year from now: {given} does not.'],
  suppressionEnded: [409, 'This suppression has ended.'],
  suppressionHolds: [409, 'This suppression still holds.'],
});

export const longestSuppressionDays = 365;
export const SuppressionDraft = z.strictObject({
  finding: z.uuid().describe('Id of a finding of a scan; its fingerprint is what is suppressed.'),
  reason: z.string().trim().min(10, 'Say why in ten characters or more.').max(2000),
  owner: z.string().trim().min(1, 'Someone answers for it.').max(120),
  expires: z.iso.date().describe('Last day on which it holds (UTC), at most 365 days from now.'),
});
export const Suppression = z.object({
  id: z.uuid(),
  fingerprint: z.string(),
  ruleId: z.string(),
  title: z.string(),
  severity: Severity,
  place: z.string().describe('Where the finding was when it was suppressed.'),
  scanId: z.uuid().nullable(),
  reason: z.string(),
  owner: z.string(),
  expires: z.iso.date(),
  state: z.enum(['holds', 'expired', 'lifted']),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  endedBy: z.string().nullable(),
  endedAt: z.iso.datetime().nullable(),
});
export type Suppression = z.infer<typeof Suppression>;
/** What a finding says about the suppression that holds it. */
export const FindingSuppression = z.object({ id: z.uuid(), reason: z.string(), owner: z.string(), expires: z.iso.date() });

const tag = 'model-scanner';
/** To say that a finding is none is the same decision as to say that one is: whoever may record vulnerabilities may do it. */
const decide = 'vulnerabilities:create' as const;
export const listSuppressions = endpoint({
  method: 'GET',
  path: '/api/model-scanner/suppressions',
  tag,
  operation: 'suppressions',
  access: 'model-scanner:read',
  summary: 'Suppressions, newest first',
  input: z.object({ ...paging, state: z.enum(['holds', 'expired', 'lifted']).optional(), q: z.string().max(200).optional() }),
  output: pageOf(Suppression),
});
export const suppressFinding = endpoint({
  method: 'POST',
  path: '/api/model-scanner/suppressions',
  tag,
  operation: 'suppress',
  access: decide,
  status: 201,
  summary: 'Suppress a finding by its fingerprint, with reason, owner and last day',
  input: SuppressionDraft,
  output: Suppression,
});
export const liftSuppression = endpoint({
  method: 'POST',
  path: '/api/model-scanner/suppressions/:id/lift',
  tag,
  operation: 'lift-suppression',
  access: decide,
  summary: 'End a suppression: its finding counts again',
  input: z.object({ id: z.uuid() }),
  output: Suppression,
});
export const restoreSuppression = endpoint({
  method: 'POST',
  path: '/api/model-scanner/suppressions/:id/restore',
  tag,
  operation: 'restore-suppression',
  access: decide,
  summary: 'Undo the lifting of a suppression that has not expired',
  input: z.object({ id: z.uuid() }),
  output: Suppression,
});

/** A suppression began (`held`), was lifted or expired. `scanIds`: scans that still report the finding, the newest of each source. */
export const suppressionChanged = eventKind(
  'model-scanner.suppression-changed',
  z.object({ suppressionId: z.uuid(), fingerprint: z.string(), held: z.boolean(), scanIds: z.array(z.uuid()).max(50), why: z.string() }),
  'model-scanner:read',
);
