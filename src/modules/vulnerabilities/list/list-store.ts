/**
 * Lists of vulnerabilities that stay fast at a million rows, whatever the filter.
 * Few rows match: the text index finds them, they are sorted. Many match: the sort's own index is walked until the page is
 * full. The planner's estimate says which, and is the total where counting would cost more than it tells.
 */
import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Page } from '../../../contract/page.ts';
import { compileOrder, type Order, type SortStep } from '../../../platform/database/compile-order.ts';
import { openCursor, pagingProblems, queryDigest, sealCursor } from '../../../platform/database/cursor.ts';
import { db } from '../../../platform/database/database.ts';
import { derivedKey } from '../../../platform/secret.ts';
import { type VulnerabilityRow, vulnerability as v } from '../table.ts';
import type { VulnerabilityFilter } from '../vulnerability.ts';
import { type CompiledFilter, compileFilter, type FilterContext, matched } from './filter-store.ts';

export type Sort = 'priority' | 'due' | 'severity' | 'updated';
type Keys = Readonly<Record<'id' | 'priority' | 'severityRank' | 'dueOrder' | 'updatedAt', SortStep['by']>>;
const types = { id: 'uuid', priority: 'integer', severityRank: 'smallint', dueOrder: 'timestamptz', updatedAt: 'timestamptz' } as const;

function orderOf(sort: Sort, keys: Keys): Order {
  const step = (key: keyof Keys, direction: 'asc' | 'desc'): SortStep => ({ by: keys[key], direction, type: types[key], nullable: false });
  if (sort === 'due') return compileOrder([step('dueOrder', 'asc'), step('id', 'asc')]);
  if (sort === 'updated') return compileOrder([step('updatedAt', 'desc'), step('id', 'desc')]);
  const byPriority = [step('priority', 'desc'), step('id', 'desc')];
  return compileOrder(sort === 'severity' ? [step('severityRank', 'asc'), ...byPriority] : byPriority);
}

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
export async function listRows({ filter, sort, paging, context }: ListQuery): Promise<Page<VulnerabilityRow>> {
  const digest = digestOf({ filter, sort, userId: context.userId });
  const { limit, offset } = extent(paging);
  const place = paging.cursor === undefined ? null : openCursor(derivedKey('cursor'), paging.cursor, digest);
  const { places, total } = await findPlaces(compileFilter(filter, context), sort, {
    limit: limit + 1,
    offset,
    after: place?.v ?? null,
    known: place?.t ?? null,
  });
  const shown = places.slice(0, limit);
  const last = places.length > limit ? shown.at(-1) : undefined;
  return {
    items: await readRows(shown.map(({ id }) => id)),
    nextCursor:
      last === undefined ? null : sealCursor(derivedKey('cursor'), { v: last.marks, q: digest, t: [total.rows, total.isEstimate] }),
    total: total.rows,
    totalIsEstimate: total.isEstimate,
  };
}

export async function countRows(filter: VulnerabilityFilter, context: FilterContext): Promise<{ total: number; totalIsEstimate: boolean }> {
  const { total } = await findPlaces(compileFilter(filter, context), 'priority', { limit: 0, offset: 0, after: null, known: null });
  return { total: total.rows, totalIsEstimate: total.isEstimate };
}

/** The condition of a filter on the table, by the cheaper way. */
export async function whereOf(filter: VulnerabilityFilter, context: FilterContext): Promise<SQL> {
  const compiled = compileFilter(filter, context);
  const { query, beside, most } = await chooseWay(compiled);
  if (query === null) return conjunction(compiled.plain);
  const { rows } = await db().execute<{ found: number }>(
    sql`select count(*)::int as found from vulnerabilities.matching(${query}, ${beside}, ${most + 1})`,
  );
  if ((rows[0]?.found ?? 0) > most) return conjunction(compiled.plain);
  return sql`${v.id} = any(array(select m.id from vulnerabilities.matching(${query}, ${beside}, ${most}) as m where ${conjunction(compiled.rest)}))`;
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
  const where = await whereOf(filter, { now: asOf, userId });
  return sql`select ${v.id} as id from ${v} where ${where} and ${v.createdAt} <= ${asOf.toISOString()}::timestamptz limit ${mostSelected}`;
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
type Total = { readonly rows: number; readonly isEstimate: boolean };
type Way = {
  /** Ask the text index for this; null: walk the order. */
  readonly query: SQL | null;
  /** Looked at in the rows that `query` finds, not asked of the index. */
  readonly beside: SQL;
  /** More than these are not worth sorting. */
  readonly most: number;
  readonly estimate: number;
};

/**
 * Sorting n matches reads n rows; walking an order reads about 51 N / n of N. They cost the same at √(51 N). Twice that is
 * still sorted: walking is the dearer mistake when filter and order pull apart.
 */
function mostSorted(all: number): number {
  return Math.max(1000, Math.ceil(2 * Math.sqrt(51 * all)));
}

const nothingBeside = sql`null::tsquery`;
async function chooseWay({ plain, indexed, terms, query: asked, typed, rest, narrow }: CompiledFilter): Promise<Way> {
  const estimate = narrow ? 0 : await estimateOf(plain);
  if (narrow || asked === null) return { query: null, beside: nothingBeside, most: 0, estimate };
  const most = mostSorted(await estimateOf([]));
  // The index reads every row of a word's beginnings; those of the other words are read from the table anyway.
  const isCommon = typed !== null && (await estimateOf([sql`${v.search} @@ ${typed}`])) > 2 * most;
  const beside = isCommon ? typed : nothingBeside;
  const query = typed === null || isCommon ? asked : sql`${asked} && ${typed}`;
  const matches = rest.length === 0 ? estimate : await estimateOf(indexed);
  // Of one facet the planner knows the number; several it takes for independent, and is believed only well above the bound.
  return { query: matches > (terms === 1 ? 1 : 2) * most ? null : query, beside, most, estimate };
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

/* ——— places ——— */
type Place = { readonly id: string; readonly marks: (string | null)[] };
type Range = {
  readonly limit: number;
  readonly offset: number;
  readonly after: readonly (string | null)[] | null;
  /** The total a cursor carries. */
  readonly known: readonly [number, boolean] | null;
};
type Found = { readonly places: Place[]; readonly total: Total };

async function findPlaces(filter: CompiledFilter, sort: Sort, range: Range): Promise<Found> {
  const way = await chooseWay(filter);
  const sorted =
    way.query === null ? null : await sortMatches(filter, sort, { ...range, query: way.query, beside: way.beside, most: way.most });
  return sorted ?? walkOrder(filter, sort, { ...range, estimate: way.estimate });
}

/** One pass of the text index: matches, their number and the page. null: there are too many to sort. */
async function sortMatches(
  { rest }: CompiledFilter,
  sort: Sort,
  { query, beside, most, limit, offset, after, known }: Range & { query: SQL; beside: SQL; most: number },
): Promise<Found | null> {
  const order = orderOf(sort, matched);
  const where = conjunction(after === null ? rest : [...rest, order.after(after)]);
  const { rows } = await db().execute<Record<string, string | number | null>>(sql`
    with m as materialized (select * from vulnerabilities.matching(${query}, ${beside}, ${most + 1}))
    select c.found, c.total, p.* from (select count(*)::int as found, (count(*) filter (where ${conjunction(rest)}))::int as total from m) as c
    left join lateral (select m.id as id, ${marksOf(order)} from m where ${where} order by ${order.orderBy} limit ${limit} offset ${offset}) as p on c.found <= ${most}`);
  if (Number(rows[0]?.['found'] ?? 0) > most) return null;
  const total = known === null ? { rows: Number(rows[0]?.['total'] ?? 0), isEstimate: false } : { rows: known[0], isEstimate: known[1] };
  return { places: rows.filter(({ id }) => id !== null).map((row) => placeOf(row, order)), total };
}

async function walkOrder(
  { plain, narrow, ranks }: CompiledFilter,
  sort: Sort,
  { limit, offset, after, known, estimate }: Range & { estimate: number },
): Promise<Found> {
  const order = orderOf(sort, v);
  const behind = after === null ? [] : [order.after(after)];
  const one = (extra: readonly SQL[], most: number): SQL =>
    sql`select ${v.id} as id, ${marksOf(order)}, ${sort === 'due' ? v.dueOrder : v.priority} as k from ${v} where ${conjunction([...plain, ...behind, ...extra])} order by ${order.orderBy} limit ${most}`;
  // An index on (severity, order…) serves one severity at a time; together they are merged.
  const split = !narrow && ranks.length > 1 && (sort === 'priority' || sort === 'due');
  const branches = ranks.map((rank) => sql`(${one([sql`${v.severityRank} = ${rank}`], limit + offset)})`);
  const query = split
    ? sql`select * from (${sql.join(branches, sql` union all `)}) as merged order by k ${sort === 'priority' ? sql`desc, id desc` : sql`asc, id asc`} limit ${limit} offset ${offset}`
    : sql`${one([], limit)} offset ${offset}`;
  const places = limit === 0 ? [] : (await db().execute<Record<string, string | null>>(query)).rows.map((row) => placeOf(row, order));
  return { places, total: await totalOf(plain, { known, estimate, offset, limit, found: places.length }) };
}

function marksOf(order: Order): SQL {
  return sql.join(
    order.marks.map((mark, at) => sql`${mark} as ${sql.identifier(`m${at}`)}`),
    sql`, `,
  );
}
function placeOf(row: Readonly<Record<string, string | number | null>>, order: Order): Place {
  const text = (value: string | number | null | undefined): string | null => (value === null || value === undefined ? null : String(value));
  return { id: String(row['id']), marks: order.marks.map((_, at) => text(row[`m${at}`])) };
}

type Seen = Pick<Range, 'known' | 'limit' | 'offset'> & { readonly estimate: number; readonly found: number };

/** Carried by the cursor; else read off the page when everything is on it; else counted, or estimated beyond 10,000. */
async function totalOf(plain: readonly SQL[], { known, estimate, found, limit, offset }: Seen): Promise<Total> {
  if (known !== null) return { rows: known[0], isEstimate: known[1] };
  if (limit > 0 && found < limit && (found > 0 || offset === 0)) return { rows: offset + found, isEstimate: false };
  if (estimate > exactRows) return { rows: estimate, isEstimate: true };
  const { rows } = await db().execute<{ counted: number }>(
    sql`select count(*)::int as counted from (select 1 from ${v} where ${conjunction(plain)} limit ${exactRows + 1}) as counted`,
  );
  const counted = rows[0]?.counted ?? 0;
  return counted <= exactRows
    ? { rows: counted, isEstimate: false }
    : { rows: Math.max(exactRows + 1, await estimateOf(plain)), isEstimate: true };
}

/** In the order of the ids. */
async function readRows(ids: readonly string[]): Promise<VulnerabilityRow[]> {
  if (ids.length === 0) return [];
  const rows = await db()
    .select()
    .from(v)
    .where(sql`${v.id} = any(${sql.param([...ids])}::uuid[])`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** The SQL of a list's page, for the test that reads its plan. */
export async function pageQuery({ filter, sort, context }: Omit<ListQuery, 'paging'>): Promise<{ text: string; values: unknown[] }> {
  const compiled = compileFilter(filter, context);
  const { query, beside, most } = await chooseWay(compiled);
  const dialect = new PgDialect();
  const walked = orderOf(sort, v);
  const sorted = orderOf(sort, matched);
  const { sql: text, params } = dialect.sqlToQuery(
    query === null
      ? sql`select ${v.id} from ${v} where ${conjunction(compiled.plain)} order by ${walked.orderBy} limit 51`
      : sql`select m.id from vulnerabilities.matching(${query}, ${beside}, ${most}) as m where ${conjunction(compiled.rest)} order by ${sorted.orderBy} limit 51`,
  );
  return { text, values: params };
}
