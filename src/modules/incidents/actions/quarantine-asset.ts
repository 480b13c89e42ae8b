/** An asset that nobody may use until it is released. */
import { z } from 'zod';
import { defineAction } from '../action.ts';
import { assetFacts } from '../asset-facts.ts';
import { incidentProblems, ReleasePolicy } from '../contract.ts';
import { beginQuarantine, settleById } from '../quarantine/quarantine.ts';
import { release } from '../quarantine/release.ts';
import { responseSettings } from '../response-settings.ts';

const asset = '0190a0de-0000-7000-8000-000000000001';
export default defineAction({
  id: 'quarantine-asset',
  title: 'Quarantine an asset',
  says: 'Every point that enforces it refuses the asset; it is in force when all of them confirmed.',
  parameters: z.strictObject({ assetId: z.uuid(), policy: ReleasePolicy.optional() }),
  containing: true,
  key: ({ assetId }) => assetId,
  describe: ({ assetId }) => `Quarantine the asset ${assetId}`,
  execute: async ({ assetId, policy }, act) => {
    const found = await assetFacts(assetId);
    if (found === null) throw incidentProblems.assetNotFound({ id: assetId });
    return await beginQuarantine({ asset: found, act, settings: await responseSettings(), policy });
  },
  settle: async ({ quarantineId }) => settleById(z.uuid().parse(quarantineId)),
  revert: async (_parameters, { reason }, { quarantineId }) => {
    await release({ quarantineId: z.uuid().parse(quarantineId), reason });
  },
  leadsOwnWayBack: true,
  examples: {
    fits: [{ assetId: asset }, { assetId: asset, policy: 'manual' }],
    refused: [{}, { assetId: 'churn-model' }, { assetId: asset, policy: 'never' }],
  },
});
