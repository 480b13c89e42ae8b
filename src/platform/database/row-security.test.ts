import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { withClient } from './connection.ts';
import { db } from './database.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';

/**
 * Tables without a workspace that the application may reach, each for a reason. A new one needs a reason here.
 */
const installationWide = new Map([
  ['platform.workspace', 'the workspaces themselves: own policy by id'],
  ['platform.migration', 'what was applied; read only'],
  ['platform.consumer', 'places of subscribers in the one event log'],
  ['platform.event_counter', 'number of the newest event; read only'],
  ['identity.sign_in_failure', 'an address typed by a stranger has no workspace; hashed'],
  ['identity.signing_key', 'keys of the installation: access tokens are checked before any workspace is known; private parts are sealed'],
  ['identity.passkey_challenge', 'whoever signs in with a passkey has no workspace yet; random, minutes old at most'],
  ['identity.password_reset_count', 'an address typed by a stranger has no workspace; hashed'],
  ['audit_logs.schema_watch', 'whether changes of the schema are noticed; read only'],
  ['audit_logs.signing_key', 'public keys of the installation; read only'],
  ['audit_logs.anchor_turn', 'who tells a second place of the installation; out of reach but by two functions'],
]);
const applicationRoles = ['aispm_app', 'aispm_system'];
const ours = "n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'pgboss')";

describe('row-level security over every table that any migration made', () => {
  let database: TestDatabase;
  const release: (() => Promise<void>)[] = [];
  before(async () => {
    database = await testDatabase({ after: (step) => void release.push(step) });
  });
  after(async () => {
    for (const step of release) await step();
  });
  const names = async (text: string): Promise<string[]> => {
    const { rows } = await database.owner.query<{ name: string }>(text);
    return rows.map(({ name }) => name);
  };

  test('there are tables to look at', async () => {
    const tables = await names(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and ${ours}`,
    );
    assert.ok(tables.length >= 10, `${tables.length} tables`);
  });

  test('every table with workspace_id has forced security, the workspace policy, not null and the default', async () => {
    const { rows } = await database.owner.query<{ name: string; wrong: string[] }>(`
      select n.nspname || '.' || c.relname as name, array_remove(array[
        case when not c.relrowsecurity then 'row security off' end,
        case when not c.relforcerowsecurity then 'row security not forced' end,
        case when not a.attnotnull then 'workspace_id nullable' end,
        case when coalesce(pg_get_expr(d.adbin, d.adrelid), '') <> 'platform.current_workspace()' then 'default missing' end,
        case when not exists (
          select from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace' and p.polcmd = '*' and p.polpermissive
            and p.polroles = array['aispm_app'::regrole::oid]
            and pg_get_expr(p.polqual, p.polrelid) ~ '^\\(workspace_id = platform\\.current_workspace\\(\\)\\)$'
            and pg_get_expr(p.polwithcheck, p.polrelid) = pg_get_expr(p.polqual, p.polrelid)) then 'workspace policy missing or other' end,
        case when exists (
          select from pg_policy p where p.polrelid = c.oid and p.polname <> 'workspace' and p.polpermissive
            and p.polroles && array['aispm_app'::regrole::oid, 0::oid]) then 'another policy widens it' end
      ], null) as wrong
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relkind in ('r', 'p') and ${ours}
        -- A partition is reached through its parent; without grants of its own its own policy is never asked.
        and not (c.relispartition and c.relacl is null)`);
    assert.ok(rows.length >= 5);
    assert.deepEqual(
      rows.filter(({ wrong }) => wrong.length > 0),
      [],
    );
  });

  test('a table the application may reach has a workspace, or is on the list of those that need none', async () => {
    const reachable = await names(`
      select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'm', 'f') and ${ours}
        and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped)
        and exists (select from unnest(array['${applicationRoles.join("','")}']) as role
                    where has_table_privilege(role, c.oid, 'select, insert, update, delete') or has_any_column_privilege(role, c.oid, 'select, insert, update'))`);
    assert.deepEqual(
      reachable.filter((name) => !installationWide.has(name)),
      [],
      'see installationWide in this file',
    );
  });

  test('a view the application may read runs with the rights of its reader', async () => {
    const views = await names(`
      select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'v' and ${ours} and has_table_privilege('aispm_app', c.oid, 'select')
        and not coalesce(c.reloptions @> array['security_invoker=true'] or c.reloptions @> array['security_invoker=on'], false)`);
    assert.deepEqual(views, []);
  });

  test('a function with the rights of its owner fixes its search path and is not for everybody', async () => {
    const functions = await names(`
      select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where p.prosecdef and ${ours}
        and (not coalesce(array_to_string(p.proconfig, ','), '') ~ 'search_path=' or has_function_privilege('public', p.oid, 'execute'))`);
    assert.deepEqual(functions, []);
  });

  test('the roles of the application own nothing, make nothing, and cannot step around policies', async () => {
    const { rows } = await database.owner.query<{ name: string; wrong: string[] }>(
      `select r.rolname as name, array_remove(array[
        case when r.rolsuper or r.rolbypassrls or r.rolcreatedb or r.rolcreaterole or r.rolreplication then 'has a power' end,
        case when r.rolinherit then 'inherits' end,
        case when exists (select from pg_class where relowner = r.oid) then 'owns a relation' end,
        case when exists (select from pg_proc where proowner = r.oid) then 'owns a function' end,
        case when exists (select from pg_namespace where nspowner = r.oid) then 'owns a schema' end,
        case when exists (select from pg_namespace n where ${ours} and has_schema_privilege(r.oid, n.oid, 'create')) then 'may create in a schema' end,
        case when has_database_privilege(r.oid, current_database(), 'create') then 'may create schemas' end,
        case when pg_has_role(r.oid, 'aispm', 'member') or pg_has_role(r.oid, 'pg_read_all_data', 'member') then 'is a member of more' end
      ], null) as wrong from pg_roles r where r.rolname = any($1)`,
      [applicationRoles],
    );
    assert.equal(rows.length, applicationRoles.length);
    assert.deepEqual(
      rows.filter(({ wrong }) => wrong.length > 0),
      [],
    );
  });
});

const refusal = (state: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === state;
const denied = refusal('42501');

/** As the application role, outside the platform's own transaction function: what a mistake in it would meet. */
function asApplication<T>({ target }: TestDatabase, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withClient(target.application, work);
}

async function prepared(t: { after(release: () => Promise<void>): void }): Promise<TestDatabase> {
  const database = await testDatabase(t);
  await database.owner.query(`
    create schema sample;
    create table sample.note (id integer primary key, workspace_id uuid, text text);
    select platform.protect('sample.note');
    create table sample.entry (id integer primary key, workspace_id uuid, text text);
    select platform.protect('sample.entry', 'insert-only');`);
  await database.owner.query("insert into sample.note values (1, $1, 'mine'), (2, $2, 'theirs')", [
    database.workspaceId,
    database.otherWorkspaceId,
  ]);
  await database.owner.query("insert into sample.entry values (1, $1, 'mine'), (2, $2, 'theirs')", [
    database.workspaceId,
    database.otherWorkspaceId,
  ]);
  return database;
}

test('from one workspace the rows of another cannot be read, changed, removed, taken over, given away or referred to', async (t) => {
  const { run, owner, otherWorkspaceId } = await prepared(t);
  const rowsOf = async (text: ReturnType<typeof sql>) => (await run(() => db().execute(text))).rows;
  assert.deepEqual(await rowsOf(sql`select id from sample.note`), [{ id: 1 }]);
  assert.deepEqual(await rowsOf(sql`select id from sample.note where id = 2 or workspace_id = ${otherWorkspaceId}`), []);
  assert.deepEqual(await rowsOf(sql`select count(*)::int as n from sample.note`), [{ n: 1 }]);
  assert.deepEqual(await rowsOf(sql`update sample.note set text = 'x' where id = 2 returning id`), []);
  assert.deepEqual(await rowsOf(sql`delete from sample.note where id = 2 returning id`), []);
  const cause = (error: Error) => denied(error.cause);
  await assert.rejects(rowsOf(sql`insert into sample.note (id, workspace_id) values (3, ${otherWorkspaceId})`), cause);
  await assert.rejects(rowsOf(sql`update sample.note set workspace_id = ${otherWorkspaceId} where id = 1`), cause);
  await assert.rejects(rowsOf(sql`insert into sample.note (id) values (2) on conflict (id) do update set text = 'stolen'`), cause);
  await assert.rejects(rowsOf(sql`truncate sample.note`), cause);
  const { rows } = await owner.query('select id, text from sample.note order by id');
  assert.deepEqual(rows, [
    { id: 1, text: 'mine' },
    { id: 2, text: 'theirs' },
  ]);
});

test('a session that names no workspace, an empty one or nonsense sees nothing and writes nothing', async (t) => {
  const database = await prepared(t);
  await asApplication(database, async (client) => {
    assert.deepEqual((await client.query('select * from sample.note')).rows, []);
    assert.deepEqual((await client.query('select * from platform.workspace')).rows, []);
    await client.query("set app.workspace = ''");
    assert.deepEqual((await client.query('select * from sample.note')).rows, []);
    await assert.rejects(client.query('insert into sample.note (id) values (9)'), denied);
    await client.query("set app.workspace = 'nonsense'");
    await assert.rejects(client.query('select * from sample.note'), refusal('22P02'));
  });
});

test('insert-only tables refuse UPDATE, DELETE and TRUNCATE to the application by grant, and to the owner by trigger', async (t) => {
  const database = await prepared(t);
  await database.run(() => db().execute(sql`insert into sample.entry (id, text) values (3, 'new')`));
  assert.equal((await database.run(() => db().execute(sql`select id from sample.entry order by id`))).rows.length, 2);
  for (const text of ["update sample.entry set text = 'x'", 'delete from sample.entry', 'truncate sample.entry']) {
    await assert.rejects(
      database.run(() => db().execute(sql.raw(text))),
      (error: Error) => denied(error.cause),
      text,
    );
    await assert.rejects(database.owner.query(text), denied, text);
  }
  assert.equal((await database.owner.query('select from sample.entry')).rowCount, 3);
});

test('the application role cannot become the owner, switch policies off, or change what protects a table', async (t) => {
  const database = await prepared(t);
  await asApplication(database, async (client) => {
    for (const text of [
      'set role aispm',
      'set role aispm_jobs',
      'set session authorization aispm',
      'alter table sample.note disable row level security',
      'drop policy workspace on sample.note',
      'create table sample.mine (id int)',
      'create table public.mine (id int)',
      'create schema mine',
      "select platform.protect('sample.note')",
      "select platform.open_to_system('sample.note', 'select')",
      "select pg_read_file('postgresql.conf')",
      "copy (select 1) to '/tmp/never'",
      'create function public.f() returns int language sql return 1',
      "set session_replication_role = 'replica'",
    ]) {
      await assert.rejects(client.query(text), denied, text);
    }
    // Asking for no row security is an error where a policy would have hidden something, not a way around it.
    await client.query('set row_security = off');
    await assert.rejects(client.query('select * from sample.note'), denied);
  });
});

test('protect refuses a table without workspace_id and a mode it does not know; repeating it changes nothing', async (t) => {
  const { owner } = await prepared(t);
  await owner.query('create table sample.bare (id int)');
  await assert.rejects(owner.query("select platform.protect('sample.bare')"), /no column workspace_id/);
  await assert.rejects(owner.query("select platform.protect('sample.note', 'ful')"), /unknown mode/);
  await assert.rejects(owner.query("select platform.open_to_system('sample.note', 'select; drop table x')"), /no list/);
  await owner.query("select platform.protect('sample.note'), platform.protect('sample.entry', 'insert-only')");
});
