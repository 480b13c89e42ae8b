/** What may be asked of the audit log. Nothing may be changed: entries come from the platform itself. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { problems } from '../../contract/problem.ts';
import { PlaceStanding } from './anchors/place-contract.ts';

export * from './anchors/place-contract.ts';
export * from './retention/keeping-contract.ts';

export const auditLogProblems = problems('audit-logs', {
  notFound: [404, 'No entry has the id {id}.'],
  emptyRange: [422, 'The start {start} is not before the end {end}.'],
  noWords: [422, 'The search text has no letter or digit to look for.'],
  beyondTree: [422, 'The tree has {treeSize} entries, not {size}.'],
  nothingToExport: [409, 'The log has no signed checkpoint yet, so there is nothing to export.'],
  exportTooLarge: [409, 'The lines have {bytes} bytes: one archive holds at most 8 GiB.'],
  exportGap: [409, 'Entry {index} is gone from the log: nothing that is whole can be exported. See the verification.'],
  noPlace: [404, 'No second place is called {name}.'],
  nothingSigned: [409, 'This log has no signed checkpoint yet: there is nothing to keep.'],
  noEpoch: [404, 'No rollback {number} waits for an acknowledgement.'],
  nothingMatches: [409, 'No entry matches the filter, so there is nothing to export.'],
  excerptTooLarge: [409, 'More than {most} entries match: narrow the filter, or export the whole log.'],
  noExport: [404, 'There is no finished export {id}, or it was removed again.'],
});

export const AuditOutcome = z.enum(['done', 'denied', 'failed', 'allowed']);

export const AuditEntry = z.object({
  id: z.uuid(),
  index: z.int().min(0).describe('Place in the chain of this workspace, from 0, without gaps.'),
  time: z.string().describe('UTC with microseconds; never earlier than the entry before.'),
  clockRegressed: z.boolean().describe('The system clock stood before the entry before this one.'),
  actor: z.object({ kind: z.string(), id: z.string(), roles: z.array(z.string()), session: z.uuid().nullable() }),
  action: z.string(),
  resource: z.object({ type: z.string(), id: z.string().nullable() }),
  outcome: AuditOutcome,
  reason: z.string().nullable().describe('Code of the problem, for denied and failed.'),
  request: z.object({ method: z.string().nullable(), endpoint: z.string().nullable(), traceId: z.string(), process: z.string() }),
  change: z
    .object({ fields: z.array(z.string()), before: z.json().nullable(), after: z.json().nullable(), tooLarge: z.boolean() })
    .nullable()
    .describe('Changed fields with their values before and after; tooLarge: names only.'),
  leaf: z.string().length(64).describe('SHA-256(0x00 ‖ line), RFC 6962.'),
  prev: z.string().length(64).describe('Leaf of the entry before; zeros at index 0.'),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** A day, or a moment; days are whole UTC days. */
const Moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);
const Word = z.string().min(1).max(200);
const tag = 'audit-logs';

export const AuditFilter = z.object({
  user_id: Word.optional().describe('Id of the actor: a person, service or job.'),
  action: z.string().min(1).max(120).optional(),
  resource: z.string().min(1).max(120).optional().describe('Type of what was acted on.'),
  resource_id: Word.optional(),
  outcome: z.array(AuditOutcome).min(1).max(4).optional().describe('One or more, joined by commas.'),
  trace_id: z.string().min(1).max(64).optional(),
  start_date: Moment.optional().describe('From here on; a day begins at 00:00 UTC.'),
  end_date: Moment.optional().describe('Before here; a day ends with its last moment.'),
  q: Word.optional().describe('Words, or beginnings of words, of action, actor, resource, outcome, reason and endpoint.'),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

export const listAuditLogs = endpoint({
  method: 'GET',
  path: '/api/audit-logs',
  summary: 'List audit entries, newest first',
  description: 'Reading is itself recorded, once a minute and reader.',
  access: 'audit-logs:read',
  input: AuditFilter.extend(paging),
  output: pageOf(AuditEntry),
  tag,
  operation: 'list',
  reading: {},
});

export const listAuditActions = endpoint({
  method: 'GET',
  path: '/api/audit-logs/actions',
  summary: 'Everything an audit entry can say was done, with a sentence each',
  access: 'audit-logs:read',
  input: z.object({}),
  output: z.object({ actions: z.array(z.object({ action: z.string(), sentence: z.string() })) }),
  tag,
  operation: 'actions',
});

export const getAuditLog = endpoint({
  method: 'GET',
  path: '/api/audit-logs/:id',
  summary: 'Read one entry with its stored line',
  access: 'audit-logs:read',
  input: z.object({ id: z.uuid() }),
  output: AuditEntry.extend({
    line: z.string().describe('The stored bytes, as text: what is hashed.'),
    personal: z
      .array(z.object({ purpose: z.enum(['request', 'values']), erasedAt: z.iso.datetime().nullable() }))
      .describe(
        'Personal parts that are sealed beside the line: address and program of the caller, words and names. See the endpoint sealed.',
      ),
  }),
  tag,
  operation: 'read',
  audit: 'audit-logs.read',
});

export const Defect = z.object({
  index: z.int().min(0).describe('Place in the chain where it was seen.'),
  kind: z.enum(['content', 'form', 'chain', 'gap', 'time', 'projection', 'tail', 'guard', 'root', 'rollback', 'fork']),
  sentence: z.string(),
});
export type Defect = z.infer<typeof Defect>;

export const Epoch = z.object({
  number: z.int().min(1),
  firstIndex: z.int().min(0).describe('Entries from here on belong to it.'),
  lostTo: z
    .int()
    .describe(
      'Above firstIndex: entries from there up to here, without it, were signed before and are gone. Else: the first entries up to here were signed before with another root.',
    ),
  note: z.string().describe('Newest signed checkpoint of what was lost.'),
  place: z.string().describe('Where it was found.'),
  beganAt: z.iso.datetime(),
  acknowledged: z.object({ at: z.iso.datetime(), by: z.string().describe('Id of the person.'), words: z.string() }).nullable(),
});
export type Epoch = z.infer<typeof Epoch>;

export const Verification = z.object({
  state: z.enum(['verified', 'running', 'tampered', 'empty']).describe('running: not yet at the end; nothing wrong up to checkedTo.'),
  size: z.int().min(0).describe('Entries the chain says it has.'),
  checkedTo: z.int().min(0).describe('Entries recomputed in this sweep, from the first one on.'),
  goodTo: z.int().min(0).describe('Entries from the first on, before the first defect.'),
  sweepStartedAt: z.iso.datetime(),
  sweepFinishedAt: z.iso.datetime().nullable().describe('When every stored byte was last recomputed; null while the first sweep runs.'),
  newestLeaf: z.string().length(64).nullable(),
  defects: z.array(Defect).describe('The first 100 of this sweep.'),
  defectCount: z.int().min(0),
  anchored: z
    .object({ size: z.int(), place: z.string(), at: z.iso.datetime() })
    .nullable()
    .describe(
      'Newest checkpoint in a second place. null: unanchored, a rewriting of everything by a database administrator would not show.',
    ),
  checkpoint: z.object({ size: z.int(), madeAt: z.iso.datetime() }).nullable().describe('Newest signed checkpoint.'),
  places: z
    .array(
      PlaceStanding.extend({
        state: z.enum(['read', 'unread', 'failed']).describe('unread: what it keeps cannot be asked back. failed: it did not answer.'),
        problem: z.string().nullable(),
        unsigned: z.int().describe('Notes larger than this log that no known key has signed: they count for nothing.'),
      }),
    )
    .describe('Second places, as they were last asked.'),
  epochs: z.array(Epoch).describe('Times the log was rolled back.'),
  checks: z.array(z.string()).describe('What was recomputed, in words.'),
});
export type Verification = z.infer<typeof Verification>;

export const verifyAuditLog = endpoint({
  method: 'GET',
  path: '/api/audit-logs/verification',
  summary: 'Recompute the chain over all stored bytes and say how far it is proven good',
  description:
    'Each call goes on for up to 2 s where the last one stopped; a finished sweep begins anew after a minute, or at once with restart.',
  access: 'audit-logs:read',
  input: z.object({ restart: z.boolean().default(false) }),
  output: Verification,
  tag,
  operation: 'verify',
});

const VerificationRun = z.object({
  kind: z.enum(['new', 'whole']).describe('new: what was written since the last one, each hour. whole: every stored byte, each week.'),
  beganAt: z.iso.datetime(),
  at: z.iso.datetime(),
  checkedFrom: z.int().min(0),
  checkedTo: z.int().min(0),
  defects: z.array(Defect),
  defectCount: z.int().min(0),
});
export type VerificationRun = z.infer<typeof VerificationRun>;
export const listVerifications = endpoint({
  method: 'GET',
  path: '/api/audit-logs/verifications',
  summary: 'What the hourly and the weekly verification last saw',
  access: 'audit-logs:read',
  input: z.object({}),
  output: z.object({ runs: z.array(VerificationRun) }),
  tag,
  operation: 'verifications',
});

export const startVerification = endpoint({
  method: 'POST',
  path: '/api/audit-logs/verifications',
  summary: 'Verify the whole log now as the weekly verification does, in a job; what it finds is a critical alert',
  access: 'audit-logs:read',
  input: z.strictObject({}),
  output: z.object({ jobId: z.uuid() }),
  status: 202,
  tag,
  operation: 'start-verification',
  ratePerMinute: 6,
});

/* ——— proofs ——— */
const Hash = z.string().length(64);
export const Checkpoint = z.object({
  size: z.int().min(0).describe('Entries it signs.'),
  root: Hash,
  note: z.string().describe('The signed note, as it is published.'),
  keyId: z.string(),
  madeAt: z.iso.datetime(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;
const read = { access: 'audit-logs:read', tag } as const;

export const listCheckpoints = endpoint({
  ...read,
  method: 'GET',
  path: '/api/audit-logs/checkpoints',
  operation: 'checkpoints',
  summary: 'Signed checkpoints, newest first',
  input: z.object({ ...paging }),
  output: pageOf(Checkpoint),
});
export const latestCheckpoint = endpoint({
  ...read,
  method: 'GET',
  path: '/api/audit-logs/checkpoints/latest',
  operation: 'latest-checkpoint',
  summary: 'The newest signed checkpoint, and the newest that lies in a second place',
  input: z.object({}),
  output: z.object({
    checkpoint: Checkpoint.nullable(),
    anchor: z.object({ size: z.int(), place: z.string(), at: z.iso.datetime() }).nullable(),
    treeSize: z.int().describe('Entries in the tree; those beyond the checkpoint are not signed yet.'),
  }),
});
const SigningKeyAnswer = z.object({
  keyId: z.string(),
  name: z.string(),
  publicKey: z.base64().describe('Ed25519, 32 bytes.'),
  validFrom: z.iso.datetime(),
  validTo: z.iso.datetime().nullable().describe('null: signs now.'),
  replaces: z.string().nullable().describe('Id of the key before.'),
  rotation: z.string().nullable().describe('Statement that both keys signed. null although it replaces one: that key was lost.'),
});
export type SigningKeyAnswer = z.infer<typeof SigningKeyAnswer>;
export const listKeys = endpoint({
  ...read,
  method: 'GET',
  path: '/api/audit-logs/keys',
  operation: 'keys',
  summary: 'Public keys that signed checkpoints, oldest first: keys.json for ai-spm audit verify',
  input: z.object({}),
  output: z.object({ keys: z.array(SigningKeyAnswer) }),
});
export const rotateKey = endpoint({
  method: 'POST',
  path: '/api/audit-logs/keys/rotations',
  operation: 'rotate-key',
  tag,
  access: 'audit-logs:administer',
  stepUp: true,
  summary: 'Replace the signing key of this installation; old and new key sign that one follows the other',
  input: z.strictObject({}),
  output: z.object({ keyId: z.string(), replaces: z.string() }),
});
export const acknowledgeRollback = endpoint({
  method: 'POST',
  path: '/api/audit-logs/epochs/:number/acknowledgement',
  operation: 'acknowledge-rollback',
  tag,
  access: 'audit-logs:administer',
  stepUp: true,
  summary: 'Say that the loss of signed entries is known; it stays visible',
  input: z.strictObject({
    number: z.coerce.number().pipe(z.int().min(1).max(100_000)),
    words: z.string().trim().min(10).max(2000).describe('What happened.'),
  }),
  output: z.object({ number: z.int() }),
});
const Size = z.coerce.number().pipe(z.int().min(1));
export const inclusionProof = endpoint({
  ...read,
  method: 'GET',
  path: '/api/audit-logs/proofs/inclusion',
  operation: 'inclusion-proof',
  summary: 'Hashes that lead from an entry to the root of the log (RFC 6962)',
  input: z.object({ index: z.coerce.number().pipe(z.int().min(0)), size: Size.optional().describe('Of the log; left out: as it is now.') }),
  output: z.object({ index: z.int(), size: z.int(), leaf: Hash, root: Hash, proof: z.array(Hash).max(64) }),
});
export const consistencyProof = endpoint({
  ...read,
  method: 'GET',
  path: '/api/audit-logs/proofs/consistency',
  operation: 'consistency-proof',
  summary: 'Hashes that show that an earlier log is the beginning of a later one (RFC 6962)',
  input: z.object({ from: Size, to: Size.optional().describe('Left out: as it is now.') }),
  output: z.object({ from: z.int(), to: z.int(), fromRoot: Hash, toRoot: Hash, proof: z.array(Hash).max(128) }),
});
/** Free words are left out: what matches them may be counted only in part. */
export const ExcerptFilter = z.strictObject(AuditFilter.omit({ q: true }).shape);
export type ExcerptFilter = z.infer<typeof ExcerptFilter>;

export const exportAuditLog = endpoint({
  ...read,
  stepUp: true,
  method: 'POST',
  path: '/api/audit-logs/exports',
  operation: 'start-export',
  status: 202,
  summary: 'Export the whole log with its tiles, signed checkpoints and keys, or an excerpt with proofs, in a job',
  input: z.strictObject({
    filter: ExcerptFilter.optional().describe('An excerpt of the entries that match, each with its proof. Left out: the whole log.'),
  }),
  output: z.object({ jobId: z.uuid() }),
});
export const readExport = endpoint({
  ...read,
  method: 'GET',
  path: '/api/audit-logs/exports/:id',
  operation: 'read-export',
  audit: 'audit-logs.read-export',
  kind: 'file',
  timeoutMs: 3_600_000,
  summary: 'A finished export as one archive: entries.jsonl, checkpoints.txt, keys.json, manifest.json, and tiles or proofs',
  input: z.object({ id: z.uuid().describe('Of its job.') }),
  output: z.unknown(),
});
