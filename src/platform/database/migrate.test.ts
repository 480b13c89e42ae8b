import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Target, withClient } from './connection.ts';
import { type Migration, migrate, requireSchema } from './migrate.ts';
import { emptyDatabase } from './test-database.ts';

type Folder = { root: string; list: (files: Readonly<Record<string, string>>) => Migration[] };

/** A folder of migrations as `npm run generate` would list them. */
function folder(t: TestContext): Folder {
  const root = mkdtempSync(join(tmpdir(), 'ai-spm-migrations-'));
  t.after(() => rmSync(root, { recursive: true }));
  const list: Folder['list'] = (files) =>
    Object.entries(files).map(([id, text]) => {
      const [slice = '', name = ''] = id.split('/');
      const path = `${slice}-${name}.sql`;
      writeFileSync(join(root, path), text);
      return { slice, name, path, sha256: createHash('sha256').update(text).digest('hex') };
    });
  return { root, list };
}

async function rowsOf(target: Target, text: string): Promise<Record<string, unknown>[]> {
  return await withClient(target.owner, async (client) => (await client.query<Record<string, unknown>>(text)).rows);
}

test('two processes that migrate at once apply each file once', async (t) => {
  const target = await emptyDatabase(t);
  const { root, list } = folder(t);
  const migrations = list({
    'a/0001_a': 'create table public.a (n int); insert into public.a values (1); select pg_sleep(0.1);',
    'a/0002_b': 'insert into public.a values (2);',
  });
  const answers = await Promise.all([
    migrate(target, { migrations, root }),
    migrate(target, { migrations, root }),
    migrate(target, { migrations, root }),
  ]);
  assert.deepEqual(answers.map((ids) => ids.length).sort(), [0, 0, 2]);
  assert.deepEqual(await rowsOf(target, 'select n from public.a order by n'), [{ n: 1 }, { n: 2 }]);
});

test('the ground is migrated before any slice, and slices in the order they are listed', async (t) => {
  const target = await emptyDatabase(t);
  const { root, list } = folder(t);
  const migrations = list({ 'b/0001_b': 'select 1;', 'a/0001_a': 'select 1;', 'platform/0001_p': 'select 1;' });
  assert.deepEqual(await migrate(target, { migrations, root }), ['platform/0001_p', 'b/0001_b', 'a/0001_a']);
});

test('a refused file leaves nothing of itself, names its line, and does not undo the files before it', async (t) => {
  const target = await emptyDatabase(t);
  const { root, list } = folder(t);
  const migrations = list({
    'a/0001_a': 'create table public.a (n int);',
    'a/0002_b': 'create table public.b (n int);\n\nselect nonsense;\n',
  });
  await assert.rejects(migrate(target, { migrations, root }), {
    code: 'migration.refused',
    message: 'The migration a/0002_b was refused at line 3: column "nonsense" does not exist',
  });
  assert.deepEqual(await rowsOf(target, "select to_regclass('public.a') is not null as a, to_regclass('public.b') is not null as b"), [
    { a: true, b: false },
  ]);
  const repaired = list({ 'a/0001_a': 'create table public.a (n int);', 'a/0002_b': 'create table public.b (n int);' });
  assert.deepEqual(await migrate(target, { migrations: repaired, root }), ['a/0002_b']);
});

test('an applied migration that was edited is refused, by those who migrate and by those who only check', async (t) => {
  const target = await emptyDatabase(t);
  const { root, list } = folder(t);
  await migrate(target, { migrations: list({ 'a/0001_a': 'select 1;' }), root });
  const migrations = list({ 'a/0001_a': 'select 2;' });
  await assert.rejects(migrate(target, { migrations, root }), { code: 'migration.changed', params: { migration: 'a/0001_a' } });
  await assert.rejects(requireSchema(target, { migrations }), { code: 'migration.changed' });
});

test('a file that is not the listed one is refused before anything of it runs', async (t) => {
  const target = await emptyDatabase(t);
  const { root, list } = folder(t);
  const migrations = list({ 'a/0001_a': 'create table public.a (n int);' });
  list({ 'a/0001_a': 'create table public.other (n int);' });
  await assert.rejects(migrate(target, { migrations, root }), { code: 'migration.unlisted' });
  assert.deepEqual(await rowsOf(target, "select to_regclass('public.other') as made"), [{ made: null }]);
});

test('code refuses an older schema, tolerates one release newer, and refuses two', async (t) => {
  const target = await emptyDatabase(t);
  const { root, list } = folder(t);
  const one = list({ 'a/0001_a': 'select 1;' });
  const two = [...one, ...list({ 'a/0002_b': 'select 1;', 'b/0001_b': 'select 1;' })];
  const three = [...two, ...list({ 'a/0003_c': 'select 1;' })];
  await assert.rejects(requireSchema(target, { migrations: one }), {
    code: 'migration.tooOld',
    params: { count: 1, migration: 'a/0001_a' },
  });
  await migrate(target, { migrations: one, root });
  await assert.rejects(requireSchema(target, { migrations: two }), { code: 'migration.tooOld' });
  await migrate(target, { migrations: two, root });
  await requireSchema(target, { migrations: one });
  assert.deepEqual(await migrate(target, { migrations: one, root }), []);
  await migrate(target, { migrations: three, root });
  await assert.rejects(requireSchema(target, { migrations: one }), {
    code: 'migration.tooNew',
    params: { steps: 2, migration: 'a/0002_b' },
  });
  await assert.rejects(migrate(target, { migrations: one, root }), { code: 'migration.tooNew' });
});

test('a file without transaction may build an index concurrently', async (t) => {
  const target = await emptyDatabase(t);
  const { root, list } = folder(t);
  const text =
    '-- no transaction\ncreate index concurrently a_by_n on public.a (n);\n-- next\nalter table public.a set (fillfactor = 90);\n';
  const migrations = list({ 'a/0001_a': 'create table public.a (n int);', 'a/0002_index': text });
  await migrate(target, { migrations, root });
  assert.deepEqual(await rowsOf(target, "select indisvalid from pg_index where indexrelid = 'public.a_by_n'::regclass"), [
    { indisvalid: true },
  ]);
});

test('a migration waits for a table that is in use, in short tries, instead of blocking everybody behind it', async (t) => {
  const target = await emptyDatabase(t);
  const { root, list } = folder(t);
  const first = list({ 'a/0001_a': 'create table public.a (n int);' });
  await migrate(target, { migrations: first, root });
  await withClient(target.owner, async (client) => {
    await client.query('begin; lock table public.a in share mode');
    const waiting = migrate(target, { migrations: [...first, ...list({ 'a/0002_b': 'alter table public.a add m int;' })], root });
    await new Promise((done) => setTimeout(done, 2300));
    await client.query('commit');
    assert.deepEqual(await waiting, ['a/0002_b']);
  });
});
