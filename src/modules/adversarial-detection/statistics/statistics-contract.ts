/** Detections by kind, severity and time; screening, responses and calibration of a window. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { Severity } from '../../../contract/severity.ts';
import { Kind } from '../detections/detection-shape.ts';

export const windows = ['24h', '7d', '30d'] as const;
const Latency = z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable();
const Response = z.object({
  requested: z.int(),
  inForce: z.int(),
  failed: z.int(),
  metDeadline: z.int(),
  latencyMs: Latency,
});
export const ThreatStatistics = z.object({
  window: z.enum(windows),
  since: z.iso.datetime(),
  byKind: z.record(
    Kind,
    z.object({
      analysed: z.int(),
      threat: z.int(),
      noThreat: z.int(),
      insufficient: z.int(),
      bySeverity: z.record(Severity, z.int()),
      latencyMs: Latency,
      contested: z.object({
        falsePositives: z.int(),
        confirmed: z.int(),
        falsePositiveShare: z.number().nullable(),
        interval: z.tuple([z.number(), z.number()]).nullable().describe('Clopper–Pearson, 95 %.'),
      }),
    }),
  ),
  overTime: z
    .array(z.object({ from: z.iso.datetime(), kind: Kind, threat: z.int(), analysed: z.int() }))
    .describe('By hour for 24 h, else by day; hours and days with nothing are left out.'),
  screening: z.object({ screened: z.int(), flagged: z.int(), blocked: z.int(), unscreened: z.int() }),
  responses: z.object({ block: Response, quarantine: Response.nullable(), escalate: Response.nullable() }),
  calibration: z.array(
    z.object({
      profileId: z.uuid(),
      modelId: z.string(),
      target: z.number(),
      observed: z.number().nullable(),
      screened: z.int(),
      stale: z.boolean(),
    }),
  ),
  quarantined: z.int().nullable(),
  activeIncidents: z.int().nullable(),
  blocksInForce: z.int(),
});
export type ThreatStatistics = z.infer<typeof ThreatStatistics>;
export const readThreatStatistics = endpoint({
  method: 'GET',
  path: '/api/adversarial-detection/stats',
  tag: 'adversarial-detection',
  operation: 'statistics',
  access: 'adversarial-detection:read',
  summary: 'What was analysed, found, refused and contested in a window',
  input: z.object({ window: z.enum(windows).default('24h') }),
  output: ThreatStatistics,
});
