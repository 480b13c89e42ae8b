/** Playbooks: which steps follow by themselves when an incident of a kind opens. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { problems } from '../../../contract/problem.ts';
import { Severity, severities } from '../../../contract/severity.ts';
import { ActorWord } from '../cases/incident-contract.ts';

export const playbookProblems = problems('incidents', {
  playbookNotFound: [404, 'There is no playbook {key}.'],
  playbookInvalid: [422, 'The playbook is not valid: {reason}'],
  playbookShipped: [409, 'The playbook {key} is shipped with the platform: it can be changed or switched off, not removed.'],
  runNotFound: [404, 'No run of a playbook has the id {id}.'],
  runEnded: [409, 'The run is {state} already.'],
});

const Words = z.array(z.string().min(1).max(120)).min(1).max(20);
/** Every field that is named must hold; a list holds when one of its words does. */
export const PlaybookCondition = z.strictObject({
  category: Words.optional(),
  severityAtLeast: Severity.optional(),
  source: Words.optional(),
  asset: z
    .strictObject({
      type: Words.optional(),
      environment: Words.optional(),
      criticality: Words.optional(),
      riskLevel: Words.optional(),
      tag: Words.optional(),
      owner: Words.optional(),
    })
    .optional(),
});
export type PlaybookCondition = z.infer<typeof PlaybookCondition>;
export const PlaybookStep = z.strictObject({
  action: z.string().min(1).max(60),
  parameters: z.record(z.string().max(60), z.json()).default({}),
  needsApproval: z.boolean().default(false),
  continueOnFailure: z.boolean().default(false),
  timeoutMs: z.int().min(100).max(3_600_000).default(30_000),
});
export type PlaybookStep = z.infer<typeof PlaybookStep>;
/** What a playbook is tried on: the facts of an incident and its asset. */
export const PlaybookFacts = z.strictObject({
  category: z.string().max(120),
  severity: Severity,
  source: z.string().max(120).default('person'),
  asset: z
    .strictObject({
      type: z.string().max(120).nullable().default(null),
      environment: z.string().max(120).nullable().default(null),
      criticality: z.string().max(120).nullable().default(null),
      riskLevel: z.string().max(120).nullable().default(null),
      tags: z.array(z.string().max(120)).max(50).default([]),
      owner: z.string().max(120).nullable().default(null),
    })
    .nullable()
    .default(null),
});
export type PlaybookFacts = z.infer<typeof PlaybookFacts>;
export const Playbook = z.strictObject({
  id: z
    .string()
    .max(60)
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'small letters, digits and hyphens'),
  title: z.string().min(3).max(200),
  says: z.string().min(3).max(1000),
  when: PlaybookCondition,
  steps: z.array(PlaybookStep).min(1).max(20),
  examples: z.strictObject({ matches: z.array(PlaybookFacts).min(1).max(20), ignores: z.array(PlaybookFacts).min(1).max(20) }),
});
export type Playbook = z.infer<typeof Playbook>;

export const PlaybookRow = z.object({
  key: z.string(),
  title: z.string(),
  says: z.string(),
  origin: z.enum(['shipped', 'changed', 'workspace']),
  enabled: z.boolean(),
  steps: z.int(),
  runs: z.int().describe('How often it ran in this workspace.'),
  lastRunAt: z.iso.datetime().nullable(),
  version: z.int().min(0).describe('0: as shipped.'),
});
export type PlaybookRow = z.infer<typeof PlaybookRow>;
const Issue = z.object({ path: z.string(), line: z.int().nullable(), message: z.string() });
export const PlaybookCheck = z.object({ valid: z.boolean(), issues: z.array(Issue), playbook: Playbook.nullable() });
export type PlaybookCheck = z.infer<typeof PlaybookCheck>;
const PlaybookDetail = PlaybookRow.extend({ text: z.string(), shippedText: z.string().nullable() });
export const runStates = ['running', 'waiting', 'done', 'stopped'] as const;
export const PlaybookRun = z.object({
  id: z.uuid(),
  incidentId: z.uuid(),
  key: z.string(),
  title: z.string(),
  state: z.enum(runStates),
  step: z.int().describe('The step it is at, from 0.'),
  steps: z.array(z.object({ action: z.string(), needsApproval: z.boolean(), actId: z.uuid().nullable(), actState: z.string().nullable() })),
  stoppedBecause: z.string().nullable(),
  startedBy: ActorWord,
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
});
export type PlaybookRun = z.infer<typeof PlaybookRun>;

const tag = 'incidents';
const read = 'incidents:read' as const;
const write = 'incidents:create' as const;
const key = z.string().min(1).max(60);
const text = z.string().min(1).max(16_384).describe('YAML.');
export const listPlaybooks = endpoint({
  method: 'GET',
  path: '/api/incidents/playbooks',
  tag,
  operation: 'list-playbooks',
  access: read,
  summary: 'Playbooks, shipped and own',
  input: z.object({}),
  output: z.object({ items: z.array(PlaybookRow) }),
});
export const getPlaybook = endpoint({
  method: 'GET',
  path: '/api/incidents/playbooks/:key',
  tag,
  operation: 'read-playbook',
  access: read,
  summary: 'One playbook with its text',
  input: z.object({ key }),
  output: PlaybookDetail,
});
export const checkPlaybook = endpoint({
  method: 'POST',
  path: '/api/incidents/playbooks/check',
  tag,
  operation: 'check-playbook',
  access: read,
  audit: false,
  idempotent: true,
  summary: 'Is this a playbook? Says where it is not, and runs its examples',
  input: z.strictObject({ text }),
  output: PlaybookCheck,
});
export const savePlaybook = endpoint({
  method: 'PUT',
  path: '/api/incidents/playbooks/:key',
  tag,
  operation: 'save-playbook',
  access: write,
  summary: 'Write or change a playbook of the workspace',
  input: z.strictObject({
    key,
    text,
    enabled: z.boolean().optional().describe('Left out: as it is; a new one is on.'),
    version: z.int().min(0).optional(),
  }),
  output: PlaybookDetail,
});
export const switchPlaybook = endpoint({
  method: 'PATCH',
  path: '/api/incidents/playbooks/:key',
  tag,
  operation: 'switch-playbook',
  access: write,
  summary: 'Switch a playbook on or off',
  input: z.strictObject({ key, enabled: z.boolean() }),
  output: PlaybookDetail,
});
export const removePlaybook = endpoint({
  method: 'DELETE',
  path: '/api/incidents/playbooks/:key',
  tag,
  operation: 'remove-playbook',
  access: write,
  summary: 'Remove a playbook of the workspace; a changed one is as shipped again',
  input: z.object({ key }),
  output: z.object({ removed: z.boolean() }),
});
export const dryRunPlaybook = endpoint({
  method: 'POST',
  path: '/api/incidents/playbooks/dry-run',
  tag,
  operation: 'dry-run-playbook',
  access: read,
  audit: false,
  idempotent: true,
  summary: 'Which alerts of the last days it would have answered, and with what; nothing is done',
  input: z.strictObject({ text, days: z.int().min(1).max(30).default(7) }),
  output: z.object({
    examined: z.int(),
    truncated: z.boolean().describe('There were more alerts than were looked at.'),
    matched: z.array(
      z.object({
        alertId: z.uuid(),
        title: z.string(),
        severity: z.enum(severities),
        at: z.iso.datetime(),
        steps: z.array(z.object({ action: z.string(), says: z.string(), needsApproval: z.boolean(), problem: z.string().nullable() })),
      }),
    ),
  }),
});
export const runPlaybook = endpoint({
  method: 'POST',
  path: '/api/incidents/:id/playbooks',
  tag,
  operation: 'run-playbook',
  access: write,
  status: 202,
  summary: 'Run a playbook on an incident',
  input: z.strictObject({ id: z.uuid(), key }),
  output: PlaybookRun,
});
export const listRuns = endpoint({
  method: 'GET',
  path: '/api/incidents/:id/playbooks',
  tag,
  operation: 'list-runs',
  access: read,
  summary: 'Runs of playbooks on an incident, newest first',
  input: z.object({ id: z.uuid() }),
  output: z.object({ items: z.array(PlaybookRun) }),
});
export const stopRun = endpoint({
  method: 'POST',
  path: '/api/incidents/:id/playbooks/:runId/stop',
  tag,
  operation: 'stop-run',
  access: 'incidents:update',
  summary: 'Stop a run: steps not taken yet are not taken',
  input: z.strictObject({ id: z.uuid(), runId: z.uuid(), reason: z.string().trim().min(3).max(4000) }),
  output: PlaybookRun,
});
export const playbookMoved = eventKind(
  'incidents.playbook-moved',
  z.object({ incidentId: z.uuid(), runId: z.uuid(), state: z.enum(runStates), step: z.int() }),
  read,
);
