/** Something about a table deserves a look: alerts that count up, calm down, and end by themselves after three good runs. */
import { z } from 'zod';
import { anyOf } from '../../../contract/any-of.ts';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { Severity, severities } from '../../../contract/severity.ts';
import { DataEnvironment, dataEnvironments, TimeRange } from '../assessments/assessment-contract.ts';

const tag = 'data-quality';
const read = 'data-quality:read' as const;

export const dataAlertProblems = problems('data-quality', {
  alertNotFound: [404, 'No alert of data quality has the id {id}.'],
  alertResolved: [409, 'The alert is resolved; it opens again when the same thing is found again.'],
  muteInPast: [422, 'An alert is muted until a time to come.'],
});

export const alertKinds = ['quality', 'rule', 'drift', 'anomalies', 'poisoning', 'series', 'run-failed', 'storm'] as const;
export const DataAlertKind = z.enum(alertKinds);
export type DataAlertKind = z.infer<typeof DataAlertKind>;
export const dataAlertStates = ['open', 'acknowledged', 'muted', 'resolved'] as const;
export const DataAlertState = z.enum(dataAlertStates);
export type DataAlertState = z.infer<typeof DataAlertState>;

export const DataAlert = z.object({
  id: z.uuid(),
  assetId: z.uuid(),
  monitorId: z.uuid().nullable(),
  environment: DataEnvironment,
  kind: DataAlertKind,
  column: z.string().nullable(),
  severity: Severity,
  state: DataAlertState,
  title: z.string(),
  detail: z.string().describe('What was measured, against what, by which method.'),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  count: z.int().min(1).describe('Runs that found it.'),
  goodRuns: z.int().min(0).describe('Runs in a row that looked and did not find it; the third resolves it.'),
  firstSeenAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  assessmentId: z.uuid().nullable().describe('The last assessment that found it.'),
  mutedUntil: z.iso.datetime().nullable(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: z.iso.datetime().nullable(),
  resolvedBy: z.string().nullable().describe('null of a resolved alert: by itself, after three good runs.'),
  resolvedAt: z.iso.datetime().nullable(),
  note: z.string(),
  version: z.int().min(1),
});
export type DataAlert = z.infer<typeof DataAlert>;

const filter = {
  state: anyOf(dataAlertStates, 100).optional(),
  severity: anyOf(severities, 100).optional(),
  type: anyOf(alertKinds, 200).optional(),
  environment: anyOf(dataEnvironments, 100).optional(),
  monitor_id: z.uuid().optional(),
  timeRange: TimeRange.optional().describe('Seen in this time; left out: whenever.'),
} as const;
export const listDataAlerts = endpoint({
  method: 'GET',
  path: '/api/data-quality/alerts',
  tag,
  operation: 'alerts',
  access: read,
  summary: 'Alerts about data, last seen first',
  input: z.object({ ...paging, ...filter, asset_id: z.uuid().optional() }),
  output: pageOf(DataAlert),
});
export const listAlertsOfAsset = endpoint({
  method: 'GET',
  path: '/api/data-quality/alerts/:assetId',
  tag,
  operation: 'alerts-of-asset',
  access: read,
  summary: 'Alerts about the data of one asset, last seen first',
  input: z.object({ ...paging, ...filter, assetId: z.uuid() }),
  output: pageOf(DataAlert),
});
export const changeDataAlert = endpoint({
  method: 'PUT',
  path: '/api/data-quality/alerts/:alertId',
  tag,
  operation: 'change-alert',
  access: 'data-quality:update',
  summary: 'Acknowledge, mute until a time, open again, or resolve',
  input: z.strictObject({
    alertId: z.uuid(),
    version: z.int().min(1).optional().describe('The version you saw; refused with 409 when it changed since.'),
    action: z.enum(['acknowledge', 'mute', 'reopen', 'resolve']),
    until: z.iso.datetime({ offset: true }).optional().describe('Only with mute, which needs it.'),
    note: z.string().trim().max(2000).optional(),
  }),
  output: DataAlert,
});

const news = z.object({
  alertId: z.uuid(),
  assetId: z.uuid(),
  assetName: z.string(),
  monitorId: z.uuid().nullable(),
  kind: DataAlertKind,
  column: z.string().nullable(),
  severity: Severity,
  title: z.string(),
  detail: z.string(),
  count: z.int(),
  /** Critical, or a set that was found poisoned: belongs before the people who watch security. */
  urgent: z.boolean(),
});
export const dataAlertRaised = eventKind('data-alert.raised', news, read);
export const dataAlertChanged = eventKind(
  'data-alert.changed',
  z.object({ alertId: z.uuid(), assetId: z.uuid(), state: DataAlertState, severity: Severity, count: z.int() }),
  read,
);
