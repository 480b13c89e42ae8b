/** Finds entries: in the projection, and those that are not in it yet among the entries themselves (see the migration 0008). */
import type { Page } from '../../../contract/page.ts';
import { openCursor, pagingProblems, queryDigest, sealCursor } from '../../../platform/database/cursor.ts';
import { rowsOf } from '../../../platform/database/database.ts';
import { exactRows, type Paging } from '../../../platform/database/keyset.ts';
import { derivedKey } from '../../../platform/secret.ts';

export type EntryFilter = {
  readonly actorId?: string | undefined;
  readonly action?: string | undefined;
  readonly resourceType?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly outcomes?: readonly string[] | undefined;
  readonly traceId?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** A tsquery. */
  readonly words?: string | undefined;
};
export type IndexedLine = { readonly index: number; readonly line: Buffer };
type Place = { readonly index: string; readonly time: string };
type Total = readonly [total: number, isEstimate: boolean];

/** Matches of free words are counted up to here: each is looked at. */
const countedWords = 1000;
/** In the planner's units: some 50 ms on one core. */
const mostCountingCost = 15_000;

/** Entries that match, newest first. */
export async function listEntries<T>(filter: EntryFilter, paging: Paging, item: (line: Buffer) => T): Promise<Page<T>> {
  const { limit, skip } = extentOf(paging);
  const digest = queryDigest(JSON.stringify(filter));
  const place = paging.cursor === undefined ? null : openCursor(derivedKey('cursor'), paging.cursor, digest);
  const found = await findPlaces(filter, { before: place === null ? null : Number(place.v[0]), most: skip + limit + 1 });
  const shown = found.slice(skip, skip + limit);
  const last = found.length > skip + limit ? shown.at(-1) : undefined;
  const isWhole = place === null && last === undefined;
  const [total, isEstimate] = place?.t ?? (isWhole ? [found.length, false] : await countEntries(filter));
  return {
    items: (await linesAt(shown, 'desc')).map(({ line }) => item(line)),
    nextCursor: last === undefined ? null : sealCursor(derivedKey('cursor'), { v: [last.index], q: digest, t: [total, isEstimate] }),
    total,
    totalIsEstimate: isEstimate,
  };
}

/** @throws paging.cursorAndPage, paging.tooDeep */
function extentOf({ cursor, limit = 50, page, per_page: perPage }: Paging): { limit: number; skip: number } {
  if (page === undefined) return { limit: perPage ?? limit, skip: 0 };
  if (cursor !== undefined) throw pagingProblems.cursorAndPage();
  const rows = perPage ?? limit;
  if (page * rows > exactRows) throw pagingProblems.tooDeep({ page, perPage: rows });
  return { limit: rows, skip: (page - 1) * rows };
}

/** Entries after an index that match, oldest first. */
export async function readMatching(filter: EntryFilter, after: number, most: number): Promise<IndexedLine[]> {
  return linesAt(await findPlaces(filter, { after, ascending: true, most }), 'asc');
}

export async function findEntry(id: string): Promise<Buffer | undefined> {
  const [found] = await linesAt(await findPlaces({}, { id, most: 1 }), 'asc');
  return found?.line;
}

type Extent = {
  readonly most: number;
  readonly before?: number | null;
  readonly after?: number;
  readonly ascending?: boolean;
  readonly id?: string;
};
function findPlaces(filter: EntryFilter, { most, before, after, ascending, id }: Extent): Promise<Place[]> {
  return rowsOf<Place>(
    `select index, moment::text as time from audit_logs.find($1, $2::bigint, $3::bigint, $4::boolean, $5::integer,
      $6, $7, $8, $9, $10::text[], $11, $12::timestamptz, $13::timestamptz, $14::uuid)`,
    [filter.words ?? null, before ?? null, after ?? null, ascending ?? false, most, ...valuesOf(filter), id ?? null],
  );
}

const valuesOf = (filter: EntryFilter): unknown[] => [
  filter.actorId ?? null,
  filter.action ?? null,
  filter.resourceType ?? null,
  filter.resourceId ?? null,
  filter.outcomes === undefined ? null : [...filter.outcomes],
  filter.traceId ?? null,
  filter.since ?? null,
  filter.until ?? null,
];

/** Without a filter the head of the chain knows it; dropped months are no longer there to be listed. */
async function countEntries(filter: EntryFilter): Promise<Total> {
  if (Object.values(filter).every((value) => value === undefined)) {
    const [row] = await rowsOf<{ total: string }>(
      `select h.size - coalesce((select max(c.end_index) from audit_logs.cold_month c where c.dropped_at is not null), 0) as total
       from audit_logs.head h`,
    );
    return [Number(row?.total ?? 0), false];
  }
  const most = filter.words === undefined ? exactRows : countedWords;
  const [row] = await rowsOf<{ total: string; is_estimate: boolean }>(
    `select total, is_estimate from audit_logs.count_found($1::integer, $2::double precision, $3,
      $4, $5, $6, $7, $8::text[], $9, $10::timestamptz, $11::timestamptz)`,
    [most, mostCountingCost, filter.words ?? null, ...valuesOf(filter)],
  );
  return [Number(row?.total ?? 0), row?.is_estimate ?? true];
}

/** Their times leave few months to look into: planning a question over all of them costs more than its answer. */
async function linesAt(places: readonly Place[], direction: 'asc' | 'desc'): Promise<IndexedLine[]> {
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return [];
  const [from, to] = direction === 'asc' ? [first.time, last.time] : [last.time, first.time];
  const rows = await rowsOf<{ index: string; line: Buffer }>(
    `select index, line from audit_logs.entry
     where index = any($1::bigint[]) and time >= $2::timestamptz and time <= $3::timestamptz order by index ${direction}`,
    [places.map(({ index }) => index), from, to],
  );
  return rows.map(({ index, line }) => ({ index: Number(index), line }));
}
