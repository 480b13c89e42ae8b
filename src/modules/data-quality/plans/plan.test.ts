import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { compareSamples } from '../../../math/two-samples.ts';
import { emptyDatabase } from '../../../platform/database/test-database.ts';
import { compareWhereItLies } from '../drift/two-sample-sql.ts';
import { duckdb } from '../emitters/duckdb.ts';
import { postgresql } from '../emitters/postgresql.ts';
import type { Frame } from '../frame.ts';
import { distanceBetween, type Quantiles } from '../states/quantiles.ts';
import { csv, withFrames } from '../test-frames.ts';
import { type Finished, finishStates, mergeStates, type Plan, type PlanResult, type PlanStates, runPlan } from './plan.ts';
import { frameTable, runOnFrame } from './plan-frame.ts';
import { databaseTable } from './plan-table.ts';

const rows = 3000;
type Row = readonly [day: string, n: number | null, whole: number, kind: string | null, at: string, flag: boolean | null];
/** Numbers of a full period of a linear congruential generator: the same table every time. */
function table(): Row[] {
  let state = 12_345;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
  return Array.from({ length: rows }, (_, i) => {
    const n = next() < 0.03 ? null : 1000 + Math.round((next() + next() + next() - 1.5) * 1e6) / 1e4;
    const kind = next() < 0.02 ? null : `k${Math.floor(next() * next() * 40)}é`;
    const second = String(Math.floor(next() * 60)).padStart(2, '0');
    return [`d${1 + (i % 7)}`, n, Math.floor(next() * 500) - 50, kind, `2024-03-01T10:20:${second}.25`, next() < 0.1 ? null : next() < 0.5];
  });
}
const data = table();
const content = ['day,n,whole,kind,at,flag', ...data.map((row) => row.map((cell) => (cell === null ? '' : cell)).join(','))].join('\n');

const plan: Plan = {
  filter: 'whole >= 0 or kind is missing',
  partition: 'day',
  metrics: [
    { id: 'rows', columns: ['n', 'flag'], state: { kind: 'count' } },
    { id: 'moments', columns: ['n'], state: { kind: 'moments', pivot: 1000 } },
    { id: 'correlation', columns: ['n', 'whole'], state: { kind: 'comoments', pivots: [1000, 200] } },
    { id: 'extremes', columns: ['n'], state: { kind: 'extremes' } },
    { id: 'kinds', columns: ['kind'], state: { kind: 'frequency', most: 100 } },
    { id: 'top', columns: ['kind'], state: { kind: 'topK', k: 3 } },
    { id: 'distinct', columns: ['n'], state: { kind: 'distinct' } },
    { id: 'quantiles', columns: ['n'], state: { kind: 'quantiles', size: 200 } },
    { id: 'histogram', columns: ['whole'], state: { kind: 'histogram', edges: [0, 100, 200, 300, 400] } },
    { id: 'print', columns: ['day', 'n', 'whole', 'kind', 'at', 'flag'], state: { kind: 'fingerprint' } },
  ],
};
const whole: Plan = { ...plan, partition: undefined };

let client: pg.Client;
const released: (() => Promise<void>)[] = [];
before(async () => {
  const target = await emptyDatabase({ after: (release) => void released.push(release) });
  client = new pg.Client(target.owner);
  await client.connect();
  await client.query(
    'create table "a ""table"" of data" (day text, n double precision, whole integer, kind text, at timestamp, flag boolean)',
  );
  await client.query(
    'insert into "a ""table"" of data" select * from json_to_recordset($1) as r(day text, n double precision, whole integer, kind text, at timestamp, flag boolean)',
    [JSON.stringify(data.map(([day, n, number, kind, at, flag]) => ({ day, n, whole: number, kind, at, flag })))],
  );
});
after(async () => {
  await client.end();
  for (const release of released) await release();
});

const inPostgres = databaseTable(postgresql, {
  schema: 'public',
  name: 'a "table" of data',
  columns: [
    { name: 'day', type: 'text' },
    { name: 'n', type: 'number' },
    { name: 'whole', type: 'number' },
    { name: 'kind', type: 'text' },
    { name: 'at', type: 'time' },
    { name: 'flag', type: 'boolean' },
  ],
});
const askPostgres = async (sql: string, values: readonly unknown[]) =>
  (await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' })).rows;
const runInPostgres = (asked: Plan) => runPlan(asked, inPostgres, askPostgres);
const inEngine = <T>(work: (frame: Frame) => Promise<T>) => withFrames([csv(content)], (frame) => work(frame as Frame));

const only = (result: PlanResult): PlanStates => result.get('') ?? {};
const finishedAs = (finished: readonly Finished[], id: string) => finished.find((one) => one.id === id)?.value as Record<string, unknown>;

/** Sums of floating-point numbers depend on their order: these agree within the bounds they state, all else exactly. */
function assertAgree(asked: Plan, a: PlanStates, b: PlanStates): void {
  const [left, right] = [finishStates(asked, a), finishStates(asked, b)];
  for (const [k, { id, value, errorBound }] of left.entries()) {
    const other = right[k]?.value;
    if (id === 'moments' || id === 'correlation') {
      for (const [name, bound] of Object.entries(errorBound ?? {})) {
        const [x, y] = [(value as Record<string, number>)[name] ?? 0, (other as Record<string, number>)[name] ?? 1];
        assert.ok(Math.abs(x - y) <= bound, `${id}.${name}: ${x} ${y} ± ${bound}`);
      }
    } else assert.deepEqual(value, other, id);
  }
}

test('the same plan gives the same in process and in PostgreSQL, partition by partition', async () => {
  const pushed = await runInPostgres(plan);
  const local = await inEngine((frame) => runOnFrame(plan, frame));
  assert.deepEqual([...pushed.keys()].toSorted(), ['d1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7']);
  for (const [part, states] of pushed) assertAgree(plan, states, local.get(part) ?? {});
});

test('states of partitions merge into the state of the whole, in any order, also across the two engines', async () => {
  const pushed = await runInPostgres(plan);
  const { direct, parts } = await inEngine(async (frame) => ({
    direct: only(await runOnFrame(whole, frame)),
    parts: await runOnFrame(plan, frame),
  }));
  const mixed = [...pushed.keys()].map((part, k) => (k % 2 === 0 ? pushed : parts).get(part) ?? {});
  for (const merged of [mergeStates(plan, parts.values()), mergeStates(plan, mixed.toReversed())]) {
    // Quantiles and their rank error depend on where the partitions were cut; they are compared with the truth below.
    const metrics = whole.metrics.filter(({ id }) => id !== 'quantiles');
    assertAgree({ metrics }, merged, direct);
  }
  // Stored and read again: states are plain data.
  const stored = JSON.parse(JSON.stringify(mergeStates(plan, pushed.values()))) as PlanStates;
  assertAgree({ metrics: plan.metrics.filter(({ id }) => id !== 'quantiles') }, stored, direct);
});

test('what the states say is what the rows say, within the error they state', async () => {
  const kept = data.filter(([, , number, kind]) => number >= 0 || kind === null);
  const numbers = kept.flatMap(([, n]) => (n === null ? [] : [n])).toSorted((a, b) => a - b);
  const finished = finishStates(plan, mergeStates(plan, (await runInPostgres(plan)).values()));
  const mean = numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
  const sd = Math.sqrt(numbers.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (numbers.length - 1));
  assert.ok(Math.abs((finishedAs(finished, 'moments')['mean'] as number) - mean) < 1e-9);
  assert.ok(Math.abs((finishedAs(finished, 'moments')['sd'] as number) - sd) < 1e-9);
  assert.deepEqual(finishedAs(finished, 'extremes'), { min: numbers[0], max: numbers.at(-1) });
  assert.equal(finishedAs(finished, 'rows')['rows'], kept.length);
  const distinct = new Set(numbers).size;
  assert.ok(Math.abs((finishedAs(finished, 'distinct')['distinct'] as number) - distinct) <= 3 * 0.01625 * distinct);
  const counts = Map.groupBy(
    kept.flatMap(({ 3: kind }) => kind ?? []),
    (kind) => kind,
  );
  const most = [...counts]
    .map(([value, { length }]) => ({ value, least: length, most: length }))
    .toSorted((a, b) => b.least - a.least || (a.value < b.value ? -1 : 1));
  assert.deepEqual(finishedAs(finished, 'top')['values'], most.slice(0, 3));
  const { rank = 1 } = finished.find(({ id }) => id === 'quantiles')?.errorBound ?? {};
  assert.ok(rank <= 1 / 200 + 1e-12);
  for (const { share, value } of finishedAs(finished, 'quantiles')['quantiles'] as { share: number; value: number }[]) {
    const at = numbers.filter((n) => n <= value).length / numbers.length;
    const under = numbers.filter((n) => n < value).length / numbers.length;
    assert.ok(at >= share - 2 * rank && under <= share + 2 * rank, `${share}: ${under}–${at}`);
  }
});

test('exact KS and Wasserstein where the data lies equal those of sorted arrays, in both engines', async () => {
  const side = (day: string) =>
    Float64Array.from(data.flatMap(([own, n]) => (own <= day && n !== null ? [n] : [])).toSorted((a, b) => a - b));
  const other = Float64Array.from(data.flatMap(([own, n]) => (own > 'd3' && n !== null ? [n] : [])).toSorted((a, b) => a - b));
  const expected = compareSamples(side('d3'), other);
  const sides = (tableOf: typeof inPostgres) =>
    [
      { table: tableOf, column: 'n', filter: "day <= 'd3'" },
      { table: tableOf, column: 'n', filter: "day > 'd3'" },
    ] as const;
  const pushed = await compareWhereItLies(...sides(inPostgres), askPostgres);
  const local = await inEngine((frame) => compareWhereItLies(...sides(frameTable(frame)), (sql, values) => frame.engine.rows(sql, values)));
  for (const found of [pushed, local]) {
    assert.deepEqual([found?.referenceRows, found?.currentRows], [side('d3').length, other.length]);
    assert.ok(Math.abs((found?.ks ?? 0) - expected.ksDistance) < 1e-12, `${found?.ks} ${expected.ksDistance}`);
    assert.ok(Math.abs((found?.wasserstein ?? 0) - expected.wasserstein) < 1e-9, `${found?.wasserstein} ${expected.wasserstein}`);
  }
  const none = await compareWhereItLies(
    { table: inPostgres, column: 'n', filter: "day = ''" },
    { table: inPostgres, column: 'n' },
    askPostgres,
  );
  assert.equal(none, null);
});

test('a distance read from two quantile states is an interval that holds the true one', async () => {
  const asked = (filter: string): Plan => ({ filter, metrics: [{ id: 'q', columns: ['n'], state: { kind: 'quantiles', size: 50 } }] });
  const [early, late] = [only(await runInPostgres(asked("day <= 'd3'"))), only(await runInPostgres(asked("day > 'd3' and n > 990")))];
  const exact = await compareWhereItLies(
    { table: inPostgres, column: 'n', filter: "day <= 'd3'" },
    { table: inPostgres, column: 'n', filter: "day > 'd3' and n > 990" },
    askPostgres,
  );
  const interval = distanceBetween(early['q'] as Quantiles, late['q'] as Quantiles);
  assert.ok(
    interval !== null && exact !== null && interval.low <= exact.ks && exact.ks <= interval.high,
    JSON.stringify([interval, exact]),
  );
  assert.ok((interval?.high ?? 1) - (interval?.low ?? 0) <= 4 / 50 + 1e-12);
});

test('a row more, a cell changed or two cells swapped change the fingerprint; order does not', async () => {
  const print: Plan = { metrics: [{ id: 'p', columns: ['a', 'b'], state: { kind: 'fingerprint' } }] };
  const contents = ['a,b\nx,1\ny,\n', 'a,b\ny,\nx,1\n', 'a,b\nx,1\ny,\ny,\n', 'a,b\nx,1\nz,\n', 'a,b\nx1,\ny,\n'];
  const prints = await withFrames(
    contents.map((text) => csv(text, { header: true })),
    async (...frames) => {
      const found: unknown[] = [];
      for (const frame of frames) found.push(JSON.stringify(only(await runOnFrame(print, frame))));
      return found;
    },
  );
  assert.equal(prints[0], prints[1]);
  assert.equal(new Set(prints).size, 4);
});

test('a plan that cannot be asked is refused: no such column, a text where numbers are needed, too many values', async () => {
  const one = (columns: readonly string[], kind: 'extremes' | 'distinct'): Plan => ({ metrics: [{ id: 'm', columns, state: { kind } }] });
  await assert.rejects(runInPostgres(one(['nope'], 'distinct')), { code: 'data-quality.noSuchColumn' });
  await assert.rejects(runInPostgres(one(['kind'], 'extremes')), { code: 'data-quality.badRule' });
  await assert.rejects(runInPostgres({ metrics: [{ id: 'm', columns: ['n'], state: { kind: 'frequency', most: 10 } }] }), {
    code: 'data-quality.tooLarge',
  });
  assert.deepEqual(
    only(
      await runPlan(
        one(['n'], 'extremes'),
        { ...inPostgres, from: () => '(SELECT NULL::double precision AS n WHERE false) AS none' },
        askPostgres,
      ),
    ),
    {
      m: { min: null, max: null },
    },
  );
  assert.equal(duckdb.quote('a"b\u0000'), '"a""b"');
});
