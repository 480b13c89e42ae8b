/** What detects, from which severity on something is done, and how fast. Every change is a version of its own. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { Severity } from '../../../contract/severity.ts';
import { CallerId, FalsePositiveRate, invalidCode, Kind } from '../detections/detection-shape.ts';

const tag = 'adversarial-detection';
const path = '/api/adversarial-detection/config' as const;
const update = 'adversarial-detection:update' as const;

const day = 86_400_000;
const Milliseconds = (least: number, most: number) => z.int().min(least).max(most);
export const DetectorSetting = z.strictObject({
  enabled: z.boolean(),
  targetFalsePositiveRate: FalsePositiveRate,
  disabledSignatures: z.array(z.string().min(1).max(120)).max(200),
});
export const AutoRelease = z.strictObject({
  policy: z.enum(['manual', 'after', 'when-clean']),
  afterMs: Milliseconds(0, 366 * day),
  neverForSeverity: z.array(Severity).max(5),
  approvals: z.int().min(0).max(5),
});
export const FailMode = z.enum(['open', 'closed']);
export const ResponseSetting = z.strictObject({
  blockAtSeverity: Severity,
  quarantineAtSeverity: Severity,
  escalateAtSeverity: Severity,
  incidentAtSeverity: Severity,
  incidentAfterAlerts: z.strictObject({ count: z.int().min(1).max(10_000), withinMs: Milliseconds(1000, 30 * day) }),
  blockDeadlineMs: Milliseconds(10, 1000),
  quarantineDeadlineMs: Milliseconds(500, 60_000),
  escalateAfterMs: Milliseconds(5000, 3_600_000),
  blockForMs: Milliseconds(1000, 366 * day),
  autoRelease: AutoRelease,
  failMode: FailMode.describe('What a request gets when screening itself fails.'),
  failModes: z
    .array(z.strictObject({ modelId: CallerId, failMode: FailMode }))
    .max(500)
    .describe('Models that fail another way.'),
  simulate: z.boolean().describe('Everything is computed and stored, nothing is refused.'),
});
export const ConfigurationBody = z.strictObject({
  detectors: z.record(Kind, DetectorSetting),
  response: ResponseSetting,
});
export type ConfigurationBody = z.infer<typeof ConfigurationBody>;
export const Configuration = ConfigurationBody.extend({
  version: z.int().min(0).describe('0: nobody changed the defaults.'),
  changedBy: z.string().nullable(),
  changedAt: z.iso.datetime().nullable(),
});
export type Configuration = z.infer<typeof Configuration>;

export const readConfiguration = endpoint({
  method: 'GET',
  path,
  tag,
  operation: 'read-configuration',
  access: 'adversarial-detection:read',
  summary: 'The configuration in force',
  input: z.strictObject({}),
  output: Configuration,
});
const seen = z.int().min(0).optional().describe('The version you saw; refused with 409 when it changed since.');
export const replaceConfiguration = endpoint({
  method: 'PUT',
  path,
  tag,
  operation: 'replace-configuration',
  invalidCode,
  access: update,
  summary: 'Replace the whole configuration',
  description: 'If-Match may name the version you saw, as "3"; refused with 412 when it changed since.',
  input: ConfigurationBody.extend({ version: seen }),
  output: Configuration,
});
export const changeConfiguration = endpoint({
  method: 'PATCH',
  path,
  tag,
  operation: 'change-configuration',
  invalidCode,
  access: update,
  summary: 'Change some settings; what is left out stays',
  description: 'If-Match may name the version you saw, as "3"; refused with 412 when it changed since.',
  input: z.strictObject({
    version: seen,
    detectors: z.partialRecord(Kind, DetectorSetting.partial()).optional(),
    response: ResponseSetting.extend({
      autoRelease: AutoRelease.partial(),
      incidentAfterAlerts: ResponseSetting.shape.incidentAfterAlerts.partial(),
    })
      .partial()
      .optional(),
  }),
  output: Configuration,
});

export const Signature = z.object({
  id: z.string(),
  kind: Kind,
  title: z.string(),
  technique: z.array(z.string()),
  severity: Severity,
  when: z.string().describe('The condition over evidence fields, in words of the table.'),
  enabled: z.boolean(),
  detectedLast30Days: z.int().min(0),
});
export type Signature = z.infer<typeof Signature>;
export const listSignatures = endpoint({
  method: 'GET',
  path: '/api/adversarial-detection/signatures',
  tag,
  operation: 'list-signatures',
  access: 'adversarial-detection:read',
  summary: 'The table that turns evidence into technique and severity',
  input: z.object({ kind: Kind.optional() }),
  output: z.object({ items: z.array(Signature) }),
});

export const configurationChanged = eventKind(
  'adversarial-detection.configuration-changed',
  z.object({ version: z.int() }),
  'adversarial-detection:read',
);
