import { testDatabase } from './test-database.ts';
import { db } from './database.ts';
import { keyset } from './keyset.ts';
import { sql, eq, and } from 'drizzle-orm';
import { pgSchema, uuid, text, integer, timestamp } from 'drizzle-orm/pg-core';
const after: (() => Promise<void>)[] = [];
const d = await testDatabase({ after: (f) => void after.push(f) });
const v = pgSchema('bench').table('v', { id: uuid('id').primaryKey(), risk: integer('risk').notNull(), status: text('status').notNull(), title: text('title').notNull(), at: timestamp('at', { withTimezone: true }).notNull() });
let t = performance.now();
await d.owner.query(`create schema bench; create table bench.v (id uuid primary key default uuidv7(), workspace_id uuid, risk int not null, status text not null, title text not null, at timestamptz not null default now());`);
await d.owner.query(`insert into bench.v (workspace_id, risk, status, title, at) select case when g % 50 = 0 then '${d.otherWorkspaceId}'::uuid else '${d.workspaceId}'::uuid end, (random()*1000)::int, (array['open','triaged','fixed','false-positive','accepted'])[1+(random()*random()*5)::int % 5], 'finding ' || g, now() - g * interval '1 second' from generate_series(1, 1000000) g`);
await d.owner.query(`select platform.protect('bench.v')`);
await d.owner.query(`create index on bench.v (workspace_id, risk desc, id desc); create index on bench.v (workspace_id, status, risk desc, id desc);`);
await d.owner.query('analyze bench.v');
console.log('filled', performance.now() - t);
const list = keyset({ id: v.id, sort: [{ by: v.risk, direction: 'desc' }], key: () => Buffer.alloc(32) });
const fields = { id: v.id, risk: v.risk, status: v.status, title: v.title, at: v.at };
async function time(name: string, f: () => Promise<unknown>, n = 7) { const a: number[] = []; for (let i = 0; i < n; i++) { const t = performance.now(); await f(); a.push(performance.now() - t); } a.sort((x, y) => x - y); console.log(name.padEnd(44), 'p50', a[n >> 1]!.toFixed(1), 'max', a[n - 1]!.toFixed(1)); }
const run = (w: any, paging: any) => d.run(() => list.page({ fields, from: v, where: w, paging }, (r) => r), { readOnly: true });
for (const form of ['initplan', 'inline']) {
  const expr = form === 'initplan' ? '(select platform.current_workspace())' : 'platform.current_workspace()';
  await d.owner.query(`drop policy workspace on bench.v; create policy workspace on bench.v to aispm_app using (workspace_id = ${expr}) with check (workspace_id = ${expr})`);
  console.log('---', form);
  await time('first page no filter', () => run(undefined, { limit: 50 }));
  await time('first page status=accepted (rare)', () => run(eq(v.status, 'accepted'), { limit: 50 }));
  await time('first page unindexed filter title like', () => run(sql`${v.title} like '%99999%'`, { limit: 50 }), 3);
  let c = (await run(undefined, { page: 199, per_page: 50 })).nextCursor!;
  for (let i = 0; i < 50; i++) c = (await run(undefined, { limit: 500, cursor: c })).nextCursor!;
  await time('page at row 35000 by cursor', () => run(undefined, { limit: 50, cursor: c }));
  await time('page 200 by number', () => run(undefined, { page: 200, per_page: 50 }));
  await time('count by status', () => d.run(() => db().execute(sql`select status, count(*) from bench.v group by 1`), { readOnly: true }), 3);
  await time('by id', async () => d.run(() => db().select(fields).from(v).where(eq(v.id, '0191d2a0-0000-7000-8000-000000000001')), { readOnly: true }), 50);
  const e = await d.run(() => db().execute(sql`explain select id from bench.v order by risk desc, id desc limit 50`)); console.log(e.rows.map((r) => r['QUERY PLAN']).join('\n'));
  const e2 = await d.run(() => db().execute(sql`explain select 1 from bench.v where status = 'open'`)); console.log(e2.rows.map((r) => r['QUERY PLAN']).join('\n'));
}
for (const f of after) await f();
