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
});

export const alertStates = ['new', 'acknowledged', 'closed'] as const;
export const AlertState = z.enum(alertStates);
export type AlertState = z.infer<typeof AlertState>;
export const closeCauses = ['true-positive', 'false-alarm', 'expected', 'duplicate'] as const;
export const CloseCause = z.enum(closeCauses);
export type CloseCause = z.infer<typeof CloseCause>;

export const SecurityAlert = z.object({
  id: z.uuid(),
  title: z.string(),
  description: z.string(),
  severity: Severity,
  state: AlertState,
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
    asset_id: z.uuid().optional(),
    vulnerability_id: z.uuid().optional(),
    fingerprint: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('What makes two alerts the same; default is title, asset and vulnerability.'),
  }),
  output: SecurityAlert,
});
const expected = z.int().min(1).describe('The version you saw; refused with 409 when it changed since.');
export const changeAlert = endpoint({
  method: 'PATCH',
  path: '/api/security-alerts/:id',
  tag,
  operation: 'change',
  access: update,
  summary: 'Change severity, state or note',
  input: z.strictObject({
    id: z.uuid(),
    version: expected.optional(),
    severity: Severity.optional(),
    state: AlertState.optional(),
    cause: CloseCause.optional(),
    note: z.string().trim().max(4000).optional(),
  }),
  output: SecurityAlert,
});
export const replaceAlert = endpoint({
  method: 'PUT',
  path: '/api/security-alerts/:id',
  tag,
  operation: 'replace',
  access: update,
  summary: 'Set severity, state and note',
  input: z.strictObject({
    id: z.uuid(),
    version: expected.optional(),
    severity: Severity,
    state: AlertState,
    cause: CloseCause.optional(),
    note: z.string().trim().max(4000).default(''),
  }),
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
    count: z.int(),
    at: z.iso.datetime(),
  }),
  read,
);
export const alertChanged = eventKind(
  'alert.changed',
  z.object({ alertId: z.uuid(), severity: Severity, state: AlertState, title: z.string(), byName: z.string().nullable() }),
  read,
);
