/** Reads and writes of the audit log. Functions for the sequencer run in a system transaction, all others in one of a workspace. */
import { and, asc, eq, gte, sql } from 'drizzle-orm';
import { db } from '../../platform/database/database.ts';
import type { EntryLine } from './entry.ts';
import { entry, head, pending } from './table.ts';

export type PendingDraft = { id: string; payload: Buffer; address: string | null; userAgent: string | null };
export async function submitPending({ id, payload, address, userAgent }: PendingDraft): Promise<void> {
  await db().execute(sql`select audit_logs.submit(${id}::uuid, ${payload}::bytea, ${address}::text, ${userAgent}::text)`);
}

// The sequencer

/** End of a chain. `leaf` in hexadecimal digits; `time` as lines write it, null for an empty chain. */
export type Head = { readonly size: number; readonly leaf: string; readonly time: string | null };
export type PendingRow = { readonly place: number; readonly payload: Buffer };
export type SequencedLine = { readonly place: number; readonly entry: EntryLine; readonly line: Buffer };

export async function workspacesWithPending(): Promise<string[]> {
  const rows = await db().selectDistinct({ id: pending.workspaceId }).from(pending);
  return rows.map(({ id }) => id);
}

/** Locks the end of a chain; null when another process holds it. */
export async function openHead(workspace: string): Promise<Head | null> {
  const { rows } = await db().execute<{ size: string; leaf: string; micros: string | null }>(
    sql`select size, encode(leaf, 'hex') as leaf, micros from audit_logs.open_head(${workspace}::uuid)`,
  );
  const [row] = rows;
  return row === undefined ? null : { size: Number(row.size), leaf: row.leaf, time: row.micros };
}

export async function readPending(workspace: string, most: number): Promise<PendingRow[]> {
  return db()
    .select({ place: pending.place, payload: pending.payload })
    .from(pending)
    .where(eq(pending.workspaceId, workspace))
    .orderBy(asc(pending.place))
    .limit(most);
}

export async function appendLines(workspace: string, firstIndex: number, lines: readonly SequencedLine[]): Promise<void> {
  const texts = (pick: (entry: EntryLine) => string | null | undefined) => sql`${sql.param(lines.map(({ entry: each }) => pick(each) ?? null))}::text[]`;
  await db().execute(sql`select audit_logs.append(
    ${workspace}::uuid, ${firstIndex}::bigint,
    ${sql.param(lines.map(({ place }) => place))}::bigint[],
    ${sql.param(lines.map(({ entry: each }) => each.id))}::uuid[],
    ${texts(({ time }) => time)},
    ${sql.param(lines.map(({ line }) => line))}::bytea[],
    ${texts(({ actor }) => actor.kind)}, ${texts(({ actor }) => actor.id)}, ${texts(({ action }) => action)},
    ${texts(({ resource }) => resource.type)}, ${texts(({ resource }) => resource.id)},
    ${texts(({ outcome }) => outcome)}, ${texts(({ reason }) => reason)},
    ${texts(({ request }) => request.endpoint)}, ${texts(({ request }) => request.trace)})`);
}

// Reading

export type StoredEntry = typeof entry.$inferSelect;

/** Entries from an index on, oldest first. */
export async function readChain(fromIndex: number, most: number): Promise<StoredEntry[]> {
  return db().select().from(entry).where(and(gte(entry.index, fromIndex))).orderBy(asc(entry.index)).limit(most);
}

export async function readHead(): Promise<{ size: number; leaf: string }> {
  const [row] = await db().select().from(head);
  return row === undefined ? { size: 0, leaf: '0'.repeat(64) } : { size: row.size, leaf: row.leaf.toString('hex') };
}
