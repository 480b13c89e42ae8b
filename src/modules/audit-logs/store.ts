/** Reads and writes of the audit log. Functions for the sequencer run in a system transaction, all others in one of a workspace. */
import { and, asc, gte, lt, sql } from 'drizzle-orm';
import { db, rowsOf } from '../../platform/database/database.ts';
import type { PlacedEntry, PlacedLine } from './recording/place-line.ts';
import { entry, head, pending } from './table.ts';
import type { TreeEdge } from './tree/tree-store.ts';
import type { Guards, StoredEntry } from './verifying/verification.ts';

// The sequencer

/** End of a chain. `leaf` in hexadecimal digits; `time` as lines write it, null for an empty chain. */
export type Head = { readonly size: number; readonly leaf: string; readonly time: string | null };
export type OpenedHead = Head & TreeEdge;
export type PendingRow = { readonly place: number; readonly payload: Buffer };
export type SequencedLine = PlacedLine & { readonly place: number };

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

/** @returns the oldest records, as many as fit in `records` and in `bytes`; the first one whatever its size, so that the log goes on. */
export async function readPending(workspace: string, most: { readonly records: number; readonly bytes: number }): Promise<PendingRow[]> {
  // As text: in digits it would be twice as long, on the way and to be read. It is JSON, so it holds no zero byte.
  // Sizes are known without reading what lies beside the table, so records that do not fit cost nothing.
  const rows = await rowsOf<{ place: string; payload: string }>(
    `select place, convert_from(payload, 'UTF8') as payload from (
       select place, payload, sum(octet_length(payload)) over (order by place rows unbounded preceding) - octet_length(payload) as before
       from (select place, payload from audit_logs.pending where workspace_id = $1 order by place limit $2) oldest
     ) counted where before < $3 order by place`,
    [workspace, most.records, most.bytes],
  );
  return rows.map(({ place, payload }) => ({ place: Number(place), payload: Buffer.from(payload, 'utf8') }));
}

/** @returns what sends them: all that takes time is done before. */
export function appending(workspace: string, firstIndex: number, lines: readonly SequencedLine[]): () => Promise<unknown> {
  const texts = (pick: (entry: PlacedEntry) => string | null | undefined): string =>
    arrayText(lines, ({ entry: each }) => pick(each) ?? null);
  let end = 1;
  const starts = lines.map(({ line }) => {
    end += line.length;
    return end - line.length;
  });
  const statement = `select audit_logs.append_lines($1::uuid, $2::bigint, $3::bigint[], $4::uuid[], $5::text[], $6::bytea, $7::integer[], $8::integer[],
      $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[])`;
  const values = [
    workspace,
    firstIndex,
    `{${lines.map(({ place }) => place).join(',')}}`,
    `{${lines.map(({ entry: each }) => each.id).join(',')}}`,
    texts(({ time }) => time),
    // One value in its own bytes: as an array it would travel, and be read, as twice as many digits.
    Buffer.concat(lines.map(({ line }) => line)),
    `{${starts.join(',')}}`,
    `{${lines.map(({ line }) => line.length).join(',')}}`,
    texts(({ actor }) => actor.kind),
    texts(({ actor }) => actor.id),
    texts(({ action }) => action),
    texts(({ resource }) => resource.type),
    texts(({ resource }) => resource.id),
    texts(({ outcome }) => outcome),
    texts(({ reason }) => reason),
    texts(({ request }) => request.endpoint),
    texts(({ request }) => request.trace),
  ];
  return () => rowsOf(statement, values);
}

/** An array as PostgreSQL writes it. The driver's own writer takes four times as long, which at this place is most of the work. */
function arrayText<T>(items: readonly T[], pick: (item: T) => string | null): string {
  const quoted = (text: string | null): string => {
    if (text === null) return 'NULL';
    return text.includes('"') || text.includes('\\') ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
  };
  return `{${items.map((item) => quoted(pick(item))).join(',')}}`;
}

/** Takes entries of a workspace into what readers look in. @returns how many; 0 when none are left or another process is at it. */
export async function projectEntries(workspace: string, most: number): Promise<number> {
  const [row] = await rowsOf<{ taken: string }>('select audit_logs.project($1::uuid, $2::integer) as taken', [workspace, most]);
  return Number(row?.taken ?? 0);
}

export type Unprojected = { readonly workspace: string; readonly waiting: number };
export async function readUnprojected(): Promise<Unprojected[]> {
  const rows = await rowsOf<{ workspace_id: string; waiting: string }>('select workspace_id, waiting from audit_logs.unprojected()');
  return rows.map(({ workspace_id, waiting }) => ({ workspace: workspace_id, waiting: Number(waiting) }));
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
  const { rows } = await db().execute<{ triggers: string[]; may: string[]; secured: boolean; detached: string[]; watched: boolean }>(sql`
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
      (select coalesce(array_agg(to_char(m.first, 'YYYY-MM')), '{}') from audit_logs.month m where not m.attached) as detached,
      (not coalesce((select w.made from audit_logs.schema_watch w), false) or 2 = (select count(*) from pg_event_trigger t
        where t.evtname in ('aispm_schema_changed', 'aispm_schema_dropped') and t.evtenabled in ('O', 'A'))) as watched`);
  const [row] = rows;
  return {
    triggers: row?.triggers ?? [],
    applicationMay: row?.may ?? [],
    rowSecurity: row?.secured ?? false,
    detachedMonths: row?.detached ?? [],
    schemaWatched: row?.watched ?? true,
  };
}

/** Of entries that follow one another, those that readers would not find, or find under something else than they say. */
export async function readMisprojected(entries: readonly StoredEntry[]): Promise<number[]> {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return [];
  const times = entries.map(({ time }) => time).toSorted();
  const rows = await rowsOf<{ index: string }>(
    'select index from audit_logs.misprojected($1::bigint, $2::bigint, $3::timestamptz, $4::timestamptz)',
    [first.index, last.index + 1, times[0], times.at(-1)],
  );
  return rows.map(({ index }) => Number(index));
}
