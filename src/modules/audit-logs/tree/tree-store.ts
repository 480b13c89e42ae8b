/** Reads and writes of the tree, its checkpoints and keys. Named `…AcrossWorkspaces`: in a system transaction; others in one of a workspace. */
import { and, asc, desc, gt, lte, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db, rowsOf } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { anchor, checkpoint, signingKey } from '../table.ts';
import { hashBytes } from './hashing.ts';
import type { OpenTiles, Tile, TilePlace, TileReader } from './tiles.ts';

/** How far the tree of a workspace is; `edge` as Frontier answers it. */
export type TreeEdge = { readonly treeSize: number; readonly edge: Buffer };

export async function readOpenTilesAcrossWorkspaces(workspace: string, treeSize: number): Promise<OpenTiles> {
  const { rows } = await db().execute<{ level: number; hash: Buffer }>(
    sql`select level, hash from audit_logs.open_tiles(${workspace}::uuid, ${treeSize}::bigint)`,
  );
  const levels: Buffer[][] = [];
  for (const { level, hash } of rows) {
    const hashes = levels[level] ?? [];
    levels[level] = hashes;
    hashes.push(hash);
  }
  return Array.from(levels, (hashes) => hashes ?? []);
}

export async function readLeavesAcrossWorkspaces(workspace: string, first: number, most: number): Promise<Buffer[]> {
  const { rows } = await db().execute<{ leaf: Buffer }>(
    sql`select leaf from audit_logs.leaves(${workspace}::uuid, ${first}::bigint, ${most}::integer)`,
  );
  return rows.map(({ leaf }) => leaf);
}

export type Growth = {
  readonly from: number;
  readonly to: number;
  readonly edge: Buffer;
  readonly root: Buffer;
  readonly tiles: readonly Tile[];
};
export async function storeGrowthAcrossWorkspaces(workspace: string, { from, to, edge, root, tiles }: Growth): Promise<void> {
  await db().execute(sql`select audit_logs.grow(
    ${workspace}::uuid, ${from}::bigint, ${to}::bigint, ${edge}::bytea, ${root}::bytea,
    ${sql.param(tiles.map(({ level }) => level))}::integer[], ${sql.param(tiles.map(({ index }) => index))}::bigint[],
    ${sql.param(tiles.map(({ hashes }) => hashes))}::bytea[], ${sql.param(tiles.map((one) => one.root))}::bytea[])`);
}

export type Behind = {
  readonly workspace: string;
  readonly size: number;
  readonly root: Buffer;
  readonly lastSize: number;
  readonly lastAt: Date | null;
  /** How often the log was rolled back. */
  readonly epoch: number;
};
export async function readBehindAcrossWorkspaces(): Promise<Behind[]> {
  const { rows } = await db().execute<{
    workspace_id: string;
    size: string;
    root: Buffer;
    last_size: string;
    last_ms: string | null;
    epoch: number;
  }>(
    sql`select b.workspace_id, b.size, b.root, b.last_size, extract(epoch from b.last_at) * 1000 as last_ms, s.epoch
      from audit_logs.behind_checkpoint() b join audit_logs.sizes() s using (workspace_id)`,
  );
  return rows.map(({ workspace_id, size, root, last_size, last_ms, epoch }) => ({
    workspace: workspace_id,
    size: Number(size),
    root,
    lastSize: Number(last_size),
    lastAt: last_ms === null ? null : new Date(Number(last_ms)),
    epoch,
  }));
}

/** @returns the note that is kept for this size: this one, or the one that was there before. */
export async function keepCheckpointAcrossWorkspaces(
  { workspace, size, root }: Pick<Behind, 'workspace' | 'size' | 'root'>,
  { note, keyId }: { note: string; keyId: string },
): Promise<string> {
  const { rows } = await db().execute<{ note: string }>(
    sql`select audit_logs.keep_checkpoint(${workspace}::uuid, ${size}::bigint, ${root}::bytea, ${note}, ${keyId}) as note`,
  );
  return rows[0]?.note ?? note;
}

export type KeyDraft = {
  readonly keyId: string;
  readonly name: string;
  readonly publicKey: Buffer;
  /** Key that signs now and is to end; null: none is known. */
  readonly replaces: string | null;
  /** Signed by both; null: the one before was lost. */
  readonly rotation: string | null;
  readonly entry: { readonly id: string; readonly payload: Buffer };
};
/** @returns whether the key is new here, and whether it has ended already. */
export async function useKeyAcrossWorkspaces(key: KeyDraft): Promise<{ fresh: boolean; ended: boolean }> {
  const rows = await rowsOf<{ fresh: boolean; ended: boolean }>(
    'select fresh, ended from audit_logs.use_signing_key($1, $2, $3, $4, $5, $6, $7)',
    [key.keyId, key.name, key.publicKey, key.replaces, key.rotation, key.entry.id, key.entry.payload],
  );
  return rows[0] ?? { fresh: false, ended: false };
}

/** The workspace that was made with this installation gives it its name; null before there is one. */
export async function homeWorkspaceAcrossWorkspaces(): Promise<string | null> {
  const { rows } = await db().execute<{ id: string }>(sql`select id from platform.workspace order by created_at, id limit 1`);
  return rows[0]?.id ?? null;
}

// Reading

export type CheckpointRow = typeof checkpoint.$inferSelect;
const largestFirst = keyset({ id: checkpoint.size, sort: [], idDirection: 'desc' });
export function listCheckpointRows<T>(paging: Paging, item: (row: CheckpointRow) => T): Promise<Page<T>> {
  const fields = {
    size: checkpoint.size,
    root: checkpoint.root,
    note: checkpoint.note,
    keyId: checkpoint.keyId,
    madeAt: checkpoint.madeAt,
  };
  return largestFirst.page({ fields, from: checkpoint, paging }, (row) => item(row as CheckpointRow));
}

export async function newestCheckpoint(): Promise<CheckpointRow | undefined> {
  const [row] = await db().select().from(checkpoint).orderBy(desc(checkpoint.size)).limit(1);
  return row;
}

/** Roots of the checkpoints whose size lies above `from`, up to `to`. */
export async function signedRoots(from: number, to: number): Promise<Map<number, Buffer>> {
  const rows = await db()
    .select({ size: checkpoint.size, root: checkpoint.root })
    .from(checkpoint)
    .where(and(gt(checkpoint.size, from), lte(checkpoint.size, to)));
  return new Map(rows.map(({ size, root }) => [size, root]));
}

/** Notes of all checkpoints up to a size, smallest first. */
export async function notesUpTo(size: number): Promise<string[]> {
  const rows = await db()
    .select({ note: checkpoint.note })
    .from(checkpoint)
    .where(lte(checkpoint.size, size))
    .orderBy(asc(checkpoint.size));
  return rows.map(({ note }) => note);
}

/** The largest checkpoint that lies in a second place. */
export async function newestAnchor(): Promise<{ size: number; place: string; at: Date } | undefined> {
  const [row] = await db()
    .select({ size: anchor.size, place: anchor.place, at: anchor.at })
    .from(anchor)
    .orderBy(desc(anchor.size), desc(anchor.at))
    .limit(1);
  return row;
}

export async function readTreeSize(): Promise<number> {
  const [row] = await rowsOf<{ tree_size: string }>('select tree_size from audit_logs.head');
  return Number(row?.tree_size ?? 0);
}

/** Hashes of a tile: whole ones as they are stored, open ones from what lies below. */
export async function readTile(level: number, index: number, width: number): Promise<Buffer> {
  const read = await readTiles([{ level, index, width }]);
  return read(level, index, width);
}

/**
 * Several tiles in one statement, and two more when some are open: entries may be added meanwhile, and a tile that was open when it was
 * looked for is whole a moment later, while the open one of its level is the next. What is not whole after the open ones were read was the
 * open one. @returns what answers each of them
 */
export async function readTiles(places: readonly TilePlace[]): Promise<TileReader> {
  const whole = await wholeTiles(places);
  const missing = places.filter((place) => !whole.has(nameOf(place)));
  const open = missing.length > 0 ? await readMyOpenTiles() : new Map<number, Buffer>();
  if (missing.length > 0) for (const [name, hashes] of await wholeTiles(missing)) whole.set(name, hashes);
  const nothing = Buffer.alloc(0);
  // An earlier tree saw the beginning of a tile that is open.
  return async (level, index, width) => whole.get(nameOf({ level, index })) ?? (open.get(level) ?? nothing).subarray(0, width * hashBytes);
}

const nameOf = ({ level, index }: { readonly level: number; readonly index: number | string }): string => `${level} ${index}`;

async function wholeTiles(places: readonly TilePlace[]): Promise<Map<string, Buffer>> {
  const rows = await rowsOf<{ level: number; index: string; hashes: Buffer }>(
    `select t.level, t.index, t.hashes from unnest($1::integer[], $2::bigint[]) as p (level, index)
     join audit_logs.tile t on t.level = p.level and t.index = p.index`,
    [places.map(({ level }) => level), places.map(({ index }) => index)],
  );
  return new Map(rows.map((row) => [nameOf(row), row.hashes]));
}

async function readMyOpenTiles(): Promise<Map<number, Buffer>> {
  const rows = await rowsOf<{ level: number; hashes: Buffer | null }>('select level, hashes from audit_logs.my_open_tiles()');
  return new Map(rows.flatMap(({ level, hashes }) => (hashes === null ? [] : [[level, hashes]])));
}

export async function listSigningKeys(): Promise<(typeof signingKey.$inferSelect)[]> {
  return db().select().from(signingKey).orderBy(asc(signingKey.validFrom)).limit(1000);
}
