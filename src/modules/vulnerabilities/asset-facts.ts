/** What lists and due dates need to know of an asset. */
import type { z } from 'zod';
import { isProblem } from '../../contract/problem.ts';
import { call } from '../../platform/http/call.ts';
import { type AssetDetail, getAsset } from '../ai-assets/contract.ts';
import type { VulnerabilityRow } from './table.ts';

export type AssetFacts = Pick<
  VulnerabilityRow,
  'assetId' | 'assetName' | 'assetType' | 'environment' | 'criticality' | 'owner' | 'dataClasses' | 'exposure'
>;
const exposures = ['internet', 'limited', 'internal', 'isolated'] as const;

/** null: no such asset in this workspace. */
export async function readAssetFacts(assetId: string): Promise<AssetFacts | null> {
  try {
    return factsOf(await call(getAsset, { id: assetId }));
  } catch (error) {
    if (isProblem(error) && error.status === 404) return null;
    throw error;
  }
}

function factsOf(asset: z.infer<typeof AssetDetail>): AssetFacts {
  const said = asset.metadata['exposure'];
  return {
    assetId: asset.id,
    assetName: asset.name,
    assetType: asset.type,
    environment: asset.environment,
    criticality: asset.criticality,
    owner: asset.owner,
    dataClasses: asset.dataClasses,
    exposure: exposures.find((word) => word === said) ?? 'unknown',
  };
}
