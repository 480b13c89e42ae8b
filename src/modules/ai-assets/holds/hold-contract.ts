/** Holds: what keeps an asset from being used or promoted, for the slices that respond to attacks. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { Lifecycle } from '../asset-shape.ts';

const tag = 'ai-assets';
/** `quarantine`: nobody may use it. `review`: nobody may promote it. */
export const HoldKind = z.enum(['quarantine', 'review']);
export type HoldKind = z.infer<typeof HoldKind>;
const Held = z.object({ held: z.boolean(), lifecycle: Lifecycle });
export const holdAsset = endpoint({
  method: 'POST',
  path: '/api/ai-assets/:id/hold',
  tag,
  operation: 'hold',
  access: 'service',
  idempotent: true,
  summary: 'A quarantine or a review holds an asset until it lets go',
  input: z.object({ id: z.uuid(), holder: z.uuid(), kind: HoldKind, reason: z.string().max(4000) }),
  output: Held,
});
export const unholdAsset = endpoint({
  method: 'POST',
  path: '/api/ai-assets/:id/unhold',
  tag,
  operation: 'unhold',
  access: 'service',
  idempotent: true,
  summary: 'A quarantine or a review lets go of an asset',
  input: z.object({ id: z.uuid(), holder: z.uuid() }),
  output: Held,
});
