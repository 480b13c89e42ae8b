/** Query streams: what clients ask a model over time, and whether it is extraction, a search for the boundary, or probing. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { CallerId, Confidence, Detection, Features, invalidCode, Label } from '../detections/detection-shape.ts';

const tag = 'adversarial-detection';
const base = '/api/adversarial-detection' as const;
const create = 'adversarial-detection:create' as const;

/** Made by the caller, so that inputs never leave its house. */
const SketchGiven = z.strictObject({
  bits: z.string().regex(/^[0-9a-f]{16}$/, 'must be 64 bits in hexadecimal'),
  components: z.array(z.number().min(-64).max(64)).length(16),
});
const event = {
  id: CallerId,
  at: z.iso.datetime({ offset: true }),
  features: Features.optional(),
  sketch: SketchGiven.optional(),
  prediction: Label,
  confidence: Confidence.optional(),
} as const;
type Given = { readonly features?: unknown; readonly sketch?: unknown };
const one = ({ features, sketch }: Given): boolean => (features === undefined) !== (sketch === undefined);
const oneWords = 'Give either features or a sketch.';

export const TrafficEvent = z.strictObject({ ...event, clientId: CallerId }).refine(one, oneWords);
export type TrafficEvent = z.output<typeof TrafficEvent>;
export const StreamEvent = z.strictObject(event).refine(one, oneWords);

export const sendTraffic = endpoint({
  method: 'POST',
  path: `${base}/traffic`,
  tag,
  operation: 'send-traffic',
  invalidCode,
  access: create,
  summary: 'What clients asked a model: kept as sketches, the last 512 of each client; the same id is counted once',
  input: z.strictObject({ modelId: CallerId, events: z.array(TrafficEvent).min(1).max(1000) }),
  output: z.object({
    accepted: z.int(),
    duplicates: z.int(),
    dropped: z.int().describe('Older sketches that made room.'),
    evictedStreams: z.int().describe('Idle clients whose sketches were removed.'),
    detections: z.array(z.uuid()),
  }),
  // Traffic is no change a person makes; what is detected leaves its own record.
  audit: false,
  idempotent: true,
  maxBodyBytes: 16 * 2 ** 20,
  timeoutMs: 60_000,
  ratePerMinute: 6000,
});

export const analyzeExtraction = endpoint({
  method: 'POST',
  path: `${base}/extraction/analyze`,
  tag,
  operation: 'analyze-extraction',
  invalidCode,
  access: create,
  summary: 'Does this stream of queries copy the model, search its boundary, or probe a record?',
  input: z.strictObject({
    queryId: CallerId,
    modelId: CallerId,
    clientId: CallerId.optional(),
    events: z.array(StreamEvent).min(1).max(5000),
    dryRun: z.boolean().default(false).describe('Nothing is raised and nothing is blocked.'),
  }),
  output: Detection,
  maxBodyBytes: 16 * 2 ** 20,
  timeoutMs: 60_000,
});

export const Stream = z.object({
  id: z.uuid(),
  modelId: z.string(),
  clientId: z.string(),
  seen: z.int(),
  kept: z.int(),
  dropped: z.int(),
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  readings: z.record(z.string(), z.number()).describe('Statistic of each detector, when it was last read.'),
  detected: z.array(z.string()),
  detectedAt: z.iso.datetime().nullable(),
});
export const listStreams = endpoint({
  method: 'GET',
  path: `${base}/streams`,
  tag,
  operation: 'list-streams',
  access: 'adversarial-detection:read',
  summary: 'Query streams by client, latest first',
  input: z.object({ ...paging, model_id: CallerId.optional(), client_id: CallerId.optional() }),
  output: pageOf(Stream),
});
