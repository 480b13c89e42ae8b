/** Takes entries into the tree of their workspace, in the transaction that appended them. */
import { Frontier } from './frontier.ts';
import type { HashText } from './hashing.ts';
import { TileBuilder } from './tiles.ts';
import { readLeavesAcrossWorkspaces, readOpenTilesAcrossWorkspaces, storeGrowthAcrossWorkspaces, type TreeEdge } from './tree-store.ts';

/** Entries from before there was a tree are taken in so many at a time. */
const mostAtOnce = 5000;

export type GrowingTree = {
  /** Hashes of the entries that follow, without a gap. Nothing is stored yet. */
  append(leaves: readonly HashText[]): void;
  /** Once the entries themselves are there. Nothing happens when none came. */
  store(): Promise<void>;
};

/** The tree of a workspace at its right edge; the first leaf that is appended is that of entry `treeSize`. */
export async function openTree(workspace: string, { treeSize, edge }: TreeEdge): Promise<GrowingTree> {
  const frontier = new Frontier(treeSize, edge);
  const builder = new TileBuilder(treeSize, await readOpenTilesAcrossWorkspaces(workspace, treeSize));
  return {
    append: (leaves) => {
      for (const leaf of leaves) frontier.appendText(leaf, (level, _, hash) => builder.node(level, hash));
    },
    store: async () => {
      if (frontier.size === treeSize) return;
      await storeGrowthAcrossWorkspaces(workspace, {
        from: treeSize,
        to: frontier.size,
        edge: frontier.bytes(),
        root: frontier.root(),
        tiles: builder.take(),
      });
    },
  };
}

/** One step towards the chain for a tree that is behind it. @returns how many leaves were taken in. */
export async function catchUp(workspace: string, edge: TreeEdge): Promise<number> {
  const leaves = await readLeavesAcrossWorkspaces(workspace, edge.treeSize, mostAtOnce);
  const tree = await openTree(workspace, edge);
  tree.append(leaves.map((leaf) => leaf.toString('latin1')));
  await tree.store();
  return leaves.length;
}
