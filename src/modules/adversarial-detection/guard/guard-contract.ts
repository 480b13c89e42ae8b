/** Guards: model endpoints reached through the platform, which screens every input together with its answer. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { FailMode } from '../configuration/configuration-contract.ts';
import { Label } from '../detections/detection-shape.ts';
import { profileStates } from '../screening/evasion-contract.ts';

const tag = 'adversarial-detection';
const read = 'adversarial-detection:read' as const;
const base = '/api/adversarial-detection/guards' as const;

export const guardProblems = problems('adversarial-detection', {
  guardNotFound: [404, 'There is no guard {name}.'],
  guardOff: [503, 'The guard {name} is switched off.'],
  guardExists: [409, 'There is a guard of the name {name} already.'],
  guardsFull: [409, 'There are {most} guards; no more can be kept.'],
  guardMapping: [422, 'The mapping does not fit the form {form}: {reason}.'],
  guardInput: [422, 'The guard cannot read the input: {reason}.'],
  guardAnswer: [502, 'The guard cannot read the answer: {reason}.'],
  guardUnscreened: [503, 'The request could not be screened ({reason}), and the guard {name} lets nothing through unscreened.'],
  guardUpstream: [502, 'The endpoint behind the guard {name} did not answer ({code}).'],
  guardTimedOut: [504, 'The endpoint behind the guard {name} took longer than {ms} ms.'],
  guardToken: [503, 'The token of the guard {name} cannot be opened: enter it again.'],
});

export const guardForms = ['kserve-v2', 'openai', 'custom-json'] as const;
export const guardModes = ['shadow', 'enforce'] as const;
export type GuardForm = (typeof guardForms)[number];
export type GuardMode = (typeof guardModes)[number];

export const GuardName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be lower case letters, digits and dashes');
const Place = z.string().max(200);
/** Where the numbers stand. What a place is depends on the form: a JSON pointer (RFC 6901), or the name of a tensor. */
export const GuardMapping = z.strictObject({
  features: z
    .array(Place)
    .max(4096)
    .default([])
    .describe(
      'kserve-v2: names of the input tensors, in order (none: the only one). custom-json: one pointer to a list of numbers or of rows, or one pointer for each number. openai: the same inside the JSON of the user’s message (none: the message is the list).',
    ),
  prediction: Place.default('').describe(
    'kserve-v2: name of the output. custom-json: pointer. openai: pointer inside the JSON of the answer (none: the whole text). Empty elsewhere: the most likely class of the confidences.',
  ),
  confidence: Place.default('').describe(
    'As prediction; a number, or one number for each class. openai also: logprobs. Empty: the model gives none.',
  ),
  classes: z.array(Label).max(10_000).default([]).describe('Names of class numbers, where the profile knows names.'),
  clientHeader: z
    .string()
    .regex(/^x-[a-z0-9-]{1,60}$/, 'must be the name of a header that begins with x-')
    .nullable()
    .default(null)
    .describe('Header in which the caller names its own client. Without it, the client is the key that calls.'),
});
export type GuardMapping = z.output<typeof GuardMapping>;
const Upstream = z.string().trim().min(1).max(2048);
const Token = z
  .string()
  .regex(/^[\x21-\x7e]{1,2000}$/, 'must be printable characters without spaces')
  .describe('Sent to the upstream as a bearer token; write-only.');
const TimeoutMs = z.int().min(100).max(30_000);

const Traffic = z.object({
  requests: z.int(),
  screened: z.int().describe('Requests whose every input was screened together with its answer.'),
  flagged: z.int(),
  wouldBlock: z.int().describe('Let through in shadow mode, and refused had it been enforced.'),
  blocked: z.int(),
  refusedBefore: z.int().describe('Of the blocked: refused before the upstream was asked.'),
  unscreened: z.int(),
  invalid: z.int().describe('Bodies that cannot be read, refused.'),
  upstreamFailed: z.int(),
});
const Latency = z.object({
  meanMs: z.number(),
  p50Ms: z.number().nullable().describe('Upper edge of the class it lies in; null: above the last edge.'),
  p99Ms: z.number().nullable(),
});
export type GuardLatency = z.infer<typeof Latency>;
export type GuardTraffic = z.infer<typeof Traffic>;

export const Guard = z.object({
  id: z.uuid(),
  name: GuardName,
  assetId: z.uuid().nullable(),
  profileId: z.uuid(),
  modelId: z.string().describe('Of the profile: what blocks name.'),
  profileVersion: z.int(),
  profileState: z.enum(profileStates),
  upstream: z.string(),
  hasToken: z.boolean(),
  form: z.enum(guardForms),
  mapping: GuardMapping,
  mode: z.enum(guardModes),
  failMode: FailMode,
  timeoutMs: TimeoutMs,
  enabled: z.boolean(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
  version: z.int().min(1),
  lastDay: Traffic.extend({ added: Latency.nullable() }),
});
export type Guard = z.infer<typeof Guard>;

export const listGuards = endpoint({
  method: 'GET',
  path: base,
  tag,
  operation: 'list-guards',
  access: read,
  summary: 'Guarded model endpoints by name, with what they did in the last 24 hours',
  input: z.object({ ...paging, mode: z.enum(guardModes).optional() }),
  output: pageOf(Guard),
});
export const getGuard = endpoint({
  method: 'GET',
  path: `${base}/:id`,
  tag,
  operation: 'read-guard',
  access: read,
  summary: 'One guarded endpoint, without its token',
  input: z.object({ id: z.uuid() }),
  output: Guard,
});
export const createGuard = endpoint({
  method: 'POST',
  path: base,
  tag,
  operation: 'create-guard',
  access: 'adversarial-detection:create',
  stepUp: true,
  status: 201,
  summary: 'Put a guard in front of a model endpoint; it begins by watching (mode shadow) unless told otherwise',
  input: z.strictObject({
    name: GuardName,
    profileId: z.uuid(),
    assetId: z.uuid().nullable().optional().describe('Default: the asset of the profile.'),
    upstream: Upstream.describe('The whole address that inputs are posted to.'),
    token: Token.nullable().default(null),
    form: z.enum(guardForms),
    mapping: GuardMapping.prefault({}),
    mode: z.enum(guardModes).default('shadow'),
    failMode: FailMode.default('open'),
    timeoutMs: TimeoutMs.default(10_000),
    enabled: z.boolean().default(true),
  }),
  output: Guard,
});
const expected = z.int().min(1).describe('The version you saw; refused with 409 when it changed since.');
export const changeGuard = endpoint({
  method: 'PATCH',
  path: `${base}/:id`,
  tag,
  operation: 'change-guard',
  access: 'adversarial-detection:update',
  summary: 'Mode, fail mode, profile, mapping, on or off; never where inputs are sent',
  input: z.strictObject({
    id: z.uuid(),
    version: expected,
    profileId: z.uuid().optional(),
    assetId: z.uuid().nullable().optional(),
    form: z.enum(guardForms).optional(),
    mapping: GuardMapping.optional(),
    mode: z.enum(guardModes).optional(),
    failMode: FailMode.optional(),
    timeoutMs: TimeoutMs.optional(),
    enabled: z.boolean().optional(),
  }),
  output: Guard,
});
export const changeGuardUpstream = endpoint({
  method: 'PUT',
  path: `${base}/:id/upstream`,
  tag,
  operation: 'change-guard-upstream',
  access: 'adversarial-detection:update',
  stepUp: true,
  summary: 'Another upstream or token. A token left out stays, unless it would go to another host',
  input: z.strictObject({ id: z.uuid(), version: expected, upstream: Upstream, token: Token.nullable().optional() }),
  output: Guard,
});
export const removeGuard = endpoint({
  method: 'DELETE',
  path: `${base}/:id`,
  tag,
  operation: 'remove-guard',
  access: 'adversarial-detection:delete',
  summary: 'Remove a guard with its token and its counts',
  input: z.object({ id: z.uuid() }),
  output: z.object({ id: z.uuid() }),
});

export const guardWindows = ['24h', '7d', '30d'] as const;
export type GuardWindow = (typeof guardWindows)[number];
export const readGuardTraffic = endpoint({
  method: 'GET',
  path: `${base}/:id/traffic`,
  tag,
  operation: 'read-guard-traffic',
  access: read,
  summary: 'What a guard screened, refused and let through unscreened, and the time it added',
  input: z.object({ id: z.uuid(), window: z.enum(guardWindows).default('24h') }),
  output: z.object({
    since: z.iso.datetime(),
    total: Traffic,
    added: Latency.nullable().describe('Time spent here and not at the upstream; null: no request yet.'),
    upstreamMeanMs: z.number().nullable(),
    hours: z.array(Traffic.pick({ requests: true, wouldBlock: true, blocked: true, unscreened: true }).extend({ hour: z.iso.datetime() })),
  }),
});

export const largestGuardedBody = 4 * 2 ** 20;
export const guardInfer = endpoint({
  method: 'POST',
  path: '/api/guard/:name/infer',
  // As the clients of these protocols build their addresses.
  aliases: ['/api/guard/:name/v1/chat/completions', '/api/guard/:name/v2/models/:model/infer'],
  tag,
  operation: 'infer',
  access: 'adversarial-detection:create',
  kind: 'relay',
  summary: 'Ask a guarded model: the upstream’s own answer, unless input or answer is refused',
  input: z.object({
    name: GuardName,
    model: z.string().max(200).optional().describe('Not used: the upstream of the guard is fixed.'),
  }),
  output: z.unknown(),
  // One request a live input: what is blocked leaves its own record.
  audit: false,
  ratePerMinute: 1_000_000,
  maxBodyBytes: largestGuardedBody,
  timeoutMs: 35_000,
});

export const guardChanged = eventKind(
  'adversarial-detection.guard-changed',
  z.object({ guardId: z.uuid(), name: z.string(), change: z.enum(['created', 'changed', 'removed']) }),
  read,
);
