/** An input that screening refuses from now on. */
import { z } from 'zod';
import { call } from '../../../platform/http/call.ts';
import { liftBlock, setBlock } from '../../adversarial-detection/contract.ts';
import { defineAction } from '../action.ts';

const sha = 'a'.repeat(64);
export default defineAction({
  id: 'block-input',
  title: 'Block an input',
  says: 'Screening refuses this very input, on one model or on all, until the block expires.',
  parameters: z.strictObject({
    inputSha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal'),
    modelId: z.string().min(1).max(200).optional(),
    forMs: z.int().min(1000).max(31_622_400_000).default(3_600_000),
  }),
  containing: true,
  key: ({ inputSha256, modelId }) => `${inputSha256}:${modelId ?? ''}`,
  describe: ({ inputSha256, modelId }) => `Block the input ${inputSha256.slice(0, 12)}… on ${modelId ?? 'every model'}`,
  lastsMs: ({ forMs }) => forMs,
  execute: async ({ inputSha256, modelId, forMs }, { reason, detectionId, incident }) => {
    const block = await call(setBlock, {
      kind: 'input',
      inputSha256,
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
    fits: [{ inputSha256: sha }, { inputSha256: sha, modelId: 'fraud-v3', forMs: 60_000 }],
    refused: [{}, { inputSha256: 'not a hash' }, { inputSha256: sha, forMs: 0 }],
  },
});
