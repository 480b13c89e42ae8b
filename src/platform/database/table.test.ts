import assert from 'node:assert/strict';
import { test } from 'node:test';
import { integer, pgSchema, text, timestamp } from 'drizzle-orm/pg-core';
import { consumer, event, job, outbox, sealedSecret, setting, workspace } from './table.ts';
import { assertTablesMatchDatabase } from './table-match.ts';
import { testDatabase } from './test-database.ts';

test('the platform’s drizzle tables say what the migrations made', async (t) => {
  const { owner } = await testDatabase(t);
  await assertTablesMatchDatabase(owner, [workspace, outbox, event, consumer, job, setting, sealedSecret]);
});

test('every kind of difference between a drizzle table and the database is named', async (t) => {
  const { owner } = await testDatabase(t);
  await owner.query(
    'create schema s; create table s.t (a integer not null, b text, c text not null, d timestamptz(3), e int, workspace_id uuid)',
  );
  const wrong = pgSchema('s').table('t', {
    a: integer('a'),
    b: integer('b'),
    c: text('c').notNull().default('x'),
    d: timestamp('d', { withTimezone: true, precision: 3 }),
    f: text('f'),
  });
  const absent = pgSchema('s').table('absent', { a: integer('a') });
  await assert.rejects(assertTablesMatchDatabase(owner, [wrong, absent]), (error: Error & { actual?: unknown }) => {
    assert.deepEqual(error.actual, [
      's.t.a: drizzle says nullable, the database does not',
      's.t.b: drizzle says integer, the database text',
      's.t.c: drizzle says it has a default, the database has none',
      's.t.f: not in the database',
      's.t.e: missing in drizzle',
      's.absent does not exist',
    ]);
    return true;
  });
});
