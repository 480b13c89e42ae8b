/** What the inventory knows about an asset besides its files: the models it is made from and the hosted models it calls. */
import { call } from '../../../platform/http/call.ts';
import { type AssetDetail, assetLineage, findAssetsByKey, getAsset } from '../../ai-assets/contract.ts';
import type { Bom, BomModel, BomService } from '../reports/bom.ts';

/** Assets whose links are looked at, and things of each kind that are taken. */
const mostAssets = 40;
const mostPaths = 2000;
const mostLinked = 50;

type Ancestor = BomModel['ancestors'][number];
export type BillLinks = { readonly bases: readonly Ancestor[]; readonly services: readonly BomService[] };

/**
 * Joins the ambient transaction.
 * @param assetId the asset the bill is about: its base models count.
 * @param paths absolute paths of files that are part of it: what assets of these files call counts too.
 */
export async function linksOf(assetId: string, paths: readonly string[]): Promise<BillLinks> {
  const parts = await assetsAt(paths);
  const bases = new Map<string, Ancestor>();
  const services = new Map<string, BomService>();
  for (const id of [assetId, ...parts.filter((part) => part !== assetId)].slice(0, mostAssets)) {
    for (const { assetId: otherId, type } of await usedBy(id)) {
      if (type === 'model' && id === assetId && bases.size < mostLinked) {
        const base = baseOf(await call(getAsset, { id: otherId }));
        bases.set(base.name, base);
      }
      if (type === 'api' && services.size < mostLinked) {
        const service = serviceOf(await call(getAsset, { id: otherId }));
        services.set(service.key, service);
      }
    }
  }
  return { bases: [...bases.values()], services: [...services.values()] };
}

async function assetsAt(paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const { found } = await call(findAssetsByKey, { keys: paths.slice(0, mostPaths).map((path) => `file:${path}`) });
  return [...new Set(found.filter(({ lifecycle }) => lifecycle !== 'retired').map(({ assetId }) => assetId))];
}

/** Assets that this one depends on or calls itself, not through others. */
async function usedBy(id: string) {
  const { nodes, edges } = await call(assetLineage, { id, depth: 1 });
  const used = new Set(edges.filter(({ from, kind }) => from === id && (kind === 'depends_on' || kind === 'calls')).map(({ to }) => to));
  return nodes.filter(({ assetId, lifecycle }) => used.has(assetId) && lifecycle !== 'retired');
}

function baseOf({ name, keys }: Pick<AssetDetail, 'name' | 'keys'>): Ancestor {
  const key = keys.find((one) => one.startsWith('purl:'));
  return { name, purl: key === undefined ? null : key.slice('purl:'.length) };
}

function serviceOf({ id, name, keys, metadata }: Pick<AssetDetail, 'id' | 'name' | 'keys' | 'metadata'>): BomService {
  const text = (field: string): string | null => (typeof metadata[field] === 'string' ? metadata[field] : null);
  return {
    key: keys.find((one) => one.startsWith('hosted:')) ?? `asset:${id}`,
    name: text('model') ?? name,
    provider: text('provider'),
    endpoints: [],
    authenticated: null,
    properties: new Map(),
  };
}

/** The links as part of the bill: base models are ancestors of each model here, services are what the models' asset needs. Pure. */
export function withLinks(bom: Bom, { bases, services }: BillLinks): Bom {
  const needs = services.map(({ key }) => key);
  const models = bom.models.map((model) => {
    const known = new Set([model.name, model.key, ...model.ancestors.map(({ name }) => name)]);
    const more = bases.filter(({ name }) => !known.has(name));
    return { ...model, ancestors: [...model.ancestors, ...more], needs: [...new Set([...model.needs, ...needs])] };
  });
  return { ...bom, models, services: [...bom.services, ...services] };
}
