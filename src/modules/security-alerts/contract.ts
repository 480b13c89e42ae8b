/** Something is happening and a person should look now: what may be asked about alerts, and the news. */
import { z } from 'zod';
import { anyOf } from '../../contract/any-of.ts';
import { endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { problems } from '../../contract/problem.ts';
import { Severity, severities } from '../../contract/severity.ts';

export const alertProblems = problems('security-alerts', {
  notFound: [404, 'No alert has the id {id}.'],
  assetNotFound: [422, 'No asset has the id {id}.'],
  vulnerabilityNotFound: [422, 'No vulnerability has the id {id}.'],
  noSuchMove: [409, 'An alert that is {from} cannot become {to}.'],
  causeMissing: [422, 'Closing an alert needs a cause.'],
  personNotFound: [422, 'No active person has the id {id}.'],
  saidTwice: [422, 'state and status say different things: {state} and {status}.'],
  evidenceTooLarge: [413, 'The evidence has {bytes} bytes; at most {limit} are kept with an alert.'],
});

export const alertStates = ['new', 'acknowledged', 'closed'] as const;
export const AlertState = z.enum(alertStates);
export type AlertState = z.infer<typeof AlertState>;
export const closeCauses = ['true-positive', 'false-alarm', 'expected', 'duplicate'] as const;
export const CloseCause = z.enum(closeCauses);
export type CloseCause = z.infer<typeof CloseCause>;

/** The second vocabulary: open is new, in_progress is acknowledged, the last two are closed and say why. */
export const alertStatuses = ['open', 'in_progress', 'resolved', 'false_positive'] as const;
export const AlertStatus = z.enum(alertStatuses);
export type AlertStatus = z.infer<typeof AlertStatus>;
export function statusOf(state: AlertState, cause: CloseCause | null): AlertStatus {
  if (state === 'new') return 'open';
  if (state === 'acknowledged') return 'in_progress';
  return cause === 'false-alarm' ? 'false_positive' : 'resolved';
}
export const evidenceLimitBytes = 32_768;

export const SecurityAlert = z.object({
  id: z.uuid(),
  title: z.string(),
  description: z.string(),
  severity: Severity,
  detectedSeverity: Severity.describe('As it was raised; a person may change severity, not this.'),
  state: AlertState,
  status: AlertStatus.describe('The same in other words.'),
  category: z.string().describe('What kind of thing happened: alerts of the same asset and category are one matter.'),
  technique: z.array(z.string()).describe('Of MITRE ATLAS.'),
  evidence: z.record(z.string(), z.json()),
  fingerprint: z.string().describe('SHA-256 over what makes two alerts the same.'),
  occurrences: z.int().min(1).describe('The same as count.'),
  firstSeenAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  detectionId: z.uuid().nullable(),
  assigneeId: z.uuid().nullable(),
  assigneeName: z.string().nullable(),
  incidentId: z.uuid().nullable(),
  incidentNumber: z.int().nullable(),
  correlatedWith: z.array(z.uuid()).describe('Alerts that may be the same matter: same asset or same technique within a day.'),
  resolution: z.object({ reason: CloseCause, note: z.string() }).nullable(),
  acknowledgedBy: z.string().nullable(),
  source: z.string().describe('The slice or person that raised it.'),
  assetId: z.uuid().nullable(),
  assetName: z.string().nullable(),
  vulnerabilityId: z.uuid().nullable(),
  vulnerabilityNumber: z.string().nullable(),
  count: z.int().min(1).describe('How often the same thing was raised inside the window.'),
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  acknowledgedByName: z.string().nullable(),
  acknowledgedAt: z.iso.datetime().nullable(),
  closedByName: z.string().nullable(),
  closedAt: z.iso.datetime().nullable(),
  closeCause: CloseCause.nullable(),
  note: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  version: z.int().min(1),
});
export type SecurityAlert = z.infer<typeof SecurityAlert>;

const tag = 'security-alerts';
const read = 'security-alerts:read' as const;
const update = 'security-alerts:update' as const;
export const alertFilter = {
  state: anyOf(alertStates, 200).optional(),
  status: anyOf(alertStatuses, 200).optional(),
  category: z.string().min(1).max(80).optional(),
  incident_id: z.uuid().optional(),
  detection_id: z.uuid().optional(),
  assignee_id: z.uuid().optional(),
  from: z.iso.datetime({ offset: true }).optional().describe('Last seen from here on.'),
  to: z.iso.datetime({ offset: true }).optional().describe('Last seen before here.'),
  severity: anyOf(severities, 200).optional(),
  asset_id: z.uuid().optional(),
  vulnerability_id: z.uuid().optional(),
  source: z.string().max(60).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  q: z.string().trim().min(1).max(200).optional(),
} as const;
export const listAlerts = endpoint({
  method: 'GET',
  path: '/api/security-alerts',
  tag,
  operation: 'list',
  access: read,
  summary: 'Alerts, latest first',
  input: z.object({ ...paging, ...alertFilter }),
  output: pageOf(SecurityAlert),
});
export const listRecentAlerts = endpoint({
  method: 'GET',
  path: '/api/security-alerts/recent',
  tag,
  operation: 'recent',
  access: read,
  summary: 'Alerts not closed, latest first',
  input: z.object({ limit: z.int().min(1).max(100).default(10) }),
  output: z.object({ items: z.array(SecurityAlert), open: z.int(), fresh: z.int().describe('How many are new.') }),
});
export const alertStatistics = endpoint({
  method: 'GET',
  path: '/api/security-alerts/stats',
  tag,
  operation: 'statistics',
  access: read,
  summary: 'Alerts by state and severity, and how long until someone looked',
  input: z.object({ days: z.int().min(1).max(366).default(30) }),
  output: z.object({
    byState: z.array(z.object({ state: AlertState, count: z.int() })),
    openBySeverity: z.array(z.object({ severity: Severity, count: z.int() })),
    perDay: z.array(z.object({ day: z.iso.date(), raised: z.int(), closed: z.int() })),
    medianToAcknowledgeMs: z.number().nullable().describe('null: none was acknowledged in this time.'),
    waiting: z.int().describe('Raised in this time and nobody has looked yet.'),
  }),
});
export const getAlert = endpoint({
  method: 'GET',
  path: '/api/security-alerts/:id',
  tag,
  operation: 'read',
  access: read,
  summary: 'One alert',
  input: z.object({ id: z.uuid() }),
  output: SecurityAlert,
});
export const raiseAlert = endpoint({
  method: 'POST',
  path: '/api/security-alerts',
  tag,
  operation: 'raise',
  access: 'security-alerts:create',
  status: 201,
  summary: 'Raise an alert; the same fingerprint inside the window counts up the alert that stands',
  input: z.strictObject({
    title: z.string().trim().min(3).max(300),
    description: z.string().trim().max(8000).default(''),
    severity: Severity,
    category: z.string().trim().min(1).max(80).default('general'),
    source: z.string().trim().min(1).max(60).default('person').describe('Who or what saw it.'),
    assetId: z.uuid().optional(),
    asset_id: z.uuid().optional().describe('The same as assetId.'),
    vulnerability_id: z.uuid().optional(),
    technique: z.array(z.string().min(1).max(40)).max(20).default([]),
    evidence: z.record(z.string().max(120), z.json()).default({}).describe('At most 32 KiB as JSON.'),
    occurredAt: z.iso.datetime({ offset: true }).optional(),
    fingerprint: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('What makes two alerts the same; default is title, asset, category and vulnerability.'),
  }),
  output: SecurityAlert,
});
const expected = z.int().min(1).describe('The version you saw; refused with 409 when it changed since.');
/** Both PUT and PATCH change what is named and leave the rest. */
const changes = {
  id: z.uuid(),
  version: expected.optional(),
  severity: Severity.optional(),
  state: AlertState.optional(),
  status: AlertStatus.optional(),
  acknowledged: z.literal(true).optional().describe('The same as the state acknowledged.'),
  assigneeId: z.uuid().nullable().optional().describe('null: nobody.'),
  cause: CloseCause.optional(),
  resolution: z.strictObject({ reason: CloseCause, note: z.string().trim().max(4000).default('') }).optional(),
  note: z.string().trim().max(4000).optional(),
} as const;
export const changeAlert = endpoint({
  method: 'PATCH',
  path: '/api/security-alerts/:id',
  tag,
  operation: 'change',
  access: update,
  summary: 'Change severity, state, owner or note',
  input: z.strictObject(changes),
  output: SecurityAlert,
});
export const replaceAlert = endpoint({
  method: 'PUT',
  path: '/api/security-alerts/:id',
  tag,
  operation: 'replace',
  access: update,
  summary: 'Change severity, state, owner or note; what is left out stays',
  input: z.strictObject(changes),
  output: SecurityAlert,
});
export const acknowledgeAlert = endpoint({
  method: 'POST',
  path: '/api/security-alerts/:id/acknowledge',
  tag,
  operation: 'acknowledge',
  access: update,
  idempotent: true,
  summary: 'Say that you look at it',
  input: z.strictObject({ id: z.uuid(), version: expected.optional() }),
  output: SecurityAlert,
});

/* ——— for incidents ——— */
export const countAlertsNear = endpoint({
  method: 'GET',
  path: '/api/security-alerts/near',
  tag,
  operation: 'near',
  access: 'service',
  summary: 'How often a kind of thing was raised for an asset lately',
  input: z.object({ assetId: z.uuid(), category: z.string().max(80), withinMs: z.int().min(1000).max(2_592_000_000) }),
  output: z.object({
    alertIds: z.array(z.uuid()).describe('Of no incident yet, latest first; 100 at most.'),
    occurrences: z.int().describe('At least so many: repeats of an alert that began earlier count as one.'),
  }),
});
export const linkAlerts = endpoint({
  method: 'POST',
  path: '/api/security-alerts/link',
  tag,
  operation: 'link',
  access: 'service',
  idempotent: true,
  summary: 'Say which incident alerts belong to',
  input: z.object({ alertIds: z.array(z.uuid()).max(1000), incidentId: z.uuid().nullable(), incidentNumber: z.int().nullable() }),
  output: z.object({ linked: z.int() }),
});
export const settleAlerts = endpoint({
  method: 'POST',
  path: '/api/security-alerts/settle',
  tag,
  operation: 'settle',
  access: 'service',
  idempotent: true,
  summary: 'Acknowledge or close the alerts of an incident together',
  input: z.object({
    incidentId: z.uuid(),
    state: z.enum(['acknowledged', 'closed']),
    cause: CloseCause.optional(),
    note: z.string().max(4000).default(''),
  }),
  output: z.object({ settled: z.int() }),
});

/* ——— events ——— */
export const alertRaised = eventKind(
  'alert.raised',
  z.object({
    alertId: z.uuid(),
    severity: Severity,
    title: z.string(),
    assetId: z.uuid().nullable(),
    assetName: z.string().nullable(),
    vulnerabilityId: z.uuid().nullable(),
    category: z.string().optional(),
    source: z.string().optional(),
    technique: z.array(z.string()).optional(),
    detectionId: z.uuid().nullable().optional(),
    incidentId: z.uuid().nullable().optional(),
    count: z.int(),
    at: z.iso.datetime(),
  }),
  read,
);
export const alertChanged = eventKind(
  'alert.changed',
  z.object({
    alertId: z.uuid(),
    severity: Severity,
    state: AlertState,
    title: z.string(),
    byName: z.string().nullable(),
    repeated: z.boolean().optional(),
    detectionId: z.uuid().nullable().optional().describe('Of its latest occurrence.'),
    incidentId: z.uuid().nullable().optional(),
  }),
  read,
);

const sourceTitles: ReadonlyMap<string, string> = new Map([
  ['adversarial-detection', 'Threat detection'],
  ['data-integrity', 'Data quality'],
  ['federated-learning', 'Federated learning'],
  ['identity', 'Sign-in and people'],
  ['model-scanner', 'Model scanner'],
  ['notifications', 'Notifications'],
  ['vulnerabilities', 'Vulnerabilities'],
  ['person', 'a person'],
]);
/** Who raised it: slices by the name of their page, any other source as it named itself. */
export const sourceTitle = (source: string): string => sourceTitles.get(source) ?? source;
