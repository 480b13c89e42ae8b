/** Attacks on models and their data: what may be asked, what is told. */
import { z } from 'zod';
import { anyOf } from '../../contract/any-of.ts';
import { endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { Severity, severities } from '../../contract/severity.ts';
import {
  CallerId,
  Detection,
  DetectionSummary,
  decisions,
  FlaggedRow,
  Kind,
  kinds,
  Sha256,
  verdictWords,
} from './detections/detection-shape.ts';

export * from './blocks/block-contract.ts';
export * from './configuration/configuration-contract.ts';
export * from './configuration/configuration-draft.ts';
export * from './detections/detection-news.ts';
export * from './detections/detection-shape.ts';
export * from './guard/guard-contract.ts';
export * from './planted/planted-contract.ts';
export * from './poisoning/poisoning-contract.ts';
export * from './privacy/privacy-contract.ts';
export * from './screening/evasion-contract.ts';
export * from './statistics/statistics-contract.ts';
export * from './streams/stream-contract.ts';

const tag = 'adversarial-detection';
const read = 'adversarial-detection:read' as const;
const base = '/api/adversarial-detection' as const;

/** Told in the transaction that stores the detection; never of a dry run, a planted test or anything but a threat. */
export const detectionMade = eventKind(
  'adversarial-detection.detected',
  z.object({
    detectionId: z.uuid(),
    kind: Kind,
    decision: z.literal('threat'),
    severity: Severity,
    title: z.string(),
    summary: z.string(),
    technique: z.array(z.string()),
    assetId: z.uuid().nullable(),
    clientId: z.string().nullable(),
    inputSha256: Sha256.nullable(),
    fingerprint: z.string().describe('The same for the same attack on the same thing.'),
    dryRun: z.literal(false),
  }),
  read,
);

export const listDetections = endpoint({
  method: 'GET',
  path: `${base}/detections`,
  tag,
  operation: 'list-detections',
  access: read,
  summary: 'Detections, newest first',
  input: z.object({
    ...paging,
    kind: anyOf(kinds).optional(),
    decision: anyOf(decisions).optional(),
    severity: anyOf(severities).optional(),
    asset_id: z.uuid().optional(),
    model_id: CallerId.optional(),
    client_id: CallerId.optional(),
    verdict: anyOf([...verdictWords, 'open']).optional(),
    since: z.iso.datetime({ offset: true }).optional(),
  }),
  output: pageOf(DetectionSummary),
});
export const getDetection = endpoint({
  method: 'GET',
  path: `${base}/detections/:id`,
  tag,
  operation: 'read-detection',
  access: read,
  summary: 'One detection with its evidence',
  input: z.object({ id: z.uuid() }),
  output: Detection,
});
export const listDetectionRows = endpoint({
  method: 'GET',
  path: `${base}/detections/:id/rows`,
  tag,
  operation: 'list-detection-rows',
  access: read,
  summary: 'Every flagged row of a detection, least likely first',
  input: z.object({ ...paging, id: z.uuid() }),
  output: pageOf(FlaggedRow),
});
export const giveVerdict = endpoint({
  method: 'POST',
  path: `${base}/detections/:id/verdict`,
  tag,
  operation: 'give-verdict',
  access: 'adversarial-detection:update',
  summary: 'Confirm a detection or call it a false positive, with a note',
  input: z.strictObject({
    id: z.uuid(),
    verdict: z.enum(['confirmed', 'false_positive']),
    note: z.string().trim().min(3).max(2000),
    version: z.int().min(1).optional().describe('The version you saw; refused with 409 when it changed since.'),
  }),
  output: Detection,
});
export const decideDetection = endpoint({
  method: 'PATCH',
  path: `${base}/detections/:id`,
  tag,
  operation: 'decide-detection',
  access: 'adversarial-detection:update',
  summary: 'Confirm or contest a detection, or change its severity, with a reason',
  input: z.strictObject({
    id: z.uuid(),
    version: z.int().min(1).describe('The version you saw; refused with 409 when it changed since.'),
    verdict: z.enum(verdictWords).nullable().optional(),
    severity: Severity.optional(),
    reason: z.string().trim().min(3).max(2000),
  }),
  output: Detection,
});
