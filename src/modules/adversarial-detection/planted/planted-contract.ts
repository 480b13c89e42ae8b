/** Do the detectors still find what they should? Attacks and clean controls are planted, the real detectors run, nothing is raised. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { invalidCode, Kind } from '../detections/detection-shape.ts';

const count = z.int().min(0);
export const PlantedResult = z.object({
  kind: Kind,
  planted: count,
  found: count,
  missed: z.array(z.string()),
  cleanRows: count.describe('Clean things judged: rows, inputs, clients, streams or attributes.'),
  falseFlags: count,
  skipped: z.string().nullable(),
  durationMs: z.number().min(0),
});
export type PlantedResult = z.infer<typeof PlantedResult>;

export const testDetectors = endpoint({
  method: 'POST',
  path: '/api/adversarial-detection/test',
  tag: 'adversarial-detection',
  operation: 'test-detectors',
  invalidCode,
  access: 'adversarial-detection:create',
  summary: 'Plants attacks and clean controls and runs the real detectors on them; raises nothing, counts nowhere',
  input: z.strictObject({
    kinds: z.array(Kind).min(1).max(6).optional(),
    profileId: z.uuid().optional().describe('Its rows are the data of the evasion test; default: made-up rows.'),
    seed: z.int().min(0).max(4_000_000_000).default(1),
    respond: z.literal(false).optional(),
  }),
  output: z.object({ seed: z.int(), results: z.array(PlantedResult), passed: z.boolean() }),
  timeoutMs: 240_000,
  ratePerMinute: 30,
});
