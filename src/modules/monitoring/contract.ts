/** Health of the platform and its processes. */
import { z } from 'zod';
import { type Door, endpoint } from '../../contract/endpoint.ts';

const tag = 'monitoring';
export const HealthState = z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']);
export const Part = z.object({ name: z.string(), state: HealthState, detail: z.string().nullable(), latencyMs: z.number() });

/** Without sign-in: state and time only. Posture and parts are for readers of monitoring. */
export const Health = z.object({
  status: HealthState,
  timestamp: z.iso.datetime(),
  version: z.string().optional(),
  uptimeSeconds: z.number().optional(),
  parts: z.array(Part).optional(),
  counts: z.object({ assets: z.int(), criticalVulnerabilities: z.int(), activeAlerts: z.int() }).optional(),
});
export type Health = z.infer<typeof Health>;

export const productHealth = endpoint({
  method: 'GET',
  path: '/api/health',
  tag,
  operation: 'health',
  access: 'public',
  summary: 'Health of the platform; parts and counts for readers of monitoring',
  input: z.object({}),
  output: Health,
});

/** `GET /health` of one compute door. */
export function doorHealth(door: Exclude<Door, 'product'>) {
  return endpoint({
    method: 'GET',
    path: '/health',
    door,
    tag,
    operation: 'health',
    access: 'public',
    summary: 'Health of this service',
    input: z.object({}),
    output: Health,
  });
}

/** Prometheus text of one process: for a scraper with METRICS_TOKEN, or a person who may read monitoring. */
export function processMetrics(door: Door) {
  return endpoint({
    method: 'GET',
    path: '/metrics',
    door,
    tag,
    operation: 'metrics',
    access: 'public',
    kind: 'file',
    summary: 'Metrics in Prometheus text form; needs the scrape token or monitoring:read',
    input: z.object({}),
    output: z.string(),
  });
}
