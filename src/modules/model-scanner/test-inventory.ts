/** For tests of the product side: the inventory played by a list of assets and links. */
import { randomUUID } from 'node:crypto';
import { plainAsset } from '../../../test/plain-asset.ts';
import type { OutputOf } from '../../contract/endpoint.ts';
import { forgetLocalRoutes, serveLocally } from '../../platform/http/call.ts';
import { handle } from '../../platform/http/handle.ts';
import {
  type AssetDetail,
  type AssetDraft,
  assetLineage,
  assetProblems,
  findAssetsByKey,
  getAsset,
  registerAsset,
} from '../ai-assets/contract.ts';

type Lineage = OutputOf<typeof assetLineage>;
type Kind = Lineage['edges'][number]['kind'];

export class TestInventory {
  readonly assets = new Map<string, AssetDetail>();
  readonly drafts: AssetDraft[] = [];
  readonly #edges: Lineage['edges'] = [];

  /** Answers the inventory's endpoints in this process until the test ends. */
  static serve(t: { after(release: () => void): void }): TestInventory {
    const inventory = new TestInventory();
    const none = { transaction: 'none' as const };
    serveLocally([
      handle(registerAsset, (draft) => inventory.#register(draft)),
      handle(getAsset, ({ id }) => inventory.#read(id), none),
      handle(findAssetsByKey, ({ keys }) => ({ found: inventory.#found(keys) }), none),
      handle(assetLineage, ({ id }) => inventory.#lineage(id), none),
    ]);
    t.after(forgetLocalRoutes);
    return inventory;
  }

  add(extra: Partial<AssetDetail> & Pick<AssetDetail, 'name'>): string {
    const id = randomUUID();
    this.assets.set(id, { ...plainAsset, id, ...extra });
    return id;
  }

  link(from: string, kind: Kind, to: string): void {
    this.#edges.push({ from, to, kind, mark: 'static', source: 'discovery' });
  }

  #register(draft: AssetDraft): AssetDetail {
    this.drafts.push(draft);
    return this.#read(this.add({ name: draft.name, type: draft.type ?? 'model' }));
  }

  #read(id: string): AssetDetail {
    const asset = this.assets.get(id);
    if (asset === undefined) throw assetProblems.notFound({ id });
    return asset;
  }

  #found(keys: readonly string[]) {
    return [...this.assets.values()].flatMap(({ id, name, type, lifecycle, keys: own }) =>
      own.filter((key) => keys.includes(key)).map((key) => ({ key, assetId: id, name, type, lifecycle })),
    );
  }

  #lineage(id: string): Lineage {
    const edges = this.#edges.filter(({ from, to }) => from === id || to === id);
    const ids = new Set([id, ...edges.flatMap(({ from, to }) => [from, to])]);
    const nodes = [...this.assets.values()].filter((asset) => ids.has(asset.id));
    return { edges, truncated: false, nodes: nodes.map((asset) => ({ ...asset, assetId: asset.id, distance: asset.id === id ? 0 : -1 })) };
  }
}
