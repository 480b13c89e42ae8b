/** What may be asked about rounds of federated learning: who sent what, who was left out and why, and what came of it. */
import { z } from 'zod';
import { anyOf } from '../../contract/any-of.ts';
import { endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { Severity } from '../../contract/severity.ts';

export { federatedProblems } from './refusal.ts';

export const Rule = z.enum(['median', 'trimmed-mean', 'krum', 'multi-krum', 'bulyan', 'norm-clip', 'fltrust']);
export type Rule = z.infer<typeof Rule>;
export const roundStates = ['open', 'undecided', 'closed'] as const;
export const roundDecisions = ['threat', 'no-threat', 'insufficient-evidence'] as const;
export const clientVerdicts = ['accepted', 'suspect', 'excluded'] as const;
export const ClientVerdict = z.enum(clientVerdicts);
export type ClientVerdict = z.infer<typeof ClientVerdict>;

const clientId = z.string().trim().min(1).max(200);
const count = z.int().min(0);
const Reason = z.object({ check: z.string(), statistic: z.number(), threshold: z.number(), note: z.string() });
const Figures = z.object({
  norm: z.number().describe('L2 norm of the update.'),
  cosine: z.number().describe('With the root update when there is one, else with the coordinate median.'),
  directionZ: z.number().nullable(),
  nearestCosine: z.number().nullable().describe('With the most similar other update.'),
  statistics: z.record(z.string(), z.number()).describe('By check.'),
});
const CheckReport = z.object({
  check: z.string(),
  status: z.enum(['evaluated', 'not-evaluated']),
  reason: z.string().nullable(),
  method: z.string(),
});
export const Verdict = z.object({ clientId: z.string(), verdict: ClientVerdict, reasons: z.array(Reason), figures: Figures.nullable() });
export type Verdict = z.infer<typeof Verdict>;
const AggregateFile = z.object({
  sha256: z.string(),
  bytes: count,
  parameters: count,
  norm: z.number(),
  chosen: z.array(z.string()).describe('Clients that Krum, Multi-Krum or Bulyan chose, in the order of their choice.'),
  weights: z.array(z.number()).nullable().describe('In the order of `aggregated`.'),
  figures: z.record(z.string(), z.number()),
});
const judgement = {
  decision: z.enum(roundDecisions),
  reason: z.string(),
  severity: Severity.nullable(),
  checks: z.array(CheckReport),
  groups: z.array(z.array(z.string())).describe('Clients that act as one.'),
  aggregated: z.array(z.string()),
  aggregate: AggregateFile.nullable(),
};

/* ——— door :8001 ——— */
const tag = 'federated-learning';
const door = { method: 'POST', door: 'ai-scanner', tag, access: 'service', audit: false, idempotent: true } as const;
const aggregation = {
  rule: Rule,
  assumedMalicious: z.int().min(0).max(10_000).describe('f: how many of the updates may be malicious.'),
  beta: z.number().min(0).lt(0.5).optional().describe('Trimmed mean: share dropped at each end; left out, k is assumedMalicious.'),
  clipNorm: z.number().positive().max(1e30).optional().describe('Norm clip; left out, the median of the norms.'),
  keep: z.int().min(1).max(10_000).optional().describe('Multi-Krum: how many are averaged; left out, n − f.'),
};
const PastRound = z.strictObject({ flagged: z.boolean(), directionZ: z.number().nullable() });

export const inspectUpdate = endpoint({
  ...door,
  path: '/federated/inspect',
  operation: 'inspect-update',
  summary: 'What an update that was taken in holds',
  input: z.strictObject({ fileId: z.uuid() }),
  output: z.object({
    format: z.enum(['safetensors', 'npz']),
    tensors: count,
    parameters: count,
    sha256: z.string(),
    bytes: count,
    clientId: z.string().nullable().describe('From the form, when it came as one.'),
    samples: z.string().nullable(),
  }),
});
export const judgeUpdates = endpoint({
  ...door,
  path: '/federated/judge',
  operation: 'judge-updates',
  summary: 'Verdicts on the updates of a round, and the aggregate of those that stay',
  maxBodyBytes: 16 * 2 ** 20,
  timeoutMs: 300_000,
  input: z.strictObject({
    ...aggregation,
    updates: z
      .array(z.strictObject({ clientId, fileId: z.uuid(), past: z.array(PastRound).max(20) }))
      .min(1)
      .max(10_000),
    rootFileId: z.uuid().nullable(),
    previousFileId: z.uuid().nullable().describe('Aggregate of the round before.'),
    aggregateFileId: z.uuid().describe('Where the aggregate is put.'),
  }),
  output: z.object({ ...judgement, verdicts: z.array(Verdict) }),
});

export const testChecks = endpoint({
  ...door,
  path: '/federated/test',
  operation: 'test-checks',
  summary: 'Plants attacks and harmless rounds, and runs the real checks on them',
  input: z.strictObject({ seed: z.int().min(0).max(4_294_967_295) }),
  output: z.object({ planted: count, found: count, missed: z.array(z.string()), cleanRows: count, falseFlags: count }),
});

/* ——— product door ——— */
const modelId = z.string().trim().min(1).max(200);
export const Round = z.object({
  id: z.uuid(),
  modelId: z.string(),
  assetId: z.uuid().nullable().describe('When the model is an asset of the inventory.'),
  assetName: z.string().nullable(),
  round: count,
  ...aggregation,
  beta: z.number().nullable(),
  clipNorm: z.number().nullable(),
  keep: z.int().nullable(),
  state: z.enum(roundStates),
  decision: z.enum(roundDecisions).nullable(),
  severity: Severity.nullable(),
  updates: count,
  excluded: count,
  suspects: count,
  hasRoot: z.boolean(),
  createdAt: z.iso.datetime(),
  closedAt: z.iso.datetime().nullable(),
  version: z.int().min(1),
});
export type Round = z.infer<typeof Round>;

export const Update = z.object({
  id: z.uuid(),
  clientId: z.string(),
  samples: z.number().nullable().describe('As the client says.'),
  format: z.enum(['safetensors', 'npz']),
  tensors: count,
  parameters: count,
  bytes: count,
  sha256: z.string(),
  receivedAt: z.iso.datetime(),
  verdict: ClientVerdict.nullable(),
  reasons: z.array(Reason),
  figures: Figures.nullable(),
});
export type Update = z.infer<typeof Update>;
export const RoundDetail = Round.extend({
  reason: z.string().nullable(),
  checks: z.array(CheckReport),
  groups: z.array(z.array(z.string())),
  aggregated: z.array(z.string()),
  aggregate: AggregateFile.nullable(),
  items: z.array(Update),
});
export type RoundDetail = z.infer<typeof RoundDetail>;

export const createRound = endpoint({
  method: 'POST',
  path: '/api/federated-learning/rounds',
  tag,
  operation: 'create-round',
  access: 'federated-learning:create',
  status: 201,
  summary: 'Open a round: clients may send their updates',
  input: z.strictObject({ modelId, round: z.int().min(0).max(1_000_000_000), ...aggregation }),
  output: Round,
});
export const listRounds = endpoint({
  method: 'GET',
  path: '/api/federated-learning/rounds',
  tag,
  operation: 'list-rounds',
  access: 'federated-learning:read',
  summary: 'Rounds, latest first',
  input: z.object({
    ...paging,
    model: modelId.optional(),
    state: anyOf(roundStates, 100).optional(),
    decision: anyOf(roundDecisions, 100).optional(),
  }),
  output: pageOf(Round),
});
export const getRound = endpoint({
  method: 'GET',
  path: '/api/federated-learning/rounds/:id',
  tag,
  operation: 'read-round',
  access: 'federated-learning:read',
  summary: 'One round with its updates, verdicts and figures',
  input: z.object({ id: z.uuid() }),
  output: RoundDetail,
});
const given = {
  id: z.uuid(),
  clientId: clientId.optional(),
  samples: z.int().min(1).optional().describe('How many samples the client trained on, as it says.'),
};
export const addUpdate = endpoint({
  method: 'POST',
  path: '/api/federated-learning/rounds/:id/updates',
  tag,
  operation: 'add-update',
  access: 'federated-learning:create',
  kind: 'upload',
  status: 201,
  timeoutMs: 600_000,
  summary: "A client's update: safetensors or npz, as the body itself or as a form with clientId, samples and the file",
  input: z.object(given),
  output: Update,
});
export const putRootUpdate = endpoint({
  method: 'PUT',
  path: '/api/federated-learning/rounds/:id/root-update',
  tag,
  operation: 'put-root-update',
  access: 'federated-learning:create',
  kind: 'upload',
  timeoutMs: 600_000,
  summary: "The server's own update, trained on data it trusts; replaces the one before",
  input: z.object({ id: z.uuid() }),
  output: Round,
});
export const closeRound = endpoint({
  method: 'POST',
  path: '/api/federated-learning/rounds/:id/close',
  tag,
  operation: 'close-round',
  access: 'federated-learning:update',
  timeoutMs: 330_000,
  summary: 'Judge the updates, leave out what attacks, aggregate the rest',
  description: 'An undecided round may be closed again once a root update is there. Rule and assumed malicious count can be named anew.',
  input: z.strictObject({
    id: z.uuid(),
    rule: Rule.optional(),
    assumedMalicious: aggregation.assumedMalicious.optional(),
    beta: aggregation.beta,
    clipNorm: aggregation.clipNorm,
    keep: aggregation.keep,
  }),
  output: z.object({ ...judgement, verdicts: z.array(Verdict), rule: Rule, roundId: z.uuid(), state: z.enum(roundStates) }),
});
export const downloadAggregate = endpoint({
  method: 'GET',
  path: '/api/federated-learning/rounds/:id/aggregate',
  tag,
  operation: 'download-aggregate',
  audit: 'federated-learning.download-aggregate',
  access: 'federated-learning:read',
  kind: 'file',
  summary: 'The aggregate as safetensors',
  input: z.object({ id: z.uuid() }),
  output: z.unknown(),
});
export const removeRound = endpoint({
  method: 'DELETE',
  path: '/api/federated-learning/rounds/:id',
  tag,
  operation: 'remove-round',
  access: 'federated-learning:delete',
  status: 204,
  summary: 'Remove a round with its updates',
  input: z.object({ id: z.uuid() }),
  output: z.null(),
});
export const ClientHistory = z.object({
  clientId: z.string(),
  rounds: count,
  excluded: count,
  suspects: count,
  lastRound: count,
  meanCosine: z.number().nullable(),
});
export const listClients = endpoint({
  method: 'GET',
  path: '/api/federated-learning/clients',
  tag,
  operation: 'list-clients',
  access: 'federated-learning:read',
  summary: 'Clients of a model over its judged rounds, most often excluded first',
  input: z.object({ model: modelId, limit: z.int().min(1).max(500).default(100) }),
  output: z.object({ items: z.array(ClientHistory) }),
});

/* ——— events ——— */
/** A judged round. `excluded` names at most a thousand clients. */
export const roundJudged = eventKind(
  'federated-learning.judged',
  z.object({
    roundId: z.uuid(),
    modelId: z.string(),
    assetId: z.uuid().nullable(),
    round: count,
    decision: z.enum(roundDecisions),
    severity: Severity.nullable(),
    reason: z.string(),
    updates: count,
    rule: Rule,
    checks: z.array(CheckReport),
    groups: z.array(z.array(z.string())).max(1000),
    excluded: z.array(z.object({ clientId: z.string(), updateId: z.uuid(), sha256: z.string(), reasons: z.array(Reason) })).max(1000),
  }),
  'federated-learning:read',
);
export const roundChanged = eventKind(
  'federated-learning.changed',
  z.object({ roundId: z.uuid(), state: z.enum(roundStates), updates: count }),
  'federated-learning:read',
);
