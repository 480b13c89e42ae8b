/** Answers with checkpoints, keys and proofs: what somebody needs who does not trust this server. */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import type { Page } from '../../../contract/page.ts';
import { auditLogProblems, type Checkpoint, type consistencyProof, type inclusionProof, type SigningKeyAnswer } from '../contract.ts';
import { type NodeReader, inclusionProof as proveEntry, consistencyProof as proveGrowth, rangeHash } from './proofs.ts';
import { nodesOfTiles, tilesFor } from './tiles.ts';
import {
  type CheckpointRow,
  listCheckpointRows,
  listSigningKeys,
  newestAnchor,
  newestCheckpoint,
  readTiles,
  readTreeSize,
} from './tree-store.ts';

export function checkpointAnswer({ size, root, note, keyId, madeAt }: CheckpointRow): Checkpoint {
  return { size, root: root.toString('hex'), note, keyId, madeAt: madeAt.toISOString() };
}

export function checkpoints(paging: Parameters<typeof listCheckpointRows>[0]): Promise<Page<Checkpoint>> {
  return listCheckpointRows(paging, checkpointAnswer);
}

export async function latestCheckpoint() {
  const [row, anchor, treeSize] = [await newestCheckpoint(), await newestAnchor(), await readTreeSize()];
  return {
    checkpoint: row === undefined ? null : checkpointAnswer(row),
    anchor: anchor === undefined ? null : { size: anchor.size, place: anchor.place, at: anchor.at.toISOString() },
    treeSize,
  };
}

export async function signingKeys(): Promise<{ keys: SigningKeyAnswer[] }> {
  const rows = await listSigningKeys();
  return {
    keys: rows.map(({ keyId, name, publicKey, validFrom, validTo, replaces, rotation }) => ({
      keyId,
      name,
      publicKey: publicKey.toString('base64'),
      validFrom: validFrom.toISOString(),
      validTo: validTo?.toISOString() ?? null,
      replaces,
      rotation,
    })),
  };
}

/** The tree as it is when no size is named; never larger than it is. */
async function sizeOf(asked: number | undefined): Promise<number> {
  const treeSize = await readTreeSize();
  if (asked !== undefined && asked > treeSize) throw auditLogProblems.beyondTree({ size: asked, treeSize });
  return asked ?? treeSize;
}

/** What work on the nodes of a tree answers; its tiles are read at once. */
async function onNodes<T>(size: number, work: (nodes: NodeReader) => Promise<T>): Promise<T> {
  return work(nodesOfTiles(size, await readTiles(await tilesFor(size, work))));
}

/** Root of the first entries, in a transaction of a workspace; null: the tree does not hold as many. */
export async function rootAt(size: number): Promise<Buffer | null> {
  if (size > (await readTreeSize())) return null;
  return onNodes(size, (nodes) => rangeHash({ from: 0, to: size }, nodes));
}

export async function proveInclusion({ index, size: asked }: ParsedInputOf<typeof inclusionProof>) {
  const size = await sizeOf(asked);
  if (index >= size) throw auditLogProblems.beyondTree({ size: index + 1, treeSize: size });
  return onNodes(size, async (nodes) => {
    const proof = await proveEntry(index, size, nodes);
    const [leaf, root] = [await nodes(0, index), await rangeHash({ from: 0, to: size }, nodes)];
    return { index, size, leaf: leaf.toString('hex'), root: root.toString('hex'), proof: proof.map((hash) => hash.toString('hex')) };
  });
}

export async function proveConsistency({ from, to: asked }: ParsedInputOf<typeof consistencyProof>) {
  const to = await sizeOf(asked);
  if (from > to) throw auditLogProblems.beyondTree({ size: from, treeSize: to });
  return onNodes(to, async (nodes) => {
    const proof = await proveGrowth(from, to, nodes);
    const [fromRoot, toRoot] = [await rangeHash({ from: 0, to: from }, nodes), await rangeHash({ from: 0, to }, nodes)];
    return {
      from,
      to,
      fromRoot: fromRoot.toString('hex'),
      toRoot: toRoot.toString('hex'),
      proof: proof.map((hash) => hash.toString('hex')),
    };
  });
}
