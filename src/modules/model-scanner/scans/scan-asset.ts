/** Whose files a scan reads when somebody says so: an asset that is there, or one registered for an upload. */
import { call } from '../../../platform/http/call.ts';
import { type AssetType, getAsset, registerAsset } from '../../ai-assets/contract.ts';
import { type ScanSource, scanProblems } from '../contract.ts';

type Said = { readonly assetId: string | undefined; readonly newAsset: { readonly name: string; readonly type: AssetType } | undefined };

/**
 * Joins the ambient transaction: an asset whose scan could not be started is not registered. The inventory checks the right to create and writes its own audit entry.
 * @throws model-scanner.notBothAssets, .newAssetUpload, .retiredAsset; ai-assets.notFound; request.forbidden
 */
export async function assetOfScan(source: ScanSource, { assetId, newAsset }: Said): Promise<string | null> {
  if (assetId !== undefined && newAsset !== undefined) throw scanProblems.notBothAssets();
  if (newAsset !== undefined) {
    if (!('upload' in source)) throw scanProblems.newAssetUpload();
    const { id } = await call(registerAsset, newAsset);
    return id;
  }
  if (assetId === undefined) return null;
  const { name, lifecycle } = await call(getAsset, { id: assetId });
  if (lifecycle === 'retired') throw scanProblems.retiredAsset({ name });
  return assetId;
}
