/** What was measured over time, drift and anomalies found, and the report of an asset. */
import { z } from 'zod';
import { anyOf } from '../../../contract/any-of.ts';
import { endpoint } from '../../../contract/endpoint.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { Severity, severities } from '../../../contract/severity.ts';
import { DataAlert } from '../alerts/alert-contract.ts';
import { Assessment, DataEnvironment, dataEnvironments, TimeRange } from '../assessments/assessment-contract.ts';

const tag = 'data-quality';
const read = 'data-quality:read' as const;

/** Of the whole table, and of single columns. */
export const tableMetrics = [
  'rows',
  'score',
  'completeness',
  'accuracy',
  'consistency',
  'validity',
  'uniqueness',
  'freshness',
  'driftShare',
  'anomalyRate',
] as const;
export const columnMetrics = ['missingRate', 'mean', 'distinct', 'driftStrength'] as const;
export const metricNames = [...tableMetrics, ...columnMetrics] as const;
export const MetricName = z.enum(metricNames);
export type MetricName = z.infer<typeof MetricName>;

export const Series = z.object({
  metric: MetricName,
  column: z.string().nullable(),
  environment: DataEnvironment,
  monitorId: z.uuid().nullable(),
  points: z.array(
    z.object({
      at: z.iso.datetime(),
      value: z.number().nullable().describe('null is unknown. Of a day: the mean.'),
      low: z.number().nullable(),
      high: z.number().nullable(),
      count: z.int().min(1),
    }),
  ),
});
export type Series = z.infer<typeof Series>;
export const readMetrics = endpoint({
  method: 'GET',
  path: '/api/data-quality/metrics/:assetId',
  tag,
  operation: 'metrics',
  access: read,
  summary: 'Metric series of an asset and its newest assessment',
  input: z.object({
    assetId: z.uuid(),
    type: anyOf(metricNames, 400).optional().describe('Metrics; left out: those of the whole table.'),
    column: z.string().max(1000).optional(),
    environment: anyOf(dataEnvironments, 100).optional(),
    monitor_id: z.uuid().optional(),
    timeRange: TimeRange.default('7d'),
  }),
  output: z.object({
    assetId: z.uuid(),
    timeRange: TimeRange,
    resolution: z.enum(['run', 'day']),
    latest: Assessment.nullable(),
    series: z.array(Series),
    pointsLeftOut: z.int().min(0),
  }),
});

const found = {
  ...paging,
  assetId: z.uuid(),
  severity: anyOf(severities, 100).optional(),
  environment: anyOf(dataEnvironments, 100).optional(),
  timeRange: TimeRange.default('30d'),
} as const;
export const driftEffects = [
  'ks',
  'normedWasserstein',
  'jensenShannon',
  'missingRate',
  'range',
  'correlation',
  'constant',
  'type',
  'lost',
] as const;
/** In words, for sentences of alerts and for pages. */
const effectWords: Readonly<Record<string, string>> = {
  ks: 'Kolmogorov–Smirnov distance',
  normedWasserstein: 'Wasserstein distance, in standard deviations',
  jensenShannon: 'Jensen–Shannon distance',
  missingRate: 'missing rate',
  correlation: 'correlation',
  type: 'type of the column',
  lost: 'the column is gone',
  range: 'range of the values',
  constant: 'constant or varying',
};
export const effectWord = (effect: string): string => effectWords[effect] ?? effect;
export const DriftFinding = z.object({
  id: z.uuid(),
  assessmentId: z.uuid(),
  at: z.iso.datetime(),
  environment: DataEnvironment,
  monitorId: z.uuid().nullable(),
  baselineId: z.uuid().nullable(),
  column: z.string(),
  effect: z.string(),
  value: z.number().nullable(),
  floor: z.number().nullable(),
  adjustedP: z.number().nullable(),
  strength: z.number().nullable().describe('How many times the floor.'),
  severity: Severity,
});
export type DriftFinding = z.infer<typeof DriftFinding>;
export const listDrift = endpoint({
  method: 'GET',
  path: '/api/data-quality/drift/:assetId',
  tag,
  operation: 'drift',
  access: read,
  summary: 'Columns that drifted, newest first',
  input: z.object({ ...found, type: anyOf(driftEffects, 200).optional().describe('Effects.'), column: z.string().max(1000).optional() }),
  output: pageOf(DriftFinding),
});
export const anomalyKinds = ['isolation-forest', 'local-outlier-factor', 'density-clusters', 'ensemble', 'z', 'iqr'] as const;
export const AnomalyFinding = z.object({
  id: z.uuid(),
  assessmentId: z.uuid(),
  at: z.iso.datetime(),
  environment: DataEnvironment,
  monitorId: z.uuid().nullable(),
  detector: z.string(),
  column: z.string().nullable().describe('Of z and iqr; row detectors name columns by row.'),
  flagged: z.int().min(0),
  of: z.int().min(0),
  severity: Severity,
  rows: z.array(z.object({ row: z.int(), score: z.number().nullable(), columns: z.array(z.string()) })),
});
export type AnomalyFinding = z.infer<typeof AnomalyFinding>;
export const listAnomalies = endpoint({
  method: 'GET',
  path: '/api/data-quality/anomalies/:assetId',
  tag,
  operation: 'anomalies',
  access: read,
  summary: 'What was found odd, newest first',
  input: z.object({ ...found, type: anyOf(anomalyKinds, 200).optional().describe('Detectors.'), column: z.string().max(1000).optional() }),
  output: pageOf(AnomalyFinding),
});

export const Report = z.object({
  assetId: z.uuid(),
  datasetName: z.string(),
  timeRange: TimeRange,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  latest: Assessment.nullable(),
  runs: z.object({ done: z.int(), failed: z.int(), good: z.int(), bad: z.int(), unknown: z.int() }),
  metrics: z.array(
    z.object({
      name: z.string(),
      value: z.number().nullable(),
      reason: z.string().nullable(),
      numerator: z.number(),
      denominator: z.number(),
    }),
  ),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      missing: z.int(),
      distinct: z.int().nullable(),
      mean: z.number().nullable(),
      histogram: z.array(z.int()).nullable(),
      drift: z.enum(['drift', 'stable', 'unknown']).nullable(),
    }),
  ),
  columnsLeftOut: z.int().min(0),
  drift: z.array(DriftFinding),
  anomalies: z.array(AnomalyFinding),
  alerts: z.array(DataAlert),
  series: z.array(Series),
});
export type Report = z.infer<typeof Report>;
export const readReport = endpoint({
  method: 'GET',
  path: '/api/data-quality/report/:assetId',
  tag,
  operation: 'report',
  audit: 'data-quality.report',
  access: read,
  kind: 'file',
  timeoutMs: 60_000,
  summary: 'Report of an asset as JSON, as one HTML page under 1 MB, or its failing rows as CSV',
  input: z.object({
    assetId: z.uuid(),
    timeRange: TimeRange.default('7d'),
    environment: DataEnvironment.optional(),
    format: z.enum(['json', 'html', 'csv']).default('json'),
  }),
  output: Report,
});
