/** What the response needs to know of an asset. */
import { isProblem } from '../../contract/problem.ts';
import { call } from '../../platform/http/call.ts';
import { type AssetType, getAsset } from '../ai-assets/contract.ts';

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
