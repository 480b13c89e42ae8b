/** What is kept of the log and for how long: personal parts and their erasure, legal holds, terms and cold months, coverage. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';

export const keepingProblems = problems('audit-logs', {
  nothingToErase: [404, 'Nothing personal of {subject} can be opened any more: it was erased, or there never was any.'],
  erasureHeld: [409, 'Nothing was erased: {reason}'],
  noHold: [404, 'No legal hold {id} is in force.'],
  emptyHold: [422, 'The hold begins on {since} and ends on {until}: it covers no day.'],
  belowMinimum: [422, '{what} are kept for at least {months} months: {law}'],
});

const tag = 'audit-logs';
const read = { access: 'audit-logs:read', tag } as const;
const Day = z.iso.date();
const Month = z.string().regex(/^\d{4}-\d\d$/);
const Word = z.string().trim().min(1).max(200);
const Reason = z.string().trim().min(1).max(1000);

/* ——— personal parts ——— */
export const PersonalPart = z.object({
  purpose: z
    .enum(['request', 'values'])
    .describe('request: address and program of the caller. values: words, names and addresses of a change.'),
  key: z.uuid().nullable().describe('The key that seals it; null in entries from before there were sealed parts.'),
  state: z
    .enum(['open', 'erased', 'gone', 'changed', 'unreadable'])
    .describe(
      'gone: not there though its key is. changed: not the bytes the line names. unreadable: sealed with another key of this installation.',
    ),
  erasedAt: z.iso.datetime().nullable(),
  values: z.json().nullable(),
});
export type PersonalPart = z.infer<typeof PersonalPart>;

export const readSealed = endpoint({
  method: 'GET',
  path: '/api/audit-logs/:id/sealed',
  operation: 'read-sealed',
  summary: 'Open the personal parts of one entry',
  description: 'Each reading is an entry of its own.',
  access: 'audit-logs:read-sealed',
  audit: 'audit-logs.read-sealed',
  tag,
  input: z.object({ id: z.uuid() }),
  output: z.object({ parts: z.array(PersonalPart) }),
});

export const Refusal = z.object({
  code: z.enum(['legal-hold', 'law']),
  reason: z.string(),
  until: Day.nullable().describe('null: until the hold is released.'),
});
export type Refusal = z.infer<typeof Refusal>;
export const ErasableKey = z.object({
  id: z.uuid(),
  purpose: z.enum(['request', 'values']),
  month: Month,
  entries: z.int().min(0),
  refusal: Refusal.nullable().describe('null: can be erased now.'),
});
export type ErasableKey = z.infer<typeof ErasableKey>;

export const previewErasure = endpoint({
  method: 'GET',
  path: '/api/audit-logs/erasures/preview',
  operation: 'preview-erasure',
  summary: 'What an erasure would erase, and what must be kept and why',
  access: 'audit-logs:erase',
  tag,
  input: z.object({ subject_id: Word.describe('Id of the person.') }),
  output: z.object({
    keys: z.array(ErasableKey),
    parts: z.int().min(0).describe('Personal parts that can be erased now; an entry has at most two.'),
    refused: z.int().min(0).describe('Keys that must be kept.'),
  }),
});

/** Grounds of an erasure. @source Regulation (EU) 2016/679, Article 17(1) */
export const ErasureGround = z.enum(['no-longer-needed', 'consent-withdrawn', 'objected', 'unlawful', 'legal-obligation']);
export const erasePersonal = endpoint({
  method: 'POST',
  path: '/api/audit-logs/erasures',
  operation: 'erase',
  summary: 'Destroy the keys of a person: their personal parts can never be read again, entries and proofs stay whole',
  description: 'What a legal hold or a law keeps is left alone and said. Each destroyed key is named in an entry.',
  access: 'audit-logs:erase',
  stepUp: true,
  timeoutMs: 120_000,
  tag,
  input: z.strictObject({ subject_id: Word, ground: ErasureGround }),
  output: z.object({
    erased: z.int().min(0).describe('Keys destroyed.'),
    parts: z.int().min(0).describe('Personal parts that are gone; an entry has at most two.'),
    refused: z.array(ErasableKey),
  }),
});

export const DestroyedKey = z.object({
  id: z.uuid(),
  purpose: z.enum(['request', 'values']),
  month: Month,
  destroyedAt: z.iso.datetime(),
  ground: z.string(),
});
export type DestroyedKey = z.infer<typeof DestroyedKey>;
export const listErasures = endpoint({
  ...read,
  method: 'GET',
  path: '/api/audit-logs/erasures',
  operation: 'erasures',
  summary: 'Destroyed keys, newest first',
  input: z.object({ ...paging }),
  output: pageOf(DestroyedKey),
});

/* ——— legal holds ——— */
export const LegalHold = z.object({
  id: z.uuid(),
  reason: z.string(),
  subjectId: z.string().nullable().describe('null: everybody.'),
  since: Day.nullable(),
  until: Day.nullable().describe('The first day that is not held; null: open.'),
  placedBy: z.string(),
  placedAt: z.iso.datetime(),
  releasedBy: z.string().nullable(),
  releasedAt: z.iso.datetime().nullable(),
  releaseReason: z.string().nullable(),
});
export type LegalHold = z.infer<typeof LegalHold>;

export const listHolds = endpoint({
  ...read,
  method: 'GET',
  path: '/api/audit-logs/legal-holds',
  operation: 'legal-holds',
  reading: { repeats: ['in_force'] },
  summary: 'Legal holds, newest first',
  input: z.object({ ...paging, in_force: z.boolean().optional().describe('true: only those that were not released.') }),
  output: pageOf(LegalHold),
});
export const placeHold = endpoint({
  method: 'POST',
  path: '/api/audit-logs/legal-holds',
  operation: 'place-hold',
  summary: 'Keep everything a hold covers: no month is dropped and no personal part erased until it is released',
  access: 'audit-logs:hold',
  status: 201,
  tag,
  input: z.strictObject({ reason: Reason, subject_id: Word.optional(), since: Day.optional(), until: Day.optional() }),
  output: LegalHold,
});
export const releaseHold = endpoint({
  method: 'POST',
  path: '/api/audit-logs/legal-holds/:id/release',
  operation: 'release-hold',
  summary: 'Release a legal hold',
  access: 'audit-logs:hold',
  tag,
  input: z.strictObject({ id: z.uuid(), reason: Reason }),
  output: LegalHold,
});

/* ——— terms and months ——— */
export const Term = z.strictObject({
  action: z
    .string()
    .regex(/^[a-z][a-z0-9.-]{0,99}(?:\.\*)?$/)
    .describe('An action, or the beginning of some: agents.*'),
  months: z.int().min(1).max(1200),
  law: z.string().trim().min(1).max(300).describe('What asks for it.'),
});
export type Term = z.infer<typeof Term>;
export const Terms = z.strictObject({
  lineMonths: z.int().min(1).max(1200).describe('Entries stay in the database for this long.'),
  longer: z.array(Term).max(50).describe('Actions whose entries stay longer.'),
  requestMonths: z.int().min(1).max(1200).describe('Address and program of callers are erased after this long.'),
  valueMonths: z.int().min(1).max(1200).describe('Words, names and addresses of changes are erased after this long.'),
  obligations: z.array(Term).max(50).describe('Actions whose personal parts may not be erased before.'),
});
export type Terms = z.infer<typeof Terms>;

export const MonthState = z.object({
  month: Month,
  entries: z.int().min(0).describe('Of this workspace.'),
  state: z
    .enum(['open', 'closed', 'cold', 'dropped'])
    .describe('cold: in the database and verified in cold storage. dropped: in cold storage only.'),
  folder: z.string().nullable(),
  sha256: z.string().nullable().describe('Of the compressed lines.'),
  verifiedAt: z.iso.datetime().nullable(),
  droppedAt: z.iso.datetime().nullable(),
  kept: z
    .enum(['term', 'longer-term', 'legal-hold', 'not-cold', 'not-anchored', 'no-tree', 'newest'])
    .nullable()
    .describe('Why it is still in the database; null: it is dropped at the next look, or was.'),
});
export type MonthState = z.infer<typeof MonthState>;
export const readRetention = endpoint({
  ...read,
  method: 'GET',
  path: '/api/audit-logs/retention',
  operation: 'retention',
  summary: 'Terms, and where each month of the log lies',
  input: z.object({}),
  output: z.object({ terms: Terms, coldFolder: z.boolean().describe('Whether a cold storage is set.'), months: z.array(MonthState) }),
});
export const changeTerms = endpoint({
  method: 'PUT',
  path: '/api/audit-logs/retention',
  operation: 'change-terms',
  summary: 'Change the terms; none may be shorter than a law asks',
  access: 'settings:update',
  tag,
  input: Terms,
  output: Terms,
});

/* ——— coverage ——— */
export const CoverageCount = z.object({
  at: z.iso.datetime(),
  process: z.string(),
  cameIn: z.int().describe('Requests that must leave an entry.'),
  decided: z.int().describe('Of those, answered or refused.'),
  logged: z.int().describe('Entries found for them.'),
  missing: z.array(z.string()).describe('Trace ids without an entry, at most 100.'),
});
export type CoverageCount = z.infer<typeof CoverageCount>;
export const readCoverage = endpoint({
  ...read,
  method: 'GET',
  path: '/api/audit-logs/coverage',
  operation: 'coverage',
  summary: 'Counts of requests, decisions and entries, minute by minute, newest first',
  input: z.object({ ...paging, differing: z.boolean().optional().describe('true: only minutes that do not agree.') }),
  output: pageOf(CoverageCount),
});

export const auditGapFound = eventKind(
  'audit-log.gap-found',
  z.object({ id: z.uuid(), process: z.string(), cameIn: z.int(), logged: z.int(), missing: z.array(z.string()) }),
  'audit-logs:read',
);

/** A change of the schema that no migration made, where the server lets the owner make an event trigger. */
export const schemaChanged = eventKind(
  'audit-log.schema-changed',
  z.object({ command: z.string(), objects: z.array(z.string()), role: z.string() }),
  'audit-logs:read',
);
