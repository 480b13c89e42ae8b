/** Background of the inventory: the risk engine's numbers become fields of the asset. */
import { on } from '../../platform/events/subscribe.ts';
import { assetRiskChanged } from '../risk/contract.ts';
import { recordChanges, setRisk } from './store.ts';

export const subscriptions = [
  on(assetRiskChanged, 'ai-assets', async ({ assets }, _event, { actor }) => {
    for (const { assetId, risk, level } of assets) {
      const changed = await setRisk(assetId, risk, level);
      if (changed)
        await recordChanges(actor, [
          { assetId, action: 'risk', fields: ['risk'], before: { risk: changed.before }, after: { risk, riskLevel: level } },
        ]);
    }
  }),
];
