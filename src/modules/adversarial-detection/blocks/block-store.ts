/** Blocks in the database. What screening asks is the set in memory (block-set.ts); this is what it is loaded from. */
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { type BlockDraftRow, type BlockRow, block } from '../table.ts';
import type { BlockEntry } from './block-set.ts';

export type BlockFilter = {
  readonly state?: string | undefined;
  readonly kind?: string | undefined;
  readonly model_id?: string | undefined;
  readonly client_id?: string | undefined;
};
const newestFirst = keyset({ id: block.id, sort: [{ by: block.decidedAt, direction: 'desc' }] });

export function listBlockPage(filter: BlockFilter, paging: Paging): Promise<Page<BlockRow>> {
  const parts: SQL[] = [sql`true`];
  if (filter.state === 'in_force') parts.push(sql`${block.state} = 'in_force' and ${block.expiresAt} > now()`);
  if (filter.state === 'expired')
    parts.push(sql`(${block.state} = 'expired' or (${block.state} = 'in_force' and ${block.expiresAt} <= now()))`);
  if (filter.state === 'lifted') parts.push(sql`${block.state} = 'lifted'`);
  if (filter.kind !== undefined) parts.push(sql`${block.kind} = ${filter.kind}`);
  if (filter.model_id !== undefined) parts.push(sql`${block.modelId} = ${filter.model_id}`);
  if (filter.client_id !== undefined) parts.push(sql`${block.clientId} = ${filter.client_id}`);
  const where = sql.join(parts, sql` and `);
  return newestFirst.page({ fields: getTableColumns(block), from: block, where, paging }, (row) => row);
}

/** More than this many at once are not blocks but an outage. */
export const mostBlocks = 200_000;
export function findBlocksInForce(): Promise<BlockRow[]> {
  return db()
    .select()
    .from(block)
    .where(sql`${block.state} = 'in_force' and ${block.expiresAt} > now()`)
    .orderBy(sql`${block.expiresAt} desc`)
    .limit(mostBlocks);
}

/** The block that says the same already and holds as long. */
export async function findSameBlock(
  { kind, modelId, inputSha256, clientId }: Pick<BlockDraftRow, 'kind' | 'modelId' | 'inputSha256' | 'clientId'>,
  untilMs: number,
): Promise<BlockRow | null> {
  const isSame = sql`${block.kind} = ${kind} and ${block.modelId} is not distinct from ${modelId ?? null}::text
    and ${kind === 'input' ? sql`${block.inputSha256} = ${inputSha256 ?? null}` : sql`${block.clientId} = ${clientId ?? null}`}`;
  // A second's difference is the way from the decision to here.
  const holds = sql`${block.state} = 'in_force' and ${block.expiresAt} > now() and ${block.expiresAt} > ${new Date(untilMs - 60_000)}`;
  const [row] = await db().select().from(block).where(sql`${isSame} and ${holds}`).limit(1);
  return row ?? null;
}

export async function findBlock(id: string): Promise<BlockRow | null> {
  const [row] = await db().select().from(block).where(eq(block.id, id));
  return row ?? null;
}

export async function insertBlock(draft: BlockDraftRow): Promise<BlockRow | null> {
  const [row] = await db().insert(block).values(draft).onConflictDoNothing().returning();
  return row ?? null;
}

/** @returns null when it was no longer in force. */
export async function liftBlockRow(id: string, { by, reason }: { by: string; reason: string }): Promise<BlockRow | null> {
  const [row] = await db()
    .update(block)
    .set({ state: 'lifted', liftedAt: sql`now()`, liftedBy: by, liftReason: reason })
    .where(and(eq(block.id, id), eq(block.state, 'in_force'), sql`${block.expiresAt} > now()`))
    .returning();
  return row ?? null;
}

export function expireBlockRows(): Promise<BlockRow[]> {
  return db().update(block).set({ state: 'expired' }).where(sql`${block.state} = 'in_force' and ${block.expiresAt} <= now()`).returning();
}

export async function countRefused(counts: ReadonlyMap<string, number>): Promise<void> {
  if (counts.size === 0) return;
  await db().execute(sql`
    update adversarial_detection.block as b set refused = b.refused + given.n
    from unnest(${sql.param([...counts.keys()])}::uuid[], ${sql.param([...counts.values()])}::bigint[]) as given(id, n) where b.id = given.id`);
}

export async function countBlocksInForce(): Promise<number> {
  const { rows } = await db().execute<{ n: number }>(
    sql`select count(*)::int as n from adversarial_detection.block where state = 'in_force' and expires_at > now()`,
  );
  return rows[0]?.n ?? 0;
}

type ScreeningTopic = 'block' | 'config' | 'quarantine' | 'profile' | 'guard';
/** Tells the other processes; heard after the commit. Payload: workspace, topic, id, and what can be told at once. */
export async function notifyProcesses(topic: ScreeningTopic, id: string, told = ''): Promise<void> {
  await db().execute(
    sql`select pg_notify('aispm_screening', platform.current_workspace()::text || ' ' || ${topic}::text || ' ' || ${id}::text || ' ' || ${told}::text)`,
  );
}

/** A notification carries less than 8,000 bytes. */
const mostTold = 6000;
/** With the block itself, so that the others refuse before they have read it. */
export async function notifyOfBlock(entry: BlockEntry): Promise<void> {
  const told = JSON.stringify(entry);
  await notifyProcesses('block', entry.id, Buffer.byteLength(told) > mostTold ? '' : told);
}
