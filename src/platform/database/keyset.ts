/**
 * Lists that stay fast at a million rows: each page starts after the last row of the one before, found by index.
 * Pages by number work up to row 10,000, where skipping rows is still cheap.
 */
import type { KeyObject } from 'node:crypto';
import { type GetColumnData, is, SQL, sql } from 'drizzle-orm';
import { PgColumn, PgDialect, type PgTable } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Page } from '../../contract/page.ts';
import { derivedKey } from '../secret.ts';
import { compileOrder, type Order, type SortStep } from './compile-order.ts';
import { openCursor, type Place, pagingProblems, queryDigest, sealCursor } from './cursor.ts';
import { db } from './database.ts';

export type KeysetDefinition = {
  /** Unique and never null: decides between rows that are equal in everything else. */
  readonly id: PgColumn;
  /** At most 10 steps, the most important first. The list's index is `(workspace_id, sort…, id)`, in these directions. */
  readonly sort: readonly SortStep[];
  /** Default: the direction of the last step, so that one index serves the whole order. */
  readonly idDirection?: 'asc' | 'desc';
  /** Seals the cursors. Default: the installation's key for cursors. */
  readonly key?: () => KeyObject;
};

type Fields = Readonly<Record<string, PgColumn | SQL | SQL.Aliased>>;
export type RowOf<F extends Fields> = {
  -readonly [K in keyof F]: F[K] extends PgColumn
    ? GetColumnData<F[K]>
    : F[K] extends SQL<infer T>
      ? T
      : F[K] extends SQL.Aliased<infer T>
        ? T
        : never;
};

/** The `paging` fields of a list's input (contract/page.ts). */
export type Paging = {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
  readonly page?: number | undefined;
  readonly per_page?: number | undefined;
};

export type PageQuery<F extends Fields> = {
  /** What a row holds, e.g. `getTableColumns(asset)`. */
  readonly fields: F;
  /** A table, or joined tables as SQL. */
  readonly from: PgTable | SQL;
  readonly where?: SQL | undefined;
  readonly paging: Paging;
  /**
   * What a cursor is bound to. Default: text and values of `where`. Needed only where those change from one request to
   * the next by themselves, as a time computed from now does.
   */
  readonly filter?: unknown;
};

export type Keyset = {
  /** Reads one page in the ambient transaction, each row turned into the contract's item. */
  page<F extends Fields, T>(query: PageQuery<F>, item: (row: RowOf<F>) => T): Promise<Page<T>>;
};

/** Up to here rows are skipped and counted exactly. */
export const exactRows = 10_000;
/** In the planner's units: reading some 15,000 pages in order, about 50 ms on one core. */
const mostCountingCost = 15_000;
const defaultRows = 50;
const mostRows = 500;
const dialect = new PgDialect();

/**
 * Declares one order of a list.
 * @example const newestFirst = keyset({ id: asset.id, sort: [{ by: asset.registeredAt, direction: 'desc' }] });
 *          await newestFirst.page({ fields: getTableColumns(asset), from: asset, where, paging: input }, toAsset);
 */
export function keyset({ id, sort, idDirection, key = () => derivedKey('cursor') }: KeysetDefinition): Keyset {
  const order = compileOrder([...sort, { by: id, direction: idDirection ?? sort.at(-1)?.direction ?? 'asc' }]);
  return { page: (query, item) => readPage({ order, key }, query, item) };
}

type Compiled = { readonly order: Order; readonly key: () => KeyObject };
type Total = { readonly total: number; readonly isEstimate: boolean };

async function readPage<F extends Fields, T>({ order, key }: Compiled, query: PageQuery<F>, item: (row: RowOf<F>) => T): Promise<Page<T>> {
  const { limit, offset } = extent(query.paging);
  const digest = digestOf(order, query);
  const place = query.paging.cursor === undefined ? null : openCursor(key(), query.paging.cursor, digest);
  // Both statements leave together; the total of a first page is good for the pages that follow.
  const [rows, total] = await Promise.all([
    readRows(order, query, { limit, offset, place }),
    place === null ? count(query) : totalOf(place),
  ]);

  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(({ row }) => item(row)),
    nextCursor: last === undefined ? null : sealCursor(key(), { v: last.marks, q: digest, t: [total.total, total.isEstimate] }),
    total: total.total,
    totalIsEstimate: total.isEstimate,
  };
}

/** @throws paging.cursorAndPage, paging.tooDeep */
function extent({ cursor, limit = defaultRows, page, per_page: perPage }: Paging): { limit: number; offset: number } {
  if (page === undefined) return { limit: Math.min(perPage ?? limit, mostRows), offset: 0 };
  if (cursor !== undefined) throw pagingProblems.cursorAndPage();
  const rows = Math.min(perPage ?? limit, mostRows);
  if (page * rows > exactRows) throw pagingProblems.tooDeep({ page, perPage: rows });
  return { limit: rows, offset: (page - 1) * rows };
}

function digestOf<F extends Fields>({ orderBy }: Order, { from, where, filter }: PageQuery<F>): string {
  const { sql: text, params } = dialect.sqlToQuery(
    sql`${from} where ${filter === undefined && where !== undefined ? where : sql`true`} order by ${orderBy}`,
  );
  return queryDigest(JSON.stringify([text, params, filter ?? null]));
}

type Read<F extends Fields> = { row: RowOf<F>; marks: (string | null)[] };
type Range = { readonly limit: number; readonly offset: number; readonly place: Place | null };

/** One row more than asked for says whether there is a next page. */
async function readRows<F extends Fields>(
  order: Order,
  { fields, from, where }: PageQuery<F>,
  { limit, offset, place }: Range,
): Promise<Read<F>[]> {
  const names = Object.keys(fields);
  const selected = [...names.map((name, at) => sql`${bare(fields[name])} as ${sql.identifier(`f${at}`)}`)];
  const marks = order.marks.map((mark, at) => sql`${mark} as ${sql.identifier(`m${at}`)}`);
  const conditions = [where, place === null ? undefined : order.after(place.v)].filter((condition) => condition !== undefined);
  const { rows } = await db().execute(sql`
    select ${sql.join([...selected, ...marks], sql`, `)} from ${from}
    where ${
      conditions.length === 0
        ? sql`true`
        : sql.join(
            conditions.map((condition) => sql`(${condition})`),
            sql` and `,
          )
    }
    order by ${order.orderBy} limit ${limit + 1} offset ${offset}`);
  return rows.map((raw) => ({
    // Each value went through the decoder of its own field.
    row: Object.fromEntries(names.map((name, at) => [name, decoded(fields[name], raw[`f${at}`])])) as RowOf<F>,
    marks: marks.map((_, at) => z.string().nullable().parse(raw[`m${at}`])),
  }));
}

function bare(field: PgColumn | SQL | SQL.Aliased | undefined): SQL {
  return is(field, SQL.Aliased) ? sql`${field.sql}` : sql`${field}`;
}

type Decoder = { readonly mapFromDriverValue: (value: unknown) => unknown };

function decoded(field: PgColumn | SQL | SQL.Aliased | undefined, value: unknown): unknown {
  if (value === null || field === undefined) return value;
  if (is(field, PgColumn)) return field.mapFromDriverValue(value);
  const expression: object = is(field, SQL.Aliased) ? field.sql : field;
  // What `sql``.mapWith()` sets; the type of SQL hides it.
  return 'decoder' in expression ? (expression.decoder as Decoder).mapFromDriverValue(value) : value;
}

/**
 * Exact up to 10,000 where counting that far is cheap, else what the planner thinks: a filter that no index serves and
 * that few rows pass would have the whole table read for the sake of one number.
 */
async function count<F extends Fields>({ from, where }: PageQuery<F>): Promise<Total> {
  const counting = sql`select count(*) as rows from (select 1 from ${from} where ${where ?? sql`true`} limit ${exactRows + 1}) as counted`;
  const { rows: plans } = await db().execute(sql`explain (format json) ${counting}`);
  const estimate = limitOf(Explained.parse(plans[0]?.['QUERY PLAN'])[0].Plan);
  if (estimate !== null && estimate.cost > mostCountingCost) return { total: estimate.rows, isEstimate: true };

  const { rows } = await db().execute<{ rows: string }>(counting);
  const counted = Number(rows[0]?.rows ?? 0);
  if (counted <= exactRows) return { total: counted, isEstimate: false };
  return { total: Math.max(exactRows + 1, estimate?.rows ?? 0), isEstimate: true };
}

type PlanNode = { 'Node Type': string; 'Plan Rows': number; 'Total Cost': number; Plans?: PlanNode[] | undefined };
const PlanNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({ 'Node Type': z.string(), 'Plan Rows': z.number(), 'Total Cost': z.number(), Plans: z.array(PlanNode).optional() }),
);
const Explained = z.tuple([z.object({ Plan: PlanNode })]);

/** What is below the LIMIT says how many rows match, the LIMIT itself what counting so far costs. */
function limitOf(node: PlanNode): { rows: number; cost: number } | null {
  const [below] = node.Plans ?? [];
  if (below === undefined) return null;
  return node['Node Type'] === 'Limit' ? { rows: Math.round(below['Plan Rows']), cost: node['Total Cost'] } : limitOf(below);
}

function totalOf({ t: [total, isEstimate] }: Place): Total {
  return { total, isEstimate };
}
