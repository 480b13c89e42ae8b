/** The product door of the poisoning analysis: asks data quality, decides, grades, keeps. */
import { isProblem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { assetLineage, getAsset } from '../../ai-assets/contract.ts';
import { checkPoisoning } from '../../data-quality/contract.ts';
import { assetOfModel } from '../profiles/profile.ts';
import { analysisSeed, keepJudgement, targetRateOf } from '../screening/record-judgement.ts';
import { analyzePoisoning } from './poisoning-contract.ts';
import { toCheck, toJudgement } from './translate.ts';

const mostDescendants = 50;

/** Whether a production model descends from the data set; null when its lineage is not known. */
async function productionDescendant(assetId: string | null): Promise<boolean | null> {
  if (assetId === null) return null;
  try {
    const { nodes } = await call(assetLineage, { id: assetId });
    const models = nodes.filter(({ distance, type }) => distance > 0 && type === 'model').slice(0, mostDescendants);
    const assets = await Promise.all(models.map(({ assetId: id }) => call(getAsset, { id })));
    return assets.some(({ environment }) => environment === 'production');
  } catch (error) {
    // It left the inventory, or this person may not read it.
    if (isProblem(error) && error.status < 500) return null;
    throw error;
  }
}

export const poisoningRoutes: readonly Route[] = [
  handle(
    analyzePoisoning,
    async (asked, context) => {
      const receivedAtMs = performance.now();
      const assetId = await transaction(
        context,
        async () => {
          await targetRateOf('data-poisoning');
          return assetOfModel(asked.datasetId);
        },
        { readOnly: true },
      );
      const answer = await call(checkPoisoning, toCheck(asked, analysisSeed));
      const around = await transaction(context, async () => ({ productionDescendant: await productionDescendant(assetId) }), {
        readOnly: true,
      });
      const detection = await keepJudgement(
        toJudgement(answer, asked, around),
        { kind: 'data-poisoning', subject: { datasetId: asked.datasetId, assetId }, asked, dryRun: asked.dryRun, receivedAtMs },
        context,
      );
      audit.subject({ type: 'detection', id: detection.id });
      return detection;
    },
    // The check takes seconds: no transaction waits for it.
    { transaction: 'none' },
  ),
];
