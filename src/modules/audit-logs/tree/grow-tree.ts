/** Takes entries into the tree of their workspace, in the transaction that appended them. */
import { Frontier } from './frontier.ts';
import { TileBuilder } from './tiles.ts';
import { readLeavesAcrossWorkspaces, readOpenTilesAcrossWorkspaces, storeGrowthAcrossWorkspaces, type TreeEdge } from './tree-store.ts';

/** Entries from before there was a tree are taken in so many at a time. */
const mostAtOnce = 5000;

/** @param leaves hashes of the entries from `treeSize` on, without a gap. */
export async function growTree(workspace: string, { treeSize, edge }: TreeEdge, leaves: readonly Buffer[]): Promise<void> {
  if (leaves.length === 0) return;
  const frontier = new Frontier(treeSize, edge);
  const builder = new TileBuilder(treeSize, await readOpenTilesAcrossWorkspaces(workspace, treeSize));
  for (const leaf of leaves) {
    frontier.append(leaf);
    builder.append(leaf);
  }
  await storeGrowthAcrossWorkspaces(workspace, {
    from: treeSize,
    to: frontier.size,
    edge: frontier.bytes(),
    root: frontier.root(),
    tiles: builder.take(),
  });
}

/** One step towards the chain for a tree that is behind it. @returns how many leaves were taken in. */
export async function catchUp(workspace: string, tree: TreeEdge): Promise<number> {
  const leaves = await readLeavesAcrossWorkspaces(workspace, tree.treeSize, mostAtOnce);
  await growTree(workspace, tree, leaves);
  return leaves.length;
}
