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

/** What the caller named as the thing that was attacked. */
export function subjectOf(subject: Pick<Detection['subject'], 'modelId' | 'datasetId' | 'queryId'> | undefined): string {
  return subject?.modelId ?? subject?.datasetId ?? subject?.queryId ?? 'unnamed';
}
