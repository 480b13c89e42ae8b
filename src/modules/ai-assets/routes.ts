/** Product door of the inventory. */
import { Readable } from 'node:stream';
import { fileAnswer, handle, type Route } from '../../platform/http/handle.ts';
import { claim, claimMany, detail, edit, link, register, restore, retire, unlink } from './asset.ts';
import {
  addDependency,
  assetHistory,
  assetLineage,
  assetProblems,
  assetStatistics,
  changeAsset,
  claimAsset,
  claimAssets,
  exportAssets,
  findAssetsByKey,
  getAsset,
  holdAsset,
  importAssets,
  listAssets,
  listAssetsOfOwner,
  observeAssets,
  registerAsset,
  removeDependency,
  replaceAsset,
  restoreAsset,
  retireAsset,
  unholdAsset,
} from './contract.ts'; // prettier-ignore
import { holdAsset as hold, unholdAsset as unhold } from './holds/hold.ts';
import { assetsAsCsv, assetsAsJson } from './imports/export-assets.ts';
import { importAssets as importFile } from './imports/import-assets.ts';
import { neighbourhood } from './lineage/lineage.ts';
import { edgesAround, shownAssets } from './lineage/lineage-store.ts';
import { observe } from './observing/observe.ts';
import { findRow, historyPage, listPage, ownersOfKeys, statistics } from './store.ts';

/** Nodes a lineage answer holds at most. */
const lineageLimit = 200;

async function lineageOf(id: string, depth: number) {
  if (!(await findRow(id))) throw assetProblems.notFound({ id });
  const { distances, edges, truncated } = await neighbourhood(id, { depth, limit: lineageLimit }, edgesAround);
  const rows = await shownAssets([...distances.keys()]);
  const nodes = rows
    .map(({ id: assetId, missingSince, ...row }) => ({
      ...row,
      assetId,
      missingSince: missingSince?.toISOString() ?? null,
      distance: distances.get(assetId) ?? 0,
    }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return { nodes, edges, truncated };
}

export const routes: readonly Route[] = [
  handle(listAssets, ({ cursor, limit, page, per_page, sort, ...filter }) => listPage(filter, sort, { cursor, limit, page, per_page })),
  handle(listAssetsOfOwner, ({ owner, sort, ...paging }) => listPage({ owner }, sort, paging)),
  handle(assetStatistics, (filter) => statistics(filter)),
  handle(getAsset, ({ id }) => detail(id)),
  handle(registerAsset, (draft, { actor }) => register(draft, actor)),
  handle(replaceAsset, (input, { actor }) => edit(input, actor, true)),
  handle(changeAsset, (input, { actor }) => edit(input, actor, false)),
  handle(holdAsset, (holding, { actor }) => hold(holding, actor)),
  handle(unholdAsset, ({ id, holder }, { actor }) => unhold(id, holder, actor)),
  handle(retireAsset, ({ id, version }, { actor }) => retire(id, version, actor)),
  handle(restoreAsset, ({ id }, { actor }) => restore(id, actor)),
  handle(claimAsset, ({ id, ...about }, { actor }) => claim(id, about, actor)),
  handle(claimAssets, ({ ids, ...about }, { actor }) => claimMany(ids, about, actor)),
  handle(addDependency, ({ id, assetId, kind }, { actor }) => link(id, assetId, kind, actor)),
  handle(removeDependency, ({ id, dependencyId }, { actor }) => unlink(id, dependencyId, actor)),
  handle(assetLineage, ({ id, depth }) => lineageOf(id, depth)),
  handle(assetHistory, async ({ id, ...paging }) => {
    if (!(await findRow(id))) throw assetProblems.notFound({ id });
    return await historyPage(id, paging);
  }),
  handle(
    importAssets,
    async ({ format, dry_run: dryRun }, context) => {
      const sheet = await importFile(context.body ?? Readable.from([]), { format, dryRun: dryRun === 'true' }, context);
      return sheet;
    },
    { transaction: 'none' },
  ),
  handle(
    exportAssets,
    ({ format, ...filter }, context) => {
      const day = new Date().toISOString().slice(0, 10);
      return format === 'csv'
        ? fileAnswer({ name: `ai-assets-${day}.csv`, mediaType: 'text/csv; charset=utf-8', body: assetsAsCsv(filter, context) })
        : fileAnswer({ name: `ai-assets-${day}.json`, mediaType: 'application/json', body: assetsAsJson(filter, context) });
    },
    { transaction: 'none' },
  ),
  handle(observeAssets, (input, { actor }) => observe(input, actor)),
  handle(findAssetsByKey, async ({ keys }) => ({ found: await ownersOfKeys(keys) })),
];
