/** A fresh look at the files of an asset. */
import { z } from 'zod';
import { call } from '../../../platform/http/call.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { listScans, rescan, startScan } from '../../model-scanner/contract.ts';
import { defineAction } from '../action.ts';
import { actProblems } from '../contract.ts';

const asset = '0190a0de-0000-7000-8000-000000000001';
export default defineAction({
  id: 'rescan',
  title: 'Scan again',
  says: 'The files of the asset are read again, with the rules of today.',
  parameters: z.strictObject({ assetId: z.uuid() }),
  key: ({ assetId }) => assetId,
  describe: ({ assetId }) => `Scan the asset ${assetId} again`,
  execute: async ({ assetId }) => {
    const [last] = (await call(listScans, { asset_id: assetId, limit: 1 })).items;
    const scan =
      last === undefined ? await call(startScan, { path: await placeOf(assetId), assetId }) : await call(rescan, { id: last.id });
    return { state: 'in_force', outcome: { scanId: scan.id } };
  },
  examples: { fits: [{ assetId: asset }], refused: [{}, { assetId: 'churn-model' }] },
});

async function placeOf(assetId: string): Promise<string> {
  const { keys, name } = await call(getAsset, { id: assetId });
  const key = keys.find((one) => one.startsWith('folder:') || one.startsWith('file:'));
  if (key === undefined)
    throw actProblems.parametersInvalid({ action: 'rescan', reason: `${name} has no place on disk that could be scanned` });
  return key.slice(key.indexOf(':') + 1);
}
