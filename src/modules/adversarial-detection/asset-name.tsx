/** Models and data sets are asked about by ids; people know the names of the inventory. */
import { useEndpoint } from '../../client/use-endpoint.ts';
import { TextLink } from '../../ui/button.tsx';
import { inertLine } from '../../ui/inert.ts';
import { Badge } from '../../ui/tag.tsx';
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

/** Said wherever the asset behind something is shown: in quarantine it answers nobody. */
export function QuarantineMark({ assetId }: { assetId: string | null | undefined }) {
  const asset = useEndpoint(getAsset, { id: assetId ?? '' }, { enabled: typeof assetId === 'string', live: ['incidents.quarantine'] });
  if (asset.data?.lifecycle !== 'quarantined') return null;
  return (
    <TextLink to={`/incidents/quarantine?asset_id=${assetId}`}>
      <Badge tone="critical">In quarantine: nobody may use it</Badge>
    </TextLink>
  );
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** A model that is called by the id of an asset has the asset's name; every other is what callers call it. */
export function useModelName(modelId: string): string {
  return useAssetName(uuid.test(modelId) ? modelId : null, modelId);
}

export function ModelName({ modelId }: { modelId: string }) {
  return useModelName(modelId);
}

/** What the caller named as the thing that was attacked. */
export function subjectOf(subject: Pick<Detection['subject'], 'modelId' | 'datasetId' | 'queryId'> | undefined): string {
  return subject?.modelId ?? subject?.datasetId ?? subject?.queryId ?? 'unnamed';
}
