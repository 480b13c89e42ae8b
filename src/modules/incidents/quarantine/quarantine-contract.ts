/** Quarantine: an asset that nobody may use until it is released, and who enforces it. */
import { z } from 'zod';
import { anyOf } from '../../../contract/any-of.ts';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { Severity } from '../../../contract/severity.ts';
import { actStates } from '../acts/act-contract.ts';

export const quarantineProblems = problems('incidents', {
  quarantineNotFound: [404, 'No quarantine, and no quarantined asset, has the id {id}.'],
  notInForce: [409, 'The quarantine of {asset} is {state}: there is nothing to release.'],
  alreadyQuarantined: [409, 'The asset {asset} is quarantined already.'],
  alreadyApproved: [409, 'You asked for this release or approved it already: another person must.'],
  pointNotFound: [404, 'No enforcement point has the id {id}.'],
  tooManyPoints: [409, 'There are {limit} enforcement points already.'],
});

/** `advised`: nobody enforces it, so we do not claim that it is isolated. */
export const quarantineStates = [...actStates, 'advised'] as const;
export const QuarantineState = z.enum(quarantineStates);
export type QuarantineState = z.infer<typeof QuarantineState>;
export const pointStates = ['pending', 'confirmed', 'failed', 'advised', 'released'] as const;
export const PointState = z.enum(pointStates);
export type PointState = z.infer<typeof PointState>;
export const releasePolicies = ['manual', 'after', 'when-clean'] as const;
export const ReleasePolicy = z.enum(releasePolicies);
export type ReleasePolicy = z.infer<typeof ReleasePolicy>;

export const Quarantine = z.object({
  id: z.uuid(),
  actId: z.uuid(),
  assetId: z.uuid(),
  assetName: z.string(),
  state: QuarantineState,
  reason: z.string(),
  severity: Severity,
  incidentId: z.uuid().nullable(),
  detectionIds: z.array(z.uuid()),
  points: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      state: PointState,
      at: z.iso.datetime().nullable(),
      detail: z.string(),
    }),
  ),
  requestedAt: z.iso.datetime(),
  requestedBy: z.string(),
  deadlineAt: z.iso.datetime().describe('Until then every point must have confirmed.'),
  inForceAt: z.iso.datetime().nullable(),
  releasedAt: z.iso.datetime().nullable(),
  keptReason: z.string().nullable().describe('Why it stays although its incident was resolved.'),
  release: z.object({
    policy: ReleasePolicy,
    dueAt: z.iso.datetime().nullable(),
    approvalsNeeded: z.int().min(0),
    approvals: z.array(z.string()).describe('Names of those who approved.'),
    requestedBy: z.string().nullable(),
    reason: z.string().nullable(),
  }),
  version: z.int().min(1),
});
export type Quarantine = z.infer<typeof Quarantine>;

const tag = 'incidents';
const read = 'incidents:read' as const;
export const listQuarantines = endpoint({
  method: 'GET',
  path: '/api/incidents/quarantines',
  aliases: ['/api/adversarial-detection/quarantine'],
  tag,
  operation: 'list-quarantines',
  access: read,
  summary: 'Quarantines, newest first',
  input: z.object({
    ...paging,
    state: anyOf(quarantineStates, 300).optional(),
    asset_id: z.uuid().optional(),
    incident_id: z.uuid().optional(),
  }),
  output: pageOf(Quarantine),
});
export const getQuarantine = endpoint({
  method: 'GET',
  path: '/api/incidents/quarantines/:id',
  tag,
  operation: 'read-quarantine',
  access: read,
  summary: 'One quarantine with its points',
  input: z.object({ id: z.uuid() }),
  output: Quarantine,
});
export const quarantinedAssets = endpoint({
  method: 'GET',
  path: '/api/incidents/quarantines/assets',
  tag,
  operation: 'quarantined-assets',
  access: read,
  summary: 'Which assets nobody may use now: for those who enforce it',
  input: z.object({}),
  output: z.object({ items: z.array(z.object({ quarantineId: z.uuid(), assetId: z.uuid(), assetName: z.string() })).max(10_000) }),
});
export const requestQuarantine = endpoint({
  method: 'POST',
  path: '/api/incidents/quarantines',
  tag,
  operation: 'quarantine',
  access: 'incidents:update',
  status: 202,
  summary: 'Quarantine an asset by hand',
  input: z.strictObject({
    assetId: z.uuid(),
    reason: z.string().trim().min(10).max(4000),
    severity: Severity.default('high'),
    incidentId: z.uuid().optional(),
    policy: ReleasePolicy.optional(),
  }),
  output: Quarantine,
});
export const releaseQuarantine = endpoint({
  method: 'POST',
  path: '/api/incidents/quarantines/release',
  aliases: ['/api/adversarial-detection/quarantine/release'],
  tag,
  operation: 'release-quarantine',
  access: 'adversarial-detection:update',
  summary: 'Ask for, or approve, a release; answers 202 while approvals are missing',
  input: z
    .strictObject({
      quarantineId: z.uuid().optional(),
      assetId: z.uuid().optional(),
      reason: z.string().trim().min(10).max(4000),
      version: z.int().min(1).optional(),
    })
    .refine(({ quarantineId, assetId }) => (quarantineId === undefined) !== (assetId === undefined), 'say either quarantineId or assetId'),
  output: Quarantine,
});
export const keepQuarantine = endpoint({
  method: 'POST',
  path: '/api/incidents/quarantines/:id/keep',
  tag,
  operation: 'keep-quarantine',
  access: 'incidents:update',
  summary: 'Keep it on purpose although its incident is resolved; also ends a release that was asked for',
  input: z.strictObject({ id: z.uuid(), reason: z.string().trim().min(10).max(4000), version: z.int().min(1).optional() }),
  output: Quarantine,
});
export const confirmPoint = endpoint({
  method: 'POST',
  path: '/api/incidents/quarantines/:id/confirm',
  tag,
  operation: 'confirm-point',
  access: 'service',
  idempotent: true,
  summary: 'An enforcement point of the platform says that it enforces a quarantine',
  input: z.strictObject({
    id: z.uuid(),
    point: z.enum(['screening', 'agent-gateway']),
    enforced: z.boolean().default(true),
    detail: z.string().max(1000).default(''),
  }),
  output: Quarantine,
});

export const EnforcementPoint = z.object({
  id: z.uuid(),
  name: z.string(),
  destinationId: z.uuid().describe('The signed webhook (notifications) that is told.'),
  assetTypes: z.array(z.string()),
  enabled: z.boolean(),
  createdAt: z.iso.datetime(),
});
export const listPoints = endpoint({
  method: 'GET',
  path: '/api/incidents/enforcement-points',
  tag,
  operation: 'list-points',
  access: read,
  summary: 'Enforcement points outside of the platform',
  input: z.object({}),
  output: z.object({ items: z.array(EnforcementPoint) }),
});
export const addPoint = endpoint({
  method: 'POST',
  path: '/api/incidents/enforcement-points',
  tag,
  operation: 'add-point',
  access: 'incidents:create',
  status: 201,
  summary: 'Register a point that enforces quarantines and confirms them',
  input: z.strictObject({
    name: z.string().trim().min(1).max(120),
    destinationId: z.uuid(),
    assetTypes: z.array(z.string().min(1).max(60)).max(20).default([]).describe('Empty: every type.'),
    enabled: z.boolean().default(true),
  }),
  output: EnforcementPoint,
});
export const removePoint = endpoint({
  method: 'DELETE',
  path: '/api/incidents/enforcement-points/:id',
  tag,
  operation: 'remove-point',
  access: 'incidents:create',
  summary: 'Take a point away',
  input: z.object({ id: z.uuid() }),
  output: z.object({ removed: z.boolean() }),
});

export const quarantineChanged = eventKind(
  'incidents.quarantine-changed',
  z.object({
    quarantineId: z.uuid(),
    assetId: z.uuid(),
    assetName: z.string(),
    state: QuarantineState,
    severity: Severity,
    incidentId: z.uuid().nullable(),
    version: z.int(),
  }),
  read,
);
