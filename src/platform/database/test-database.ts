/**
 * Databases for tests: one embedded PostgreSQL per test process, a migrated template, and a copy of it for each test.
 * Nothing outlives the run, however it ends: a watching process outside notices by a closed pipe.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Context } from '../../contract/actor.ts';
import { systemActor } from '../actors.ts';
import { Database, embeddedTarget, type Target, withClient } from './connection.ts';
import { inDatabase, type TransactionOptions, transaction } from './database.ts';
import { superuser } from './embedded/cluster.ts';
import type { Place } from './embedded/place.ts';
import { loginAs, startEmbedded } from './embedded/postmaster.ts';
import { type Migration, migrate } from './migrate.ts';
import { copyCluster, presentMigrations, templateName } from './test-cluster.ts';

/** What `node:test` gives to a test; a suite's `after` fits too. */
type Owner = { after(release: () => Promise<void>): void };

export type TestDatabase = {
  readonly target: Target;
  /** As the application role; hand it to `inDatabase` or `useDatabase`. */
  readonly database: Database;
  /** As superuser: sees all rows, may do everything. */
  readonly owner: pg.Pool;
  /** Two workspaces: what belongs to one must not be seen from the other. */
  readonly workspaceId: string;
  readonly otherWorkspaceId: string;
  /** A system actor with every permission, in the first workspace unless another is named. */
  context(workspaceId?: string): Context;
  /** Work in a transaction of the first workspace, as `handle` would run it. */
  run<T>(work: () => Promise<T>, options?: TransactionOptions & { workspaceId?: string }): Promise<T>;
  /** The same database, seen from two workspaces in which nothing has happened yet. */
  anew(): Promise<TestDatabase>;
};

/** Nothing here must survive a crash of the machine. */
const carelessSettings: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  autovacuum: 'off',
  max_connections: '300',
  shared_buffers: '64MB',
  checkpoint_flush_after: '0',
  max_wal_size: '4GB',
  // Keeps shared memory segments in the data directory, which is removed.
  dynamic_shared_memory_type: process.platform === 'win32' ? 'windows' : 'mmap',
};

let guarded: string | undefined;
let shared: Promise<Place> | undefined;
let template: Promise<string> | undefined;
let counter = 0;

/** A folder for data directories; its databases are ended and it is removed when this process ends, even by kill -9. */
export function guardedDirectory(name: string): string {
  guarded ??= makeGuardedRoot();
  counter += 1;
  return join(guarded, `${name}-${counter}`);
}

function makeGuardedRoot(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ai-spm-db-')));
  // The database may run as another user than we do.
  chmodSync(root, 0o711);
  if (process.platform === 'win32') return root;
  // SIGQUIT lets a postmaster free its shared memory; it may have been stopped (SIGSTOP) by a test, hence SIGCONT.
  const script = `trap '' INT TERM HUP; cat >/dev/null
for signal in QUIT KILL; do
  for file in "$1"/*/postgresql/postmaster.pid; do
    [ -f "$file" ] && pid=$(head -n 1 "$file") && kill -CONT "$pid" && kill -$signal "$pid"
  done 2>/dev/null
  for i in 1 2 3 4 5 6 7 8 9 10; do ls "$1"/*/postgresql/postmaster.pid >/dev/null 2>&1 && sleep 0.1; done
done
rm -rf "$1"`;
  const watcher = spawn('/bin/sh', ['-c', script, 'sh', root], { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  watcher.unref();
  // The pipe stays open as long as this process lives, and does not keep it alive.
  if ('unref' in watcher.stdin && typeof watcher.stdin.unref === 'function') watcher.stdin.unref();
  return root;
}

/** The one server of this process's tests, started when first asked for. */
export function testServer(): Promise<Place> {
  shared ??= startShared();
  return shared;
}

async function startShared(): Promise<Place> {
  const dataDirectory = guardedDirectory('shared');
  await copyMadeCluster(dataDirectory);
  const { place } = await startEmbedded({ dataDirectory, settings: carelessSettings });
  return place;
}

/** Puts a migrated cluster into a data directory whose server has not been started yet. Costs a copy of files. */
export function copyMadeCluster(dataDirectory: string): Promise<void> {
  return copyCluster(dataDirectory, { settings: carelessSettings, workDirectory: guardedDirectory('made') });
}

async function migratedTemplate(): Promise<string> {
  const place = await testServer();
  const found = await withClient(loginAs(place, superuser, 'postgres'), (client) =>
    client.query('select 1 from pg_database where datname = $1', [templateName]),
  );
  if (found.rows.length > 0) return templateName;
  await createDatabase(templateName, null);
  await migrate(embeddedTarget(place, { processName: 'test' }, templateName), { migrations: presentMigrations() });
  return templateName;
}

async function createDatabase(name: string, from: string | null): Promise<void> {
  const place = await testServer();
  const copy = from === null ? '' : ` template ${from} strategy file_copy`;
  await withClient(loginAs(place, superuser, 'postgres'), (client) => client.query(`create database ${name}${copy}`));
}

async function dropDatabase(name: string): Promise<void> {
  const place = await testServer();
  await withClient(loginAs(place, superuser, 'postgres'), (client) => client.query(`drop database if exists ${name} with (force)`));
}

/** An empty database, for tests of migrations. Dropped when the test ends. */
export async function emptyDatabase(t: Owner): Promise<Target> {
  counter += 1;
  const name = `aispm_empty_${counter}`;
  await createDatabase(name, null);
  t.after(() => dropDatabase(name));
  return embeddedTarget(await testServer(), { processName: 'test' }, name);
}

/**
 * A migrated database of its own for one test (or one suite: `testDatabase({ after })`), dropped when that ends.
 * @example test('…', async (t) => { const { run } = await testDatabase(t); await run(() => insertAsset(draft)); });
 */
export async function testDatabase(t: Owner, options: { readonly migrations?: readonly Migration[] } = {}): Promise<TestDatabase> {
  template ??= migratedTemplate();
  const from = options.migrations === undefined ? await template : null;
  counter += 1;
  const name = `aispm_test_${counter}`;
  await createDatabase(name, from);
  const target = embeddedTarget(await testServer(), { processName: 'test' }, name);
  if (options.migrations !== undefined) await migrate(target, { migrations: options.migrations });

  const database = new Database(target, { poolSize: 8 });
  const owner = new pg.Pool({ ...target.owner, max: 4, allowExitOnIdle: true });
  owner.on('error', () => {});
  owner.on('connect', (client) => client.on('error', () => {}));
  t.after(async () => {
    await Promise.all([database.close(), owner.end()]);
    await dropDatabase(name);
  });
  return seenFrom({ target, database, owner }, await twoWorkspaces(owner));
}

/** The one that files share, and how many of them are not done with it. */
let common: { readonly opened: Promise<TestDatabase>; readonly releases: (() => Promise<void>)[] } | undefined;
let users = 0;

/**
 * One database for all tests of all files of this process that ask for it so, each in two workspaces of its own: for tests that look at
 * nothing but their workspace. A copy, its first connections and its end cost more than most tests.
 * @param t of the file or its suite: the last to end ends the database.
 * @example const database = sharedDatabase({ after }); test('…', async () => { const { run } = await database(); … });
 */
export function sharedDatabase(t: Owner): () => Promise<TestDatabase> {
  users += 1;
  t.after(async () => {
    users -= 1;
    if (users > 0) return;
    const ended = common;
    common = undefined;
    for (const release of ended?.releases ?? []) await release();
  });
  return async () => {
    common ??= openCommon();
    return (await common.opened).anew();
  };
}

function openCommon(): NonNullable<typeof common> {
  const releases: (() => Promise<void>)[] = [];
  return { opened: testDatabase({ after: (release) => releases.push(release) }), releases };
}

type Pair = { readonly workspaceId: string; readonly otherWorkspaceId: string };

function seenFrom(opened: Pick<TestDatabase, 'target' | 'database' | 'owner'>, { workspaceId, otherWorkspaceId }: Pair): TestDatabase {
  const context = (id = workspaceId): Context => ({
    actor: systemActor(id, 'test'),
    traceId: '0af7651916cd43dd8448eb211c80319c',
    signal: new AbortController().signal,
    address: null,
    userAgent: null,
  });
  return {
    ...opened,
    workspaceId,
    otherWorkspaceId,
    context,
    run: (work, { workspaceId: id, ...limits } = {}) => inDatabase(opened.database, () => transaction(context(id), work, limits)),
    anew: async () => seenFrom(opened, await twoNewWorkspaces(opened.owner)),
  };
}

async function twoNewWorkspaces(owner: pg.Pool): Promise<Pair> {
  const { rows } = await owner.query<{ id: string }>("insert into platform.workspace (name) values ('One'), ('Other') returning id");
  return { workspaceId: rows[0]?.id ?? '', otherWorkspaceId: rows[1]?.id ?? '' };
}

/** The one that migrations made, and one beside it. */
async function twoWorkspaces(owner: pg.Pool): Promise<Pair> {
  const { rows } = await owner.query<{ id: string; made: boolean }>(`
    with made as (insert into platform.workspace (name) values ('Other') returning id)
    select id, true as made from made union all select id, false as made from platform.workspace`);
  const idOf = (made: boolean) => rows.find((row) => row.made === made)?.id ?? '';
  return { workspaceId: idOf(false), otherWorkspaceId: idOf(true) };
}
