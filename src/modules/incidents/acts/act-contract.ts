/** Acts: what is done about an incident, each with a cause, a deadline, a way back and a trail. */
import { z } from 'zod';
import { anyOf } from '../../../contract/any-of.ts';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { severities } from '../../../contract/severity.ts';
import { ActorWord } from '../cases/incident-contract.ts';

export const actProblems = problems('incidents', {
  actNotFound: [404, 'No act has the id {id}.'],
  actionUnknown: [422, 'There is no action {action}.'],
  parametersInvalid: [422, 'The parameters of {action} do not fit: {reason}.'],
  badActTransition: [409, 'An act that is {from} cannot become {to}.'],
  notRevertible: [409, '{action} cannot be taken back.'],
  ownApproval: [409, 'Whoever asked for this cannot approve it.'],
  notAwaited: [409, 'This act waits for no approval: it is {state}.'],
  pointUnknown: [404, 'The act has no enforcement point {point}.'],
  keyTaken: [409, 'This act was asked for already.'],
});

export const actStates = [
  'planned',
  'awaiting_approval',
  'executing',
  'in_force',
  'partial',
  'failed',
  'reverting',
  'reverted',
  'expired',
  'skipped',
] as const;
export const ActState = z.enum(actStates);
export type ActState = z.infer<typeof ActState>;

export const Act = z.object({
  id: z.uuid(),
  incidentId: z.uuid().nullable(),
  detectionId: z.uuid().nullable(),
  action: z.string(),
  title: z.string().describe('What it does, in a sentence.'),
  parameters: z.record(z.string(), z.json()),
  state: ActState,
  containing: z.boolean().describe('It keeps the harm from spreading: an incident is contained when all of these are in force.'),
  revertible: z.boolean(),
  simulated: z.boolean().describe('Recorded only: response is in simulation.'),
  reason: z.string(),
  requestedBy: ActorWord,
  approvedBy: z.string().nullable(),
  approvedAt: z.iso.datetime().nullable(),
  waived: z.string().nullable().describe('Why the incident does not wait for it.'),
  outcome: z.record(z.string(), z.json()),
  failure: z.string().nullable(),
  runId: z.uuid().nullable(),
  step: z.int().nullable(),
  requestedAt: z.iso.datetime(),
  dueAt: z.iso.datetime(),
  inForceAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  version: z.int().min(1),
});
export type Act = z.infer<typeof Act>;

const tag = 'incidents';
const read = 'incidents:read' as const;
const update = 'incidents:update' as const;
export const listActions = endpoint({
  method: 'GET',
  path: '/api/incidents/actions',
  tag,
  operation: 'list-actions',
  access: read,
  summary: 'What can be done, with the parameters each takes',
  input: z.object({}),
  output: z.object({
    items: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        says: z.string(),
        containing: z.boolean(),
        revertible: z.boolean(),
        parameters: z.record(z.string(), z.json()).describe('JSON Schema.'),
      }),
    ),
  }),
});
export const listActs = endpoint({
  method: 'GET',
  path: '/api/incidents/acts',
  tag,
  operation: 'list-acts',
  access: read,
  summary: 'Acts, newest first',
  input: z.object({
    ...paging,
    incident_id: z.uuid().optional(),
    detection_id: z.uuid().optional(),
    action: z.string().max(60).optional(),
    state: anyOf(actStates, 300).optional(),
    without_detection: z.enum(['true', 'false']).optional().describe('true: those that answer the incident as a whole.'),
  }),
  output: pageOf(Act),
});
const one = { id: z.uuid(), actId: z.uuid() } as const;
const why = z.string().trim().min(3).max(4000);
export const requestAct = endpoint({
  method: 'POST',
  path: '/api/incidents/:id/acts',
  tag,
  operation: 'request-act',
  access: update,
  status: 202,
  summary: 'Do something about an incident',
  input: z.strictObject({
    id: z.uuid(),
    action: z.string().min(1).max(60),
    parameters: z.record(z.string().max(60), z.json()).default({}),
    reason: why,
    needsApproval: z.boolean().default(false),
    key: z.string().min(1).max(200).optional().describe('The same key asks for the same act once.'),
  }),
  output: Act,
});
const decide = (verb: string, summary: string) =>
  endpoint({
    method: 'POST',
    path: `/api/incidents/:id/acts/:actId/${verb}`,
    tag,
    operation: `${verb}-act`,
    access: update,
    summary,
    input: z.strictObject({ ...one, reason: why, version: z.int().min(1).optional() }),
    output: Act,
  });
export const approveAct = decide('approve', 'Let an act that waits for approval happen; never by the one who asked');
export const refuseAct = decide('refuse', 'Do not let it happen');
export const revertAct = decide('revert', 'Take an act back');
export const waiveAct = decide('waive', 'Say why the incident does not wait for this act');
export const confirmAct = endpoint({
  method: 'POST',
  path: '/api/incidents/:id/acts/:actId/confirm',
  tag,
  operation: 'confirm-act',
  access: update,
  idempotent: true,
  summary: 'An enforcement point says that it enforces the act, or cannot',
  input: z.strictObject({
    ...one,
    point: z.string().min(1).max(120),
    enforced: z.boolean().default(true),
    detail: z.string().trim().max(1000).default(''),
  }),
  output: Act,
});

const Latency = z.object({ p50: z.number(), p95: z.number(), p99: z.number() });
export const ResponseFigures = z.object({
  requested: z.int(),
  inForce: z.int().describe('Came into force, whether or not still in force.'),
  failed: z.int(),
  metDeadline: z.int(),
  latencyMs: Latency.nullable().describe('From the request to in force, of an escalation from its time; null: none came into force.'),
});
export const responseStatistics = endpoint({
  method: 'GET',
  path: '/api/incidents/stats',
  tag,
  operation: 'statistics',
  access: read,
  summary: 'How fast and how well the response is',
  input: z.object({ window: z.enum(['24h', '7d', '30d']).default('7d') }),
  output: z.object({
    window: z.string(),
    since: z.iso.datetime(),
    responses: z.object({ block: ResponseFigures, quarantine: ResponseFigures, escalate: ResponseFigures }),
    quarantined: z.int(),
    activeIncidents: z.int(),
    bySeverity: z.array(z.object({ severity: z.enum(severities), count: z.int() })),
    medianToAcknowledgeMs: z.number().nullable(),
    falsePositives: z.int(),
  }),
});

export const actChanged = eventKind(
  'incidents.act-changed',
  z.object({
    actId: z.uuid(),
    action: z.string(),
    state: ActState,
    incidentId: z.uuid().nullable(),
    detectionId: z.uuid().nullable(),
    version: z.int(),
    dueAt: z.iso.datetime().optional(),
    inForceAt: z.iso.datetime().nullable().optional(),
    blockId: z.uuid().nullable().optional().describe('The block that this act set or found in force.'),
  }),
  read,
);
