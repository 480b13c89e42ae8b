/** Blocks: an input or a client that is refused by screening, for a while. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { CallerId, Sha256 } from '../detections/detection-shape.ts';

const tag = 'adversarial-detection';
const base = '/api/adversarial-detection' as const;
const update = 'adversarial-detection:update' as const;

export const blockKinds = ['input', 'client'] as const;
export const blockStates = ['in_force', 'expired', 'lifted'] as const;
export const Block = z.object({
  id: z.uuid(),
  kind: z.enum(blockKinds),
  modelId: z.string().nullable().describe('null: on every model.'),
  inputSha256: z.string().nullable().describe('SHA-256 over the features as little-endian 64-bit floats.'),
  clientId: z.string().nullable(),
  reason: z.string(),
  state: z.enum(blockStates),
  detectionId: z.uuid().nullable(),
  incidentId: z.uuid().nullable(),
  decidedAt: z.iso.datetime(),
  inForceAt: z.iso.datetime(),
  inForceAfterMs: z.number().min(0).describe('From the decision until screening refused it.'),
  expiresAt: z.iso.datetime(),
  liftedAt: z.iso.datetime().nullable(),
  liftedBy: z.string().nullable(),
  liftReason: z.string().nullable(),
  createdBy: z.string(),
  refused: z.int().min(0).describe('Requests it refused so far, counted in batches.'),
});
export type Block = z.infer<typeof Block>;

const longestBlockMs = 366 * 86_400_000;
export const setBlock = endpoint({
  method: 'POST',
  path: `${base}/blocks`,
  tag,
  operation: 'set-block',
  access: update,
  status: 201,
  summary: 'Refuse an input, or a client, from now on',
  input: z.strictObject({
    kind: z.enum(blockKinds),
    modelId: CallerId.nullish().describe('Left out: on every model.'),
    inputSha256: Sha256.optional(),
    clientId: CallerId.optional(),
    reason: z.string().trim().min(3).max(1000),
    incidentId: z.uuid().optional(),
    detectionId: z.uuid().optional(),
    expiresInMs: z.int().min(1000).max(longestBlockMs).optional().describe('Default: blockForMs of the configuration.'),
  }),
  output: Block,
});
export const liftBlock = endpoint({
  method: 'DELETE',
  path: `${base}/blocks/:id`,
  tag,
  operation: 'lift-block',
  access: update,
  summary: 'Lift a block before it expires',
  input: z.strictObject({ id: z.uuid(), reason: z.string().trim().min(3).max(1000) }),
  output: Block,
});
export const listBlocks = endpoint({
  method: 'GET',
  path: `${base}/blocks`,
  tag,
  operation: 'list-blocks',
  access: 'adversarial-detection:read',
  summary: 'Blocks, newest first',
  input: z.object({
    ...paging,
    state: z.enum(blockStates).optional(),
    kind: z.enum(blockKinds).optional(),
    model_id: CallerId.optional(),
    client_id: CallerId.optional(),
  }),
  output: pageOf(Block),
});
export const blockChanged = eventKind(
  'adversarial-detection.block-changed',
  z.object({
    blockId: z.uuid(),
    kind: z.enum(blockKinds),
    state: z.enum(blockStates),
    byId: z.string().optional().describe('Who lifted it.'),
    reason: z.string().optional().describe('Why it was lifted.'),
    detectionId: z.uuid().nullable().optional(),
    incidentId: z.uuid().nullable().optional(),
  }),
  'adversarial-detection:read',
);
