/** The product door of the poisoning analysis: asks data quality, decides, grades, keeps. */
import type { Actor } from '../../../contract/actor.ts';
import { commonProblems, isProblem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { assetLineage, getAsset } from '../../ai-assets/contract.ts';
import { checkPoisoning } from '../../data-quality/contract.ts';
import { assetOfModel } from '../profiles/profile.ts';
import { analysisSeed, keepJudgement, targetRateOf } from '../screening/record-judgement.ts';
import { fileOfDataset } from './dataset-file.ts';
import { analyzePoisoning, type PoisoningQuestion } from './poisoning-contract.ts';
import { judgedRows, type PoisoningAnswer, toCheck, toCheckOfFile, toJudgement } from './translate.ts';

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

/** To have a table read is the right that data quality asks for. */
const readingTables = 'data-quality:create';

type Place = { readonly assetId: string | null /** null: the rows came along. */; readonly path: string | null };
/** In a transaction. @throws request.forbidden, and what {@link fileOfDataset} refuses */
async function placeOf({ datasetId, datasetRef }: PoisoningQuestion, { permissions }: Actor): Promise<Place> {
  await targetRateOf('data-poisoning');
  if (datasetRef === undefined) return { assetId: await assetOfModel(datasetId), path: null };
  if (!permissions.has(readingTables)) throw commonProblems.forbidden({ permission: readingTables });
  return { assetId: datasetRef.assetId, path: await fileOfDataset(datasetRef.assetId) };
}

async function checked(asked: PoisoningQuestion, path: string | null): Promise<PoisoningAnswer> {
  const { samples, datasetRef } = asked;
  if (path !== null && datasetRef !== undefined)
    return await call(checkPoisoning, toCheckOfFile({ ...asked, datasetRef }, path, analysisSeed));
  if (samples === undefined) throw commonProblems.internal({}, { cause: 'a question with neither rows nor a reference' });
  return await call(checkPoisoning, toCheck({ ...asked, samples }, analysisSeed));
}

export const poisoningRoutes: readonly Route[] = [
  handle(
    analyzePoisoning,
    async (asked, context) => {
      const receivedAtMs = performance.now();
      const { assetId, path } = await transaction(context, () => placeOf(asked, context.actor), { readOnly: true });
      const answer = await checked(asked, path);
      const around = await transaction(context, async () => ({ productionDescendant: await productionDescendant(assetId) }), {
        readOnly: true,
      });
      const detection = await keepJudgement(
        toJudgement(answer, asked, { ...around, rows: judgedRows(asked, path === null ? 0 : answer.ingest.rows) }),
        {
          ...{ kind: 'data-poisoning', subject: { datasetId: asked.datasetId, assetId }, dryRun: asked.dryRun, receivedAtMs },
          // What was read is part of what was asked.
          asked: path === null ? asked : { ...asked, read: answer.ingest.sha256 },
        },
        context,
      );
      audit.subject({ type: 'detection', id: detection.id });
      return detection;
    },
    // The check takes seconds: no transaction waits for it.
    { transaction: 'none' },
  ),
];
