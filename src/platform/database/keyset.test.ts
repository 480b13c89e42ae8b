import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { getTableColumns, gt, sql } from 'drizzle-orm';
import { doublePrecision, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import type { Page } from '../../contract/page.ts';
import type { SortStep } from './compile-order.ts';
import { db } from './database.ts';
import { keyset, type Paging } from './keyset.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';

const item = pgTable('item', {
  id: uuid('id').primaryKey(),
  rank: integer('rank').notNull(),
  score: doublePrecision('score'),
  label: text('label'),
  at: timestamp('at', { withTimezone: true }).notNull(),
});
type Item = typeof item.$inferSelect;

const key = () => createSecretKey(Buffer.alloc(32, 7));
const fields = getTableColumns(item);
const listOf = (sort: readonly SortStep[]) => keyset({ id: item.id, sort, key });
const byRank = listOf([{ by: item.rank, direction: 'asc' }]);

describe('keyset paging', () => {
  let database: TestDatabase;
  const release: (() => Promise<void>)[] = [];
  before(async () => {
    database = await testDatabase({ after: (step) => void release.push(step) });
    await database.owner.query(`
      create table public.item (id uuid primary key default uuidv7(), workspace_id uuid, rank integer not null, score double precision, label text, at timestamptz not null);
      select platform.protect('public.item');
      create index item_by_rank on public.item (workspace_id, rank, id);`);
  });
  after(async () => {
    for (const step of release) await step();
  });

  /** Few different values, so that there are ties; nulls; values that differ below what JavaScript can hold. */
  async function fill(rows: number, seed: number): Promise<void> {
    await database.owner.query('truncate public.item');
    await database.owner.query(
      `with seeded as (select setseed($2)) insert into public.item (id, workspace_id, rank, score, label, at)
       select gen_random_uuid(), $3::uuid, floor(random() * 4)::int,
         case when random() < 0.3 then null when random() < 0.1 then 'NaN' else floor(random() * 3) / 3 end,
         case when random() < 0.3 then null else (array['', 'a', 'A', 'ä', '𝄞', 'a''b', 'null'])[1 + floor(random() * 7)::int] end,
         '2026-01-01 00:00:00+00'::timestamptz + floor(random() * 5) * interval '1 microsecond'
       from seeded, generate_series(1, $1::int)`,
      [rows, seed, database.workspaceId],
    );
  }

  const read = (list: ReturnType<typeof listOf>, paging: Paging, where = sql`true`): Promise<Page<Item>> =>
    database.run(() => list.page({ fields, from: item, where, paging }, (row) => row), { readOnly: true });

  async function walk(list: ReturnType<typeof listOf>, limit: number): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 200; pages += 1) {
      const page: Page<Item> = await read(list, { limit, cursor });
      items.push(...page.items);
      if (page.nextCursor === null) return items;
      assert.equal(page.items.length, limit);
      cursor = page.nextCursor;
    }
    throw new RangeError('the walk did not end');
  }

  test('visits each row exactly once, in the order PostgreSQL itself gives, whatever the order, ties and nulls', async () => {
    const step = fc.record({
      by: fc.constantFrom(item.rank, item.score, item.label, item.at),
      direction: fc.constantFrom('asc' as const, 'desc' as const),
      nulls: fc.constantFrom('first' as const, 'last' as const),
    });
    const plan = fc.record({
      sort: fc.uniqueArray(step, { minLength: 0, maxLength: 3, selector: ({ by }) => by.name }),
      idDirection: fc.constantFrom('asc' as const, 'desc' as const, undefined),
      rows: fc.integer({ min: 0, max: 60 }),
      limit: fc.integer({ min: 1, max: 13 }),
      seed: fc.double({ min: -1, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ sort, idDirection, rows, limit, seed }) => {
        await fill(rows, seed);
        const list = keyset({ id: item.id, sort, key, ...(idDirection === undefined ? {} : { idDirection }) });
        const order = [
          ...sort.map(({ by, direction, nulls }) => `${by.name} ${direction} nulls ${nulls}`),
          `id ${idDirection ?? sort.at(-1)?.direction ?? 'asc'}`,
        ];
        const { rows: expected } = await database.owner.query<{ id: string }>(`select id from public.item order by ${order.join(', ')}`);
        assert.deepEqual(
          (await walk(list, limit)).map(({ id }) => id),
          expected.map(({ id }) => id),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('decodes each field as the table says', async () => {
    await fill(1, 0.5);
    const page = await database.run(() =>
      byRank.page({ fields: { ...fields, twice: sql<number>`${item.rank} * 2`.mapWith(Number) }, from: item, paging: {} }, (row) => row),
    );
    assert.ok(page.items[0]?.at instanceof Date);
    assert.equal(page.items[0]?.twice, 2 * (page.items[0]?.rank ?? Number.NaN));
  });

  test('reads from joined tables when told so in SQL', async () => {
    await fill(5, 0.1);
    const from = sql`${item} join platform.workspace w on w.id = item.workspace_id`;
    const page = await database.run(() =>
      byRank.page({ fields: { id: item.id, name: sql<string>`w.name` }, from, paging: { limit: 2 } }, (row) => row),
    );
    assert.deepEqual(
      page.items.map(({ name }) => name),
      ['Default', 'Default'],
    );
    assert.equal(page.total, 5);
  });

  test('rows inserted before the place are not shown, and none behind it are skipped', async () => {
    await fill(20, 0.3);
    const first = await read(byRank, { limit: 5 });
    await database.owner.query('insert into public.item (workspace_id, rank, at) values ($1, -1, now()), ($1, 99, now())', [
      database.workspaceId,
    ]);
    const seen = [...first.items];
    for (let cursor = first.nextCursor; cursor !== null; ) {
      const page: Page<Item> = await read(byRank, { limit: 5, cursor });
      seen.push(...page.items);
      cursor = page.nextCursor;
    }
    assert.equal(seen.length, 21);
    assert.equal(seen.at(-1)?.rank, 99);
  });

  test('a cursor that was changed, made up or sealed with another key is refused', async () => {
    await fill(10, 0.2);
    const { nextCursor } = await read(byRank, { limit: 3 });
    const cursor = nextCursor ?? '';
    const foreign = keyset({ id: item.id, sort: [{ by: item.rank, direction: 'asc' }], key: () => createSecretKey(Buffer.alloc(32, 8)) });
    const forged = [
      `x${cursor}`,
      cursor.slice(0, -1),
      `${cursor}.`,
      '',
      '.',
      'e30.',
      cursor.replace('.', ''),
      'a'.repeat(2001),
      `${cursor.split('.')[0]}.${'A'.repeat(22)}`,
    ];
    for (const wrong of forged) await assert.rejects(read(byRank, { cursor: wrong }), { code: 'paging.badCursor', status: 422 }, wrong);
    await assert.rejects(read(foreign, { cursor }), { code: 'paging.badCursor' });
    assert.equal((await read(byRank, { cursor })).items.length, 7);
  });

  test('a cursor of another filter or order is refused, unless the filter is said to be the same', async () => {
    await fill(30, 0.2);
    const cursor = (await read(byRank, { limit: 1 }, gt(item.rank, 0))).nextCursor ?? '';
    await assert.rejects(read(byRank, { cursor }, gt(item.rank, 1)), { code: 'paging.otherQuery', status: 422 });
    await assert.rejects(read(listOf([{ by: item.rank, direction: 'desc' }]), { cursor }, gt(item.rank, 0)), { code: 'paging.otherQuery' });

    const since = (paging: Paging) =>
      database.run(() =>
        byRank.page({ fields, from: item, where: sql`${item.at} < ${new Date()}`, filter: 'last day', paging }, ({ id }) => id),
      );
    const first = await since({ limit: 2 });
    assert.equal((await since({ limit: 2, cursor: first.nextCursor ?? '' })).items.length, 2);
  });

  test('pages by number agree with the cursor walk, and end with a sentence beyond row 10,000', async () => {
    await fill(23, 0.4);
    const walked = await walk(byRank, 23);
    const third = await read(byRank, { page: 3, per_page: 5 });
    assert.deepEqual(third.items, walked.slice(10, 15));
    assert.deepEqual((await read(byRank, { page: 9, per_page: 5 })).items, []);
    assert.deepEqual((await read(byRank, { page: 20, per_page: 500 })).items, []);
    await assert.rejects(read(byRank, { page: 21, per_page: 500 }), { code: 'paging.tooDeep', status: 422 });
    await assert.rejects(read(byRank, { page: 1, cursor: 'x' }), { code: 'paging.cursorAndPage', status: 422 });
  });

  test('goes on by cursor where a numbered page ended', async () => {
    await fill(23, 0.4);
    const { nextCursor } = await read(byRank, { page: 2, per_page: 5 });
    const walked = await walk(byRank, 23);
    assert.deepEqual((await read(byRank, { limit: 5, cursor: nextCursor ?? '' })).items, walked.slice(10, 15));
  });

  test('counts exactly up to 10,000 rows and then says that it estimates', async () => {
    await fill(10_000, 0.6);
    const exact = await read(byRank, { limit: 1 });
    assert.deepEqual([exact.total, exact.totalIsEstimate], [10_000, false]);
    await fill(30_000, 0.6);
    await database.owner.query('analyze public.item');
    const estimated = await read(byRank, { limit: 1 });
    assert.equal(estimated.totalIsEstimate, true);
    // The planner's figure for a whole table is pages times density: close to the truth right after ANALYZE.
    assert.ok(estimated.total > 25_000 && estimated.total < 35_000, String(estimated.total));
    const later = await read(byRank, { limit: 1, cursor: estimated.nextCursor ?? '' });
    assert.deepEqual([later.total, later.totalIsEstimate], [estimated.total, true]);
  });

  test('does not read a large table to count the few rows an unindexed filter lets pass', async () => {
    await fill(10, 0.5);
    await database.owner.query('analyze public.item');
    // Told that each page of the table holds three million rows, the planner finds counting too dear.
    await database.owner.query("update pg_class set reltuples = 3e6, relpages = 1 where oid = 'public.item'::regclass");
    const page = await read(byRank, { limit: 3 }, sql`${item.label} like '%nothing%'`);
    assert.deepEqual(page.items, []);
    assert.equal(page.totalIsEstimate, true);
  });

  test('a deep page is one range of the index', async () => {
    await fill(20_000, 0.7);
    await database.owner.query('analyze public.item');
    const cursor = (await read(byRank, { page: 200, per_page: 50 })).nextCursor ?? '';
    const [, { rank, id }] = [cursor, (await read(byRank, { page: 200, per_page: 50 })).items.at(-1) ?? { rank: 0, id: '' }];
    const { rows } = await database.run(() =>
      db().execute(sql`explain select id from item where (rank, id) > (${rank}::integer, ${id}::uuid) order by rank asc, id asc limit 51`),
    );
    const plan = rows.map((row) => String(row['QUERY PLAN'])).join('\n');
    assert.match(plan, /Index (Only )?Scan using item_by_rank/);
    assert.match(plan, /Index Cond: .*ROW\(rank, id\) >/);
    assert.doesNotMatch(plan, /Sort/);
  });
});
