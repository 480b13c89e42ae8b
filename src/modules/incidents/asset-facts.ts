/** What the response needs to know of an asset. */
import { isProblem } from '../../contract/problem.ts';
import { call } from '../../platform/http/call.ts';
import { type AssetType, assetLineage, getAsset } from '../ai-assets/contract.ts';

export type AssetFacts = {
  readonly id: string;
  readonly name: string;
  readonly type: AssetType;
  readonly environment: string | null;
  readonly criticality: string | null;
  readonly riskLevel: string;
  readonly tags: readonly string[];
  readonly owner: string | null;
};

/** Null: it is not in the inventory. */
export async function assetFacts(id: string | null): Promise<AssetFacts | null> {
  if (id === null) return null;
  try {
    const { name, type, environment, criticality, riskLevel, tags, owner } = await call(getAsset, { id });
    return { id, name, type, environment, criticality, riskLevel, tags, owner };
  } catch (error) {
    if (isProblem(error) && error.status === 404) return null;
    throw error;
  }
}

const mostDescendants = 50;

/** Models that descend from a data set within three steps, the nearest first; none when it left the inventory. */
export async function modelsTrainedOn(datasetId: string): Promise<string[]> {
  try {
    const { nodes } = await call(assetLineage, { id: datasetId });
    return nodes
      .filter(({ distance, type, lifecycle }) => distance > 0 && type === 'model' && lifecycle !== 'retired')
      .sort((one, other) => one.distance - other.distance)
      .slice(0, mostDescendants)
      .map(({ assetId }) => assetId);
  } catch (error) {
    if (isProblem(error) && error.status === 404) return [];
    throw error;
  }
}
