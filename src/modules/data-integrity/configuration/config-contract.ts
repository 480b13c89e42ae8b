/** How data is watched in this workspace: versioned, and who changed it is known. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';

const tag = 'data-quality';
const share = z.number().min(0).max(1);

export const DataConfig = z.strictObject({
  monitoringInterval: z.int().min(1).max(1440).describe('Minutes between runs of a monitor that names no other interval.'),
  enableQuality: z.boolean(),
  enableDrift: z.boolean(),
  enableAnomalies: z.boolean(),
  enablePoisoning: z.boolean(),
  enableAlerts: z.boolean().describe('false: runs are kept, and nobody is told.'),
  batchSize: z.int().min(100).max(100_000).describe('Records that one statement of the retention run removes.'),
  retentionDays: z
    .int()
    .min(7)
    .max(365)
    .describe('Assessments, failing rows and single measurements older than this are removed; daily roll-ups stay.'),
  alertThresholds: z.strictObject({
    qualityScoreThreshold: share.describe('Alert below this score.'),
    driftThreshold: share.describe('Alert when more than this share of columns drifted.'),
    anomalyRateThreshold: share.describe('Alert above this share of flagged rows.'),
  }),
  mostAlertsOfMonitor: z.int().min(1).max(200).describe('Open alerts of one monitor; what is beyond is counted in one alert.'),
});
export type DataConfig = z.infer<typeof DataConfig>;
const KeptConfig = DataConfig.extend({
  version: z.int().min(0).describe('0: nobody has changed anything.'),
  changedBy: z.string().nullable(),
  changedAt: z.iso.datetime().nullable(),
});
export type KeptConfig = z.infer<typeof KeptConfig>;

export const readConfig = endpoint({
  method: 'GET',
  path: '/api/data-quality/config',
  tag,
  operation: 'config',
  access: 'data-quality:read',
  summary: 'How data is watched here',
  input: z.object({}),
  output: KeptConfig,
});
export const changeConfig = endpoint({
  method: 'PUT',
  path: '/api/data-quality/config',
  tag,
  operation: 'change-config',
  access: 'data-quality:update',
  summary: 'Change how data is watched; what is left out stays. Every version is kept',
  input: DataConfig.partial().extend({
    alertThresholds: DataConfig.shape.alertThresholds.partial().optional(),
    version: z.int().min(0).optional().describe('The version you saw; refused with 409 when it changed since.'),
  }),
  output: KeptConfig,
});
export const cleanUp = endpoint({
  method: 'POST',
  path: '/api/data-quality/cleanup',
  tag,
  operation: 'clean-up',
  access: 'data-quality:delete',
  status: 202,
  summary: 'Remove what is older than the retention, now instead of tonight',
  input: z.strictObject({}),
  output: z.object({ jobId: z.uuid() }),
});
