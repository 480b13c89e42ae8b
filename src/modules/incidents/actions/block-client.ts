/** A client that screening refuses from now on. */
import { z } from 'zod';
import { call } from '../../../platform/http/call.ts';
import { liftBlock, setBlock } from '../../adversarial-detection/contract.ts';
import { defineAction } from '../action.ts';

export default defineAction({
  id: 'block-client',
  title: 'Block a client',
  says: 'Screening refuses everything this client sends to a model, or to all, until the block expires.',
  parameters: z.strictObject({
    clientId: z.string().min(1).max(200),
    modelId: z.string().min(1).max(200).optional(),
    forMs: z.int().min(1000).max(31_622_400_000).default(3_600_000),
  }),
  containing: true,
  key: ({ clientId, modelId }) => `${clientId}:${modelId ?? ''}`,
  describe: ({ clientId, modelId }) => `Block the client ${clientId} on ${modelId ?? 'every model'}`,
  lastsMs: ({ forMs }) => forMs,
  execute: async ({ clientId, modelId, forMs }, { reason, detectionId, incident }) => {
    const block = await call(setBlock, {
      kind: 'client',
      clientId,
      ...(modelId === undefined ? {} : { modelId }),
      reason: reason.slice(0, 1000),
      expiresInMs: forMs,
      ...(detectionId === null ? {} : { detectionId }),
      ...(incident === null ? {} : { incidentId: incident.id }),
    });
    return { state: 'in_force', outcome: { blockId: block.id, expiresAt: block.expiresAt } };
  },
  revert: async (_parameters, { reason }, { blockId }) => {
    await call(liftBlock, { id: z.uuid().parse(blockId), reason: reason.slice(0, 1000) });
  },
  examples: {
    fits: [{ clientId: 'tenant-17' }, { clientId: 'tenant-17', modelId: 'fraud-v3', forMs: 60_000 }],
    refused: [{}, { clientId: '' }, { clientId: 'tenant-17', forMs: 'an hour' }],
  },
});
