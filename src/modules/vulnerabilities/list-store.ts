/**
 * Lists of vulnerabilities that stay fast at a million rows, whatever the filter.
 * Few rows match: the text index finds them, they are sorted. Many match: the sort's own index is walked until the page is
 * full. The planner's estimate says which, and is the total where counting would cost more than it tells.
 */
import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Page } from '../../contract/page.ts';
import { compileOrder, type Order, type SortStep } from '../../platform/database/compile-order.ts';
import { openCursor, pagingProblems, queryDigest, sealCursor } from '../../platform/database/cursor.ts';
import { db } from '../../platform/database/database.ts';
import { derivedKey } from '../../platform/secret.ts';
import { type CompiledFilter, compileFilter, type FilterContext } from './filter-store.ts';
import { type VulnerabilityRow, vulnerability as v } from './table.ts';
import type { VulnerabilityFilter } from './vulnerability.ts';

export type Sort = 'priority' | 'due' | 'severity' | 'updated';
const steps: Readonly<Record<Sort, readonly SortStep[]>> = {
  priority: [
    { by: v.priority, direction: 'desc' },
    { by: v.id, direction: 'desc' },
  ],
  due: [
    { by: v.dueOrder, direction: 'asc' },
    { by: v.id, direction: 'asc' },
  ],
  severity: [
    { by: v.severityRank, direction: 'asc' },
    { by: v.priority, direction: 'desc' },
    { by: v.id, direction: 'desc' },
  ],
  updated: [
    { by: v.updatedAt, direction: 'desc' },
    { by: v.id, direction: 'desc' },
  ],
};

export type ListPaging = {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly page?: number | undefined;
  readonly per_page?: number | undefined;
};
export type ListQuery = {
  readonly filter: VulnerabilityFilter;
  readonly sort: Sort;
  readonly paging: ListPaging;
  readonly context: FilterContext;
};

const exactRows = 10_000;
const dialect = new PgDialect();

export async function listRows({ filter, sort, paging, context }: ListQuery): Promise<Page<VulnerabilityRow>> {
  const order = compileOrder(steps[sort]);
  const digest = digestOf({ filter, sort, userId: context.userId });
  const { limit, offset } = extent(paging);
  const place = paging.cursor === undefined ? null : openCursor(derivedKey('cursor'), paging.cursor, digest);
  const way = await chooseWay(compileFilter(filter, context));
  const rows = await readRows({ way, order, sort }, { limit: limit + 1, offset, after: place?.v ?? null });
  const total = await totalFor(place?.t ?? null, { way, found: rows.length, limit, offset });
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(({ row }) => row),
    nextCursor:
      last === undefined ? null : sealCursor(derivedKey('cursor'), { v: last.marks, q: digest, t: [total.rows, total.isEstimate] }),
    total: total.rows,
    totalIsEstimate: total.isEstimate,
  };
}

export async function countRows(filter: VulnerabilityFilter, context: FilterContext): Promise<{ total: number; totalIsEstimate: boolean }> {
  const { rows, isEstimate } = await countOf(await chooseWay(compileFilter(filter, context)));
  return { total: rows, totalIsEstimate: isEstimate };
}

/** The condition of a filter, by the cheaper way. */
export async function whereOf(filter: VulnerabilityFilter, context: FilterContext): Promise<SQL> {
  return conjunction((await chooseWay(compileFilter(filter, context))).where);
}

/** Most rows one bulk change takes. */
const mostSelected = 1_000_000;
type Selection =
  | { readonly ids: readonly string[] }
  | { readonly filter: VulnerabilityFilter; readonly asOf: Date; readonly userId: string | null };

/** A subselect of ids: those named, or all rows of a filter that were there at a time. */
export async function selectionOf(selection: Selection): Promise<SQL> {
  if ('ids' in selection) return sql`select id from vulnerabilities.vulnerability where id = any(${sql.param([...selection.ids])}::uuid[])`;
  const { filter, asOf, userId } = selection;
  const way = await chooseWay(compileFilter(filter, { now: asOf, userId }));
  const where = conjunction([...way.where, sql`${v.createdAt} <= ${asOf.toISOString()}::timestamptz`]);
  return sql`select ${v.id} as id from ${v} where ${where} limit ${mostSelected}`;
}

function digestOf(parts: { filter: VulnerabilityFilter; sort: Sort; userId: string | null }): string {
  const { filter, sort, userId } = parts;
  const said = Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  return queryDigest(JSON.stringify(['vulnerabilities', said, sort, filter.assignee === 'me' ? userId : null]));
}

function extent({ cursor, limit, page, per_page: perPage }: ListPaging): { limit: number; offset: number } {
  const rows = perPage ?? limit;
  if (page === undefined) return { limit: rows, offset: 0 };
  if (cursor !== undefined) throw pagingProblems.cursorAndPage();
  if (page * rows > exactRows) throw pagingProblems.tooDeep({ page, perPage: rows });
  return { limit: rows, offset: (page - 1) * rows };
}

/* ——— which way ——— */
type Way = {
  readonly kind: 'few' | 'walk';
  readonly where: readonly SQL[];
  /** Ranks to read one by one: the order's index begins with the severity. */
  readonly ranks: readonly number[];
  /** Known without counting; null: count. */
  readonly total: Total | null;
};
type Total = { readonly rows: number; readonly isEstimate: boolean };

/**
 * Finding n rows by the text index reads about 3 n rows; walking an order reads about 51 N / n of N. They cost the same at
 * √(17 N). Twice that is still found by index: walking is the dearer mistake when filter and order pull apart.
 */
function mostMatches(all: number): number {
  return Math.max(500, Math.ceil(2 * Math.sqrt(17 * all)));
}

async function chooseWay(filter: CompiledFilter): Promise<Way> {
  const { plain, query, rest, narrow, ranks } = filter;
  if (narrow) return { kind: 'walk', where: plain, ranks: [], total: null };
  const [all, estimate] = await Promise.all([estimateOf([]), estimateOf(plain)]);
  const most = mostMatches(all);
  const estimated = estimate > exactRows ? { rows: estimate, isEstimate: true } : null;
  const walk: Way = { kind: 'walk', where: plain, ranks, total: estimated };
  if (query === null || estimate > 10 * most) return walk;
  const found = await matches(query, Math.max(most, exactRows) + 1);
  const total =
    rest.length > 0 ? null : found <= exactRows ? { rows: found, isEstimate: false } : (estimated ?? { rows: found, isEstimate: true });
  if (found > most) return { ...walk, total: total ?? estimated };
  return {
    kind: 'few',
    where: [sql`${v.id} = any(array(select vulnerabilities.matching(${query}, ${most + 1})))`, ...rest],
    ranks: [],
    total,
  };
}

async function matches(query: SQL, most: number): Promise<number> {
  const { rows } = await db().execute<{ found: number }>(
    sql`select count(*)::int as found from vulnerabilities.matching(${query}, ${most})`,
  );
  return rows[0]?.found ?? 0;
}

const Plan = z.tuple([z.object({ Plan: z.object({ 'Plan Rows': z.number() }) })]);
async function estimateOf(conditions: readonly SQL[]): Promise<number> {
  const { rows } = await db().execute(sql`explain (format json) select 1 from ${v} where ${conjunction(conditions)}`);
  const [plan] = Plan.parse(rows[0]?.['QUERY PLAN']);
  return Math.round(plan.Plan['Plan Rows']);
}

function conjunction(conditions: readonly SQL[]): SQL {
  return conditions.length === 0
    ? sql`true`
    : sql.join(
        conditions.map((condition) => sql`(${condition})`),
        sql` and `,
      );
}

/* ——— rows ——— */
type Reading = { readonly way: Way; readonly order: Order; readonly sort: Sort };
type Range = { readonly limit: number; readonly offset: number; readonly after: readonly (string | null)[] | null };
type Read = { readonly row: VulnerabilityRow; readonly marks: (string | null)[] };

async function readRows({ way, order, sort }: Reading, range: Range): Promise<Read[]> {
  const ids = await readPlaces({ way, order, sort }, range);
  if (ids.length === 0) return [];
  const wanted = sql.join(
    ids.map(({ id }) => sql`${id}::uuid`),
    sql`, `,
  );
  const rows = await db().select().from(v).where(sql`${v.id} in (${wanted})`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap(({ id, marks }) => {
    const row = byId.get(id);
    return row === undefined ? [] : [{ row, marks }];
  });
}

type PlaceRow = { readonly id: string; readonly marks: (string | null)[] };

async function readPlaces({ way, order, sort }: Reading, { limit, offset, after }: Range): Promise<PlaceRow[]> {
  const marks = sql.join(
    order.marks.map((mark, at) => sql`${mark} as ${sql.identifier(`m${at}`)}`),
    sql`, `,
  );
  const behind = after === null ? [] : [order.after(after)];
  // An index on (severity, order…) serves one severity at a time; together they are merged.
  const split = way.kind === 'walk' && way.ranks.length > 1 && (sort === 'priority' || sort === 'due');
  const one = (extra: readonly SQL[], most: number): SQL =>
    sql`select ${v.id} as id, ${marks}, ${sortKey(sort)} as k from ${v} where ${conjunction([...way.where, ...behind, ...extra])} order by ${order.orderBy} limit ${most}`;
  const query = split
    ? sql`select * from (${sql.join(
        way.ranks.map((rank) => sql`(${one([sql`${v.severityRank} = ${rank}`], limit + offset)})`),
        sql` union all `,
      )}) as merged order by k ${sort === 'priority' ? sql`desc, id desc` : sql`asc, id asc`} limit ${limit} offset ${offset}`
    : sql`${one([], limit)} offset ${offset}`;
  const { rows } = await db().execute<Record<string, string | null>>(query);
  return rows.map((row) => ({ id: String(row['id']), marks: order.marks.map((_, at) => row[`m${at}`] ?? null) }));
}

function sortKey(sort: Sort): SQL {
  return sort === 'due' ? sql`${v.dueOrder}` : sql`${v.priority}`;
}

/* ——— totals ——— */
type Seen = { readonly way: Way; readonly found: number; readonly limit: number; readonly offset: number };

async function totalFor(carried: readonly [number, boolean] | null, { way, found, limit, offset }: Seen): Promise<Total> {
  if (carried !== null) return { rows: carried[0], isEstimate: carried[1] };
  // Everything is on this page: it was counted by reading.
  if (found <= limit && (found > 0 || offset === 0)) return { rows: offset + found, isEstimate: false };
  return countOf(way);
}

async function countOf(way: Way): Promise<Total> {
  if (way.total !== null) return way.total;
  const { rows } = await db().execute<{ counted: number }>(
    sql`select count(*)::int as counted from (select 1 from ${v} where ${conjunction(way.where)} limit ${exactRows + 1}) as counted`,
  );
  const counted = rows[0]?.counted ?? 0;
  if (counted <= exactRows) return { rows: counted, isEstimate: false };
  return { rows: Math.max(exactRows + 1, await estimateOf(way.where)), isEstimate: true };
}

/** The SQL a list would run, for the test that reads its plan. */
export async function placesQuery({
  filter,
  sort,
  context,
}: Omit<ListQuery, 'paging'>): Promise<{ text: string; values: unknown[]; kind: Way['kind'] }> {
  const way = await chooseWay(compileFilter(filter, context));
  const order = compileOrder(steps[sort]);
  const { sql: text, params } = dialect.sqlToQuery(
    sql`select ${v.id} from ${v} where ${conjunction(way.where)} order by ${order.orderBy} limit 51`,
  );
  return { text, values: params, kind: way.kind };
}
