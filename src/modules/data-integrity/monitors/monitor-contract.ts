/** Monitors: a table looked at again and again, by the clock. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { severities } from '../../../contract/severity.ts';
import { Assessment, CheckKind, CheckOptions, DataEnvironment } from '../assessments/assessment-contract.ts';
import { TableSource } from '../sources/source-contract.ts';

const tag = 'data-quality';
const read = 'data-quality:read' as const;
const create = 'data-quality:create' as const;
const update = 'data-quality:update' as const;

export const monitorProblems = problems('data-quality', {
  monitorNotFound: [404, 'No monitor has the id {id}.'],
  monitorExists: [409, 'The asset has a monitor named {name} already.'],
  noMonitors: [404, 'The asset has no monitor.'],
  tooManyMonitors: [422, 'A workspace has at most {most} monitors.'],
  monitorDestination: [422, 'No destination of notifications that is switched on has the id {id}.'],
  monitorUpload: [422, 'An upload is removed after a while and cannot be watched: name a file or a dataset asset.'],
});

const share = z.number().min(0).max(1);
/** When a run deserves an alert; what is left out follows the configuration. */
export const Thresholds = z.strictObject({
  qualityScore: share.nullable().default(null).describe('Alert below this score.'),
  driftShare: share.nullable().default(null).describe('Alert when more than this share of columns drifted.'),
  anomalyRate: share.nullable().default(null).describe('Alert above this share of flagged rows.'),
});
const facts = {
  name: z.string().trim().min(1).max(200),
  environment: DataEnvironment,
  source: TableSource,
  checks: z.array(CheckKind).min(1).max(4),
  everyMinutes: z.int().min(1).max(1440).nullable().describe('null: not by the clock.'),
  onChange: z
    .boolean()
    .describe(
      'Also when the table changes: the inventory sees a new version or partition of the asset, or one is handed over as an upload.',
    ),
  destinations: z
    .array(z.uuid())
    .max(20)
    .describe('Destinations of notifications that its alerts go to, besides where the rules of notifications send what reaches security.'),
  cooldownMinutes: z.int().min(0).max(10_080).describe('The same alert tells people at most once in this time.'),
  options: CheckOptions,
  thresholds: Thresholds,
  baseline: z.union([z.uuid(), z.literal('promoted'), z.null()]).describe('A pinned baseline, the promoted one, or none.'),
} as const;
export const Monitor = z.object({
  id: z.uuid(),
  assetId: z.uuid(),
  ...facts,
  sourceLabel: z.string(),
  enabled: z.boolean(),
  changedAt: z.iso.datetime().nullable().describe('The table changed then, and the run for it has not begun yet.'),
  health: z
    .enum(['good', 'bad', 'failing', 'unknown'])
    .describe('After the last run: good, something found, could not run, or not run yet.'),
  openAlerts: z.int().min(0),
  nextRunAt: z.iso.datetime().nullable(),
  lastRunAt: z.iso.datetime().nullable(),
  lastAssessmentId: z.uuid().nullable(),
  runningAssessmentId: z.uuid().nullable(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  version: z.int().min(1),
});
export type Monitor = z.infer<typeof Monitor>;

export const listMonitors = endpoint({
  method: 'GET',
  path: '/api/data-quality/monitors',
  tag,
  operation: 'monitors',
  access: read,
  summary: 'Monitors, newest first',
  input: z.object({ ...paging, asset_id: z.uuid().optional(), enabled: z.boolean().optional(), health: Monitor.shape.health.optional() }),
  output: pageOf(Monitor),
});
export const getMonitor = endpoint({
  method: 'GET',
  path: '/api/data-quality/monitors/:id',
  tag,
  operation: 'monitor',
  access: read,
  summary: 'One monitor',
  input: z.object({ id: z.uuid() }),
  output: Monitor,
});
export const addMonitor = endpoint({
  method: 'POST',
  path: '/api/data-quality/monitors',
  tag,
  operation: 'add-monitor',
  access: create,
  status: 201,
  summary: 'Watch the table of an asset',
  input: z.strictObject({
    assetId: z.uuid(),
    name: facts.name,
    environment: DataEnvironment.default('training'),
    source: TableSource.optional().describe('Left out: the file of the asset.'),
    checks: facts.checks.default(['quality', 'drift', 'anomalies']),
    everyMinutes: facts.everyMinutes.optional().describe('Left out: the interval of the configuration.'),
    onChange: facts.onChange.default(false),
    destinations: facts.destinations.default([]),
    cooldownMinutes: facts.cooldownMinutes.default(60),
    options: CheckOptions.prefault({}),
    thresholds: Thresholds.prefault({}),
    baseline: facts.baseline.default('promoted'),
    enabled: z.boolean().default(true),
  }),
  output: Monitor,
});
export const changeMonitor = endpoint({
  method: 'PUT',
  path: '/api/data-quality/monitors/:id',
  tag,
  operation: 'change-monitor',
  access: update,
  summary: 'Change a monitor; what is left out stays',
  input: z.strictObject({
    id: z.uuid(),
    version: z.int().min(1).optional().describe('The version you saw; refused with 409 when it changed since.'),
    name: facts.name.optional(),
    environment: DataEnvironment.optional(),
    source: TableSource.optional(),
    checks: facts.checks.optional(),
    everyMinutes: facts.everyMinutes.optional(),
    onChange: facts.onChange.optional(),
    destinations: facts.destinations.optional(),
    cooldownMinutes: facts.cooldownMinutes.optional(),
    options: CheckOptions.optional(),
    thresholds: Thresholds.optional(),
    baseline: facts.baseline.optional(),
    enabled: z.boolean().optional(),
  }),
  output: Monitor,
});
export const removeMonitor = endpoint({
  method: 'DELETE',
  path: '/api/data-quality/monitors/:id',
  tag,
  operation: 'remove-monitor',
  access: update,
  summary: 'Stop watching; assessments and alerts stay. Those of others need the right to delete',
  input: z.object({ id: z.uuid() }),
  output: Monitor,
});
export const runMonitor = endpoint({
  method: 'POST',
  path: '/api/data-quality/monitors/:id/run',
  tag,
  operation: 'run-monitor',
  access: create,
  status: 202,
  summary: 'Run a monitor now; 409 while it runs',
  input: z.strictObject({ id: z.uuid() }),
  output: Assessment,
});
export const startMonitoring = endpoint({
  method: 'POST',
  path: '/api/data-quality/start-monitoring',
  tag,
  operation: 'start-monitoring',
  access: create,
  summary: 'Switch on the monitors of an asset; an asset without one gets one of its own file',
  input: z.strictObject({
    assetId: z.uuid(),
    intervalMinutes: z.int().min(1).max(1440).optional(),
    environment: DataEnvironment.optional(),
  }),
  output: z.object({ monitors: z.array(Monitor) }),
});
export const stopMonitoring = endpoint({
  method: 'POST',
  path: '/api/data-quality/stop-monitoring',
  tag,
  operation: 'stop-monitoring',
  access: update,
  idempotent: true,
  summary: 'Switch off the monitors of an asset',
  input: z.strictObject({ assetId: z.uuid() }),
  output: z.object({ monitors: z.array(Monitor) }),
});

export const monitoringStatus = endpoint({
  method: 'GET',
  path: '/api/data-quality/status',
  tag,
  operation: 'status',
  access: read,
  summary: 'What is watched, what runs, what is wrong',
  input: z.object({}),
  output: z.object({
    monitors: z.object({ total: z.int(), enabled: z.int(), good: z.int(), bad: z.int(), failing: z.int(), unknown: z.int() }),
    assessments: z.object({ queued: z.int(), running: z.int(), lastDay: z.int(), failedLastDay: z.int() }),
    openAlerts: z.array(z.object({ severity: z.enum(severities), count: z.int() })),
    assets: z.object({
      datasets: z.int().describe('Datasets in the inventory.'),
      watched: z.int().describe('Assets with a monitor that is switched on.'),
    }),
    lastRunAt: z.iso.datetime().nullable(),
    nextRunAt: z.iso.datetime().nullable(),
    uploads: z.object({ usedBytes: z.number(), quotaBytes: z.number(), uploadBytes: z.number() }),
  }),
});

export const monitorChanged = eventKind(
  'data-monitor.changed',
  z.object({ monitorId: z.uuid(), assetId: z.uuid(), change: z.enum(['added', 'changed', 'removed', 'started', 'stopped']) }),
  read,
);
/** An assessment ended, well or not. */
export const assessmentFinished = eventKind(
  'data-assessment.finished',
  z.object({
    assessmentId: z.uuid(),
    assetId: z.uuid(),
    monitorId: z.uuid().nullable(),
    state: z.enum(['done', 'failed', 'cancelled']),
    outcome: z.enum(['good', 'bad', 'unknown']).nullable(),
    poisoningVerdict: z.enum(['clean', 'suspicious', 'poisoned', 'unknown']).nullable(),
  }),
  read,
);
