/** Where a registered data set lies: by its key, confined to the folders that may be read. */
import { call } from '../../../platform/http/call.ts';
import { confine } from '../../../platform/scan-roots.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { poisoningProblems } from './poisoning-contract.ts';

/** What a key that names a file begins with, as data quality reads it. */
const fileKey = 'file:';

/**
 * Asks the inventory as the person who asks here. The door that reads the file confines the path again.
 * @throws ai-assets.notFound; adversarial-detection.notDataset, datasetWithoutFile; path.outsideRoots, path.missing
 */
export async function fileOfDataset(id: string): Promise<string> {
  const { name, type, keys } = await call(getAsset, { id });
  if (type !== 'dataset') throw poisoningProblems.notDataset({ name, type });
  const key = keys.find((known) => known.startsWith(fileKey));
  if (key === undefined) throw poisoningProblems.datasetWithoutFile({ name });
  return await confine(key.slice(fileKey.length));
}
