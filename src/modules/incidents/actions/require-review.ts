/** An asset that may not be promoted until somebody looked at it. */
import { z } from 'zod';
import { call } from '../../../platform/http/call.ts';
import { holdAsset, unholdAsset } from '../../ai-assets/contract.ts';
import { defineAction } from '../action.ts';

const asset = '0190a0de-0000-7000-8000-000000000001';
export default defineAction({
  id: 'require-review',
  title: 'Require a review',
  says: 'The asset can be used as it is, but not approved or moved to production until this is taken back.',
  parameters: z.strictObject({ assetId: z.uuid() }),
  key: ({ assetId }) => assetId,
  describe: ({ assetId }) => `Hold the promotion of the asset ${assetId} until it was reviewed`,
  execute: async ({ assetId }, { actId, reason }) => {
    await call(holdAsset, { id: assetId, holder: actId, kind: 'review', reason });
    return { state: 'in_force', outcome: { assetId } };
  },
  revert: async ({ assetId }, { actId }) => {
    await call(unholdAsset, { id: assetId, holder: actId });
  },
  examples: { fits: [{ assetId: asset }], refused: [{}, { assetId: 'churn-model' }] },
});
