/** Reads and writes of sealed parts and their keys. `…AcrossWorkspaces`: in a system transaction; others in one of a workspace. */
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { currentDatabase, db, rowsOf } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import type { SealedPart } from '../entry.ts';
import { privatePart, sealed, subjectKey } from '../table.ts';

/** What belongs to one database is remembered by it: tests use several in one process. */
export const thisDatabase = (): object => currentDatabase();

export type FreshKey = {
  readonly id: string;
  readonly subject: string;
  readonly purpose: SealedPart['purpose'];
  /** First day. */
  readonly month: string;
  readonly wrapped: Buffer;
};
export type SealedDraft = {
  readonly purpose: SealedPart['purpose'];
  readonly key: string;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
};
export type PendingDraft = {
  readonly id: string;
  readonly payload: Buffer;
  readonly sealed: readonly SealedDraft[];
  readonly fresh: readonly FreshKey[];
  readonly wrappedBy: string;
};

// A constant statement at every change: without the query builder.
const submitText =
  'select audit_logs.submit_sealed($1::uuid, $2::bytea, $3::uuid[], $4::text[], $5::text[], $6::date[], $7::bytea[], $8::text, $9::text[], $10::uuid[], $11::bytea[], $12::bytea[]) as taken';

/** @returns false, and nothing written, when one of the keys was destroyed meanwhile. */
export async function submitPending({ id, payload, sealed: parts, fresh, wrappedBy }: PendingDraft): Promise<boolean> {
  const [row] = await rowsOf<{ taken: boolean }>(submitText, [
    id,
    payload,
    fresh.map((key) => key.id),
    fresh.map(({ subject }) => subject),
    fresh.map(({ purpose }) => purpose),
    fresh.map(({ month }) => month),
    fresh.map(({ wrapped }) => wrapped),
    wrappedBy,
    parts.map(({ purpose }) => purpose),
    parts.map(({ key }) => key),
    parts.map(({ nonce }) => nonce),
    parts.map(({ ciphertext }) => ciphertext),
  ]);
  return row?.taken === true;
}

export type LiveKey = { readonly workspaceId: string; readonly id: string | null; readonly wrapped: Buffer | null };
/** The key that seals now, if there is one, and the workspace what happens now belongs to. */
export async function findLiveKeys({ subject, purpose, month }: { subject: string; purpose: string; month: string }): Promise<LiveKey> {
  const [row] = await rowsOf<{ workspace: string; id: string | null; wrapped: Buffer | null }>(
    'select workspace, id, wrapped from audit_logs.live_keys($1, array[$2], $3::date)',
    [subject, purpose, month],
  );
  return { workspaceId: row?.workspace ?? '', id: row?.id ?? null, wrapped: row?.wrapped ?? null };
}

// Reading

export type StoredPart = {
  readonly purpose: string;
  readonly keyId: string;
  readonly month: string;
  readonly wrapped: Buffer | null;
  readonly destroyedAt: Date | null;
  /** Null when it was erased, or is gone. */
  readonly nonce: Buffer | null;
  readonly ciphertext: Buffer | null;
};

/** Keys a line names, with what is stored under them for this entry. */
export async function readParts(entryId: string, keyIds: readonly string[]): Promise<StoredPart[]> {
  if (keyIds.length === 0) return [];
  return db()
    .select({
      purpose: subjectKey.purpose,
      keyId: subjectKey.id,
      month: subjectKey.month,
      wrapped: subjectKey.wrapped,
      destroyedAt: subjectKey.destroyedAt,
      nonce: sealed.nonce,
      ciphertext: sealed.ciphertext,
    })
    .from(subjectKey)
    .leftJoin(sealed, and(eq(sealed.keyId, subjectKey.id), eq(sealed.entryId, entryId)))
    .where(sql`${subjectKey.id} = any(${sql.param([...keyIds])}::uuid[])`)
    .orderBy(asc(subjectKey.purpose));
}

/** Address and program of callers from before there were sealed parts. */
export async function readPrivate(entryId: string): Promise<{ address: string | null; userAgent: string | null } | undefined> {
  const [row] = await db()
    .select({ address: privatePart.address, userAgent: privatePart.userAgent })
    .from(privatePart)
    .where(eq(privatePart.entryId, entryId));
  return row;
}

// Erasure

export type ErasableKey = {
  readonly id: string;
  readonly purpose: SealedPart['purpose'];
  readonly month: string;
  readonly entries: number;
  readonly held: boolean;
};

/** Keys of a subject that still open something, oldest first. */
export async function readErasable(subject: string, most: number): Promise<ErasableKey[]> {
  return rowsOf<ErasableKey>(
    `select k.id, k.purpose, to_char(k.month, 'YYYY-MM') as month,
       (select count(*)::int from audit_logs.sealed s where s.key_id = k.id) as entries,
       exists (
         select from audit_logs.legal_hold h
         where h.released_at is null and (h.subject is null or h.subject = k.subject)
           and (h.since is null or h.since < k.month + interval '1 month') and (h.until is null or h.until > k.month)) as held
     from audit_logs.subject_key k
     where k.subject = $1 and k.destroyed_at is null order by k.month, k.purpose, k.id limit $2`,
    [subject, most],
  );
}

/** Actions of the entries sealed under a key. Times of entries never fall behind their record by more than the sequencer's delay. */
export async function actionsUnder(keyId: string, { from, before }: { from: Date; before: Date }): Promise<string[]> {
  const rows = await rowsOf<{ action: string }>('select action from audit_logs.actions_under($1::uuid, $2::timestamptz, $3::timestamptz)', [
    keyId,
    from,
    before,
  ]);
  return rows.map(({ action }) => action);
}

/** @returns those that were destroyed: one that a legal hold covers is not. */
export async function destroyKeys(ids: readonly string[], ground: string): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>('select id from audit_logs.destroy_keys($1::uuid[], $2) as id', [[...ids], ground]);
  return rows.map(({ id }) => id);
}

/** What lies beside entries from before there were sealed parts. @returns how many were erased */
export async function erasePrivate(subject: string, beforeDay: string): Promise<number> {
  const [row] = await rowsOf<{ erased: string }>('select audit_logs.erase_private($1, $2::date) as erased', [subject, beforeDay]);
  return Number(row?.erased ?? 0);
}

export async function destroyAgainAcrossWorkspaces(ids: readonly string[]): Promise<{ workspaceId: string; id: string }[]> {
  const rows = await rowsOf<{ workspace_id: string; id: string }>('select workspace_id, id from audit_logs.destroy_again($1::uuid[])', [
    [...ids],
  ]);
  return rows.map(({ workspace_id, id }) => ({ workspaceId: workspace_id, id }));
}

export async function expiredKeys(
  purpose: string,
  beforeDay: string,
  most: number,
): Promise<{ id: string; subject: string; month: string }[]> {
  return rowsOf(`select id, subject, to_char(month, 'YYYY-MM') as month from audit_logs.expired_keys($1, $2::date, $3)`, [
    purpose,
    beforeDay,
    most,
  ]);
}

export type DestroyedKey = {
  readonly id: string;
  readonly purpose: string;
  readonly month: string;
  readonly destroyedAt: Date | null;
  readonly ground: string | null;
};
const newestFirst = keyset({ id: subjectKey.id, sort: [{ by: subjectKey.destroyedAt, direction: 'desc' }] });
export function listDestroyed<T>(paging: Paging, item: (row: DestroyedKey) => T): Promise<Page<T>> {
  const fields = {
    id: subjectKey.id,
    purpose: subjectKey.purpose,
    month: subjectKey.month,
    destroyedAt: subjectKey.destroyedAt,
    ground: subjectKey.ground,
  };
  return newestFirst.page({ fields, from: subjectKey, where: sql`${subjectKey.destroyedAt} is not null`, paging }, (row) =>
    item(row as DestroyedKey),
  );
}
