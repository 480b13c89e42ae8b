import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { attempt, db, rowsOf } from './database.ts';
import { workspace } from './table.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';

describe('a statement in a transaction', () => {
  const release: (() => Promise<void>)[] = [];
  let given: TestDatabase;
  before(async () => {
    given = await testDatabase({ after: (step) => void release.push(step) });
  });
  after(async () => {
    for (const step of release) await step();
  });

  test('answers values as PostgreSQL means them, nulls as null, and takes what is asked for as values, never as text', async () => {
    const [row] = await given.run(() =>
      rowsOf<Record<string, unknown>>(
        "select $1::text as text, $2::int as number, true as yes, null as nothing, '{\"a\":[1]}'::jsonb as json, '2026-01-02T03:04:05Z'::timestamptz as at",
        ["'; drop table x; --", 7],
      ),
    );
    assert.deepEqual(row, {
      text: "'; drop table x; --",
      number: 7,
      yes: true,
      nothing: null,
      json: { a: [1] },
      at: new Date('2026-01-02T03:04:05Z'),
    });
  });

  test('the query builder gets rows, columns and counts from it', async () => {
    await given.run(async () => {
      const { rowCount, rows, fields } = await db().execute(sql`select n, n * 2 as twice from generate_series(1, 3) as n`);
      assert.equal(rowCount, 3);
      assert.deepEqual(rows.at(-1), { n: 3, twice: 6 });
      assert.deepEqual(
        fields.map(({ name }) => name),
        ['n', 'twice'],
      );
      const changed = await db().update(workspace).set({ unit: 'x' });
      assert.equal(changed.rowCount, 1, 'the own workspace, and no other');
      assert.deepEqual(await db().select({ unit: workspace.unit }).from(workspace), [{ unit: 'x' }]);
      assert.equal((await db().execute(sql`create temporary table gone (a int) on commit drop`)).rowCount, null);
    });
  });

  test('of several statements in one text the last one answers', async () => {
    assert.deepEqual(await given.run(() => rowsOf('select 1 as first; select 2 as second, 3 as third')), [{ second: 2, third: 3 }]);
  });

  test('many at once keep their answers apart, and one that fails says so to its own caller', async () => {
    await given.run(async () => {
      const numbers = Array.from({ length: 20 }, (_, at) => at);
      const answers = await Promise.all(numbers.map((number) => rowsOf<{ n: number }>('select $1::int as n', [number])));
      assert.deepEqual(
        answers.map(([row]) => row?.n),
        numbers,
      );
      await assert.rejects(
        attempt(() => rowsOf('select 1 / 0')),
        { code: '22012' },
      );
      assert.deepEqual(await rowsOf('select 1 as still'), [{ still: 1 }]);
    });
  });

  test('readers one after the other see what was committed before them, each in its own workspace', async () => {
    const read = (workspaceId: string) =>
      given.run(() => rowsOf<{ id: string }>('select id from platform.workspace'), { readOnly: true, workspaceId });
    for (let round = 0; round < 3; round += 1) {
      assert.deepEqual(await read(given.workspaceId), [{ id: given.workspaceId }]);
      assert.deepEqual(await read(given.otherWorkspaceId), [{ id: given.otherWorkspaceId }]);
    }
    await given.run(() => rowsOf("update platform.workspace set unit = 'later'"));
    assert.deepEqual(await given.run(() => rowsOf('select unit from platform.workspace'), { readOnly: true }), [{ unit: 'later' }]);
  });

  test('a reader that found its connection gone with the last reader gets another one', async () => {
    const identify = () => given.run(() => rowsOf<{ pid: number }>('select pg_backend_pid() as pid'), { readOnly: true });
    const [first] = await identify();
    await given.owner.query('select pg_terminate_backend($1)', [first?.pid]);
    const gone = async () => (await given.owner.query('select 1 from pg_stat_activity where pid = $1', [first?.pid])).rowCount === 0;
    while (!(await gone())) await new Promise((resolve) => setTimeout(resolve, 5));
    // The end of the connection is read before the next timer.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const [second] = await identify();
    assert.notEqual(second?.pid, first?.pid);
  });
});
