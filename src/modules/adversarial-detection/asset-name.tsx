/** Models and data sets are asked about by ids; people know the names of the inventory. */
import { useEndpoint } from '../../client/use-endpoint.ts';
import { inertLine } from '../../ui/inert.ts';
import { getAsset } from '../ai-assets/contract.ts';
import type { Detection } from './contract.ts';

/** Until the name is known, or when the asset is not in the inventory, what the caller called it. */
export function useAssetName(assetId: string | null | undefined, otherwise: string): string {
  const asset = useEndpoint(getAsset, { id: assetId ?? '' }, { enabled: typeof assetId === 'string' });
  return inertLine(asset.data?.name ?? otherwise);
}

export function AssetName({ assetId, otherwise }: { assetId: string | null; otherwise: string }) {
  return useAssetName(assetId, otherwise);
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** A model that is called by the id of an asset has the asset's name; every other is what callers call it. */
export function ModelName({ modelId }: { modelId: string }) {
  return useAssetName(uuid.test(modelId) ? modelId : null, modelId);
}

/** What the caller named as the thing that was attacked. */
export function subjectOf(subject: Pick<Detection['subject'], 'modelId' | 'datasetId' | 'queryId'> | undefined): string {
  return subject?.modelId ?? subject?.datasetId ?? subject?.queryId ?? 'unnamed';
}
