/** Reads and writes of the audit log. Functions for the sequencer run in a system transaction, all others in one of a workspace. */
import { and, asc, desc, eq, gt, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../contract/page.ts';
import { openCursor, pagingProblems, queryDigest, sealCursor } from '../../platform/database/cursor.ts';
import { db, rowsOf } from '../../platform/database/database.ts';
import { keyset, type Paging } from '../../platform/database/keyset.ts';
import { derivedKey } from '../../platform/secret.ts';
import type { EntryLine } from './entry.ts';
import { entry, head, pending } from './table.ts';
import type { TreeEdge } from './tree/tree-store.ts';
import type { Guards, StoredEntry } from './verifying/verification.ts';

// The sequencer

/** End of a chain. `leaf` in hexadecimal digits; `time` as lines write it, null for an empty chain. */
export type Head = { readonly size: number; readonly leaf: string; readonly time: string | null };
export type OpenedHead = Head & TreeEdge;
export type PendingRow = { readonly place: number; readonly payload: Buffer };
export type SequencedLine = {
  readonly place: number;
  readonly entry: EntryLine;
  readonly line: Buffer /** Hexadecimal. */;
  readonly leaf: string;
};

export async function workspacesWithPending(): Promise<string[]> {
  const rows = await db().selectDistinct({ id: pending.workspaceId }).from(pending);
  return rows.map(({ id }) => id);
}

/** Locks the end of a chain; null when another process holds it. */
export async function openHead(workspace: string): Promise<OpenedHead | null> {
  const { rows } = await db().execute<{ size: string; leaf: string; micros: string | null; tree_size: string; edge: Buffer }>(
    sql`select size, encode(leaf, 'hex') as leaf, micros, tree_size, edge from audit_logs.open_head(${workspace}::uuid)`,
  );
  const [row] = rows;
  return row === undefined
    ? null
    : { size: Number(row.size), leaf: row.leaf, time: row.micros, treeSize: Number(row.tree_size), edge: row.edge };
}

export async function readPending(workspace: string, most: number): Promise<PendingRow[]> {
  const rows = await rowsOf<{ place: string; payload: Buffer }>(
    'select place, payload from audit_logs.pending where workspace_id = $1 order by place limit $2',
    [workspace, most],
  );
  return rows.map(({ place, payload }) => ({ place: Number(place), payload }));
}

export async function appendLines(workspace: string, firstIndex: number, lines: readonly SequencedLine[]): Promise<void> {
  const texts = (pick: (entry: EntryLine) => string | null | undefined): string =>
    arrayText(lines, ({ entry: each }) => pick(each) ?? null);
  await rowsOf(
    `select audit_logs.append($1::uuid, $2::bigint, $3::bigint[], $4::uuid[], $5::text[], $6::bytea[],
      $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])`,
    [
      workspace,
      firstIndex,
      `{${lines.map(({ place }) => place).join(',')}}`,
      `{${lines.map(({ entry: each }) => each.id).join(',')}}`,
      texts(({ time }) => time),
      `{${lines.map(({ line }) => `"\\\\x${line.toString('hex')}"`).join(',')}}`,
      texts(({ actor }) => actor.kind),
      texts(({ actor }) => actor.id),
      texts(({ action }) => action),
      texts(({ resource }) => resource.type),
      texts(({ resource }) => resource.id),
      texts(({ outcome }) => outcome),
      texts(({ reason }) => reason),
      texts(({ request }) => request.endpoint),
      texts(({ request }) => request.trace),
    ],
  );
}

/** An array as PostgreSQL writes it. The driver's own writer takes four times as long, which at this place is most of the work. */
function arrayText<T>(items: readonly T[], pick: (item: T) => string | null): string {
  const quoted = (text: string | null): string => {
    if (text === null) return 'NULL';
    return text.includes('"') || text.includes('\\') ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
  };
  return `{${items.map((item) => quoted(pick(item))).join(',')}}`;
}

// Reading

/** Times as lines write them, so that they can be compared as text. */
const storedFields = {
  index: entry.index,
  id: entry.id,
  time: sql<string>`to_char(${entry.time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  line: entry.line,
  leaf: entry.leaf,
  actorKind: entry.actorKind,
  actorId: entry.actorId,
  action: entry.action,
  resourceType: entry.resourceType,
  resourceId: entry.resourceId,
  outcome: entry.outcome,
  reason: entry.reason,
  endpoint: entry.endpoint,
  traceId: entry.traceId,
};

/** Entries from an index on, oldest first. */
export async function readChain(fromIndex: number, most: number): Promise<StoredEntry[]> {
  return db().select(storedFields).from(entry).where(gte(entry.index, fromIndex)).orderBy(asc(entry.index)).limit(most);
}

/** Stored bytes of entries, in their order; fewer when some are gone. */
export async function readLines(first: number, end: number): Promise<Buffer[]> {
  const rows = await db()
    .select({ line: entry.line })
    .from(entry)
    .where(and(gte(entry.index, first), lt(entry.index, end)))
    .orderBy(asc(entry.index));
  return rows.map(({ line }) => line);
}

export async function bytesOfLines(end: number): Promise<number> {
  const [row] = await db()
    .select({ bytes: sql<string>`coalesce(sum(octet_length(${entry.line})), 0)` })
    .from(entry)
    .where(lt(entry.index, end));
  return Number(row?.bytes ?? 0);
}

export async function readHead(): Promise<{ size: number; leaf: string }> {
  const [row] = await db().select({ size: head.size, leaf: head.leaf }).from(head);
  return row === undefined ? { size: 0, leaf: '0'.repeat(64) } : { size: row.size, leaf: row.leaf.toString('hex') };
}

/**
 * What protects the entries from the application itself, as the database has it now: for every month, too. A trigger counts when
 * the whole table and each month has it.
 */
export async function readGuards(): Promise<Guards> {
  const { rows } = await db().execute<{ triggers: string[]; may: string[]; secured: boolean; detached: string[] }>(sql`
    with part as (
      select 'audit_logs.entry'::regclass as id union all select m.partition from audit_logs.month m where m.attached
    )
    select
      (select coalesce(array_agg(name), '{}') from unnest(array['never_changed', 'never_emptied']) as name
        where not exists (select from part p where not exists (
          select from pg_trigger t where t.tgrelid = p.id and t.tgname = name and t.tgenabled in ('O', 'A')))) as triggers,
      (select coalesce(array_agg(distinct act), '{}') from part p, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) as act
        where has_table_privilege('aispm_app', p.id, act)) as may,
      (select bool_and(c.relrowsecurity and c.relforcerowsecurity) from part p join pg_class c on c.oid = p.id) as secured,
      (select coalesce(array_agg(to_char(m.first, 'YYYY-MM')), '{}') from audit_logs.month m where not m.attached) as detached`);
  const [row] = rows;
  return {
    triggers: row?.triggers ?? [],
    applicationMay: row?.may ?? [],
    rowSecurity: row?.secured ?? false,
    detachedMonths: row?.detached ?? [],
  };
}

export type EntryFilter = {
  readonly actorId?: string | undefined;
  readonly action?: string | undefined;
  readonly resourceType?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly outcomes?: readonly string[] | undefined;
  readonly traceId?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** A tsquery of the configuration simple. */
  readonly words?: string | undefined;
};
const newestFirst = keyset({ id: entry.index, sort: [], idDirection: 'desc' });

export function listEntries<T>(filter: EntryFilter, paging: Paging, item: (line: Buffer) => T): Promise<Page<T>> {
  if (filter.words !== undefined) return searchEntries({ ...filter, words: filter.words }, paging, item);
  return newestFirst.page({ fields: { line: entry.line }, from: entry, where: conditionOf(filter), paging }, ({ line }) => item(line));
}

export type IndexedLine = { readonly index: number; readonly line: Buffer };
/** Entries after an index that match, oldest first. Not by words. */
export async function readMatching(filter: EntryFilter, after: number, most: number): Promise<IndexedLine[]> {
  return db()
    .select({ index: entry.index, line: entry.line })
    .from(entry)
    .where(and(gt(entry.index, after), conditionOf(filter)))
    .orderBy(asc(entry.index))
    .limit(most);
}

function conditionOf({ actorId, action, resourceType, resourceId, outcomes, traceId, since, until }: EntryFilter): SQL | undefined {
  return and(
    actorId === undefined ? undefined : eq(entry.actorId, actorId),
    action === undefined ? undefined : eq(entry.action, action),
    resourceType === undefined ? undefined : eq(entry.resourceType, resourceType),
    resourceId === undefined ? undefined : eq(entry.resourceId, resourceId),
    outcomes === undefined ? undefined : inArray(entry.outcome, [...outcomes]),
    traceId === undefined ? undefined : eq(entry.traceId, traceId),
    since === undefined ? undefined : gte(entry.time, since.toISOString()),
    until === undefined ? undefined : lt(entry.time, until.toISOString()),
  );
}

type WordFilter = EntryFilter & { readonly words: string };
/** Matches of free words are counted up to here; beyond, the total is said to be an estimate. */
const countedMatches = 1000;
const deepestRow = 10_000;

/** The same pages as a keyset list, but the words are looked up by a function of the database (see the migration). */
async function searchEntries<T>(filter: WordFilter, paging: Paging, item: (line: Buffer) => T): Promise<Page<T>> {
  const limit = (paging.page === undefined ? undefined : paging.per_page) ?? paging.limit ?? 50;
  const skip = paging.page === undefined ? 0 : (paging.page - 1) * limit;
  if (paging.page !== undefined && paging.cursor !== undefined) throw pagingProblems.cursorAndPage();
  if (skip + limit > deepestRow) throw pagingProblems.tooDeep({ page: paging.page ?? 1, perPage: limit });
  const digest = queryDigest(JSON.stringify(filter));
  const place = paging.cursor === undefined ? null : openCursor(derivedKey('cursor'), paging.cursor, digest);
  const found = await matchingIndexes(filter, place === null ? null : Number(place.v[0]), skip + limit + 1);
  const [total, isEstimate] = place?.t ?? (await countMatches(filter));
  const shown = found.slice(skip, skip + limit);
  const last = found.length > skip + limit ? shown.at(-1) : undefined;
  const rows =
    shown.length === 0
      ? []
      : await db().select({ line: entry.line }).from(entry).where(inArray(entry.index, shown)).orderBy(desc(entry.index));
  return {
    items: rows.map(({ line }) => item(line)),
    nextCursor: last === undefined ? null : sealCursor(derivedKey('cursor'), { v: [String(last)], q: digest, t: [total, isEstimate] }),
    total,
    totalIsEstimate: isEstimate,
  };
}

async function countMatches(filter: WordFilter): Promise<[number, boolean]> {
  const found = await matchingIndexes(filter, null, countedMatches + 1);
  return [found.length, found.length > countedMatches];
}

async function matchingIndexes(filter: WordFilter, before: number | null, most: number): Promise<number[]> {
  const { words, actorId, action, resourceType, resourceId, outcomes, traceId, since, until } = filter;
  const { rows } = await db().execute<{
    index: string;
  }>(sql`select index from audit_logs.search(${words}, ${before}::bigint, ${most}::integer,
    ${actorId ?? null}, ${action ?? null}, ${resourceType ?? null}, ${resourceId ?? null},
    ${outcomes === undefined ? null : sql.param([...outcomes])}::text[], ${traceId ?? null},
    ${since?.toISOString() ?? null}::timestamptz, ${until?.toISOString() ?? null}::timestamptz)`);
  return rows.map(({ index }) => Number(index));
}

const dayMs = 86_400_000;

/**
 * The line of an entry. Its id tells when it was recorded (uuid v7), and nearly always it found its place within seconds: one month is
 * asked before all are, which costs as much as there are months.
 */
export async function findEntry(id: string): Promise<Buffer | undefined> {
  const recorded = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  const near = and(
    eq(entry.id, id),
    gte(entry.time, new Date(recorded - dayMs).toISOString()),
    lt(entry.time, new Date(recorded + dayMs).toISOString()),
  );
  const isMoment = recorded > dayMs && recorded < 4_102_444_800_000;
  const [row] = isMoment ? await db().select({ line: entry.line }).from(entry).where(near) : [];
  if (row !== undefined) return row.line;
  const [anywhere] = await db().select({ line: entry.line }).from(entry).where(eq(entry.id, id));
  return anywhere?.line;
}
