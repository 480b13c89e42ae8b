/** Brings the schema up to this release: hand-written SQL files, in order, by one process at a time. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { problems } from '../../contract/problem.ts';
import { projectRoot } from '../config.ts';
import { type DatabaseLog, silentLog, type Target, withClient } from './connection.ts';
import { databaseProblems, sqlState } from './database-problem.ts';
import { migrations as listed } from './migrations.generated.ts';
import { prepareRoles } from './roles.ts';

/** One SQL file. `path` is relative to the project's root; `sha256` is of the file as it was when it was listed. */
export type Migration = { readonly slice: string; readonly name: string; readonly sha256: string; readonly path: string };
export type MigrateOptions = { readonly migrations?: readonly Migration[]; readonly root?: string; readonly log?: DatabaseLog };

const migrationProblems = problems('migration', {
  changed: [
    503,
    'The migration {migration} was applied and has changed since. Applied migrations are never edited: restore the file and add a new one.',
  ],
  unlisted: [503, 'The file of migration {migration} is not the one that was listed. Run npm run generate.'],
  refused: [503, 'The migration {migration} was refused at line {line}: {reason}'],
  busy: [503, 'The migration {migration} waited for other connections {times} times and gave up. Stop long transactions and start again.'],
  locked: [503, 'Another process has been migrating this database for {minutes} minutes. Wait for it, or end its connection.'],
  tooNew: [503, 'The database is {steps} releases ahead of this one (it knows {migration}). Install the newer release.'],
  tooOld: [503, 'The database lacks {count} migration(s) of this release, first {migration}. Run npm run db:push.'],
});

/** Any number, as long as nothing else locks on it: "aispm" read as bytes. */
const lockKey = 418_430_677_101;
const lockTimeoutMs = 2000;
const oldestServer = 150_000;

type Applied = { slice: string; name: string; sha256: string; step: number };

const idOf = ({ slice, name }: { slice: string; name: string }) => `${slice}/${name}`;

/** The ground first, then the slices in the order they were listed. */
function ordered(migrations: readonly Migration[]): Migration[] {
  return [...migrations.filter(({ slice }) => slice === 'platform'), ...migrations.filter(({ slice }) => slice !== 'platform')];
}

/**
 * Applies what is missing, under an advisory lock, each file in a transaction of its own (unless its first line is
 * `-- no transaction`). Safe to run from several processes at once and any number of times.
 * @returns ids of the migrations applied now.
 * @throws migration.changed, migration.tooNew, migration.refused, migration.busy, migration.locked, database.rolesMissing
 */
export async function migrate(target: Target, options: MigrateOptions = {}): Promise<string[]> {
  const { migrations = listed, root = projectRoot, log = silentLog } = options;
  return await withClient(target.owner, async (client) => {
    const isOurs = await serverIsOurs(client);
    await takeLock(client);
    try {
      // What watches the schema for changes by others lets this session pass.
      await client.query("set app.migrating = 'on'");
      const { password } = target.application;
      await prepareRoles(client, { canLogin: isOurs, password: isOurs && typeof password === 'string' ? password : null });
      await prepareBookkeeping(client);
      const applied = await readApplied(client);
      const missing = missingOf(ordered(migrations), applied, log);
      const step = 1 + Math.max(0, ...applied.map((row) => row.step));
      for (const migration of missing) await apply(client, { migration, root, step, log });
      return missing.map(idOf);
    } finally {
      await client.query('select pg_advisory_unlock($1)', [lockKey]).catch(() => {});
    }
  });
}

/**
 * For processes that do not migrate: is the schema the one this release needs, or one release newer?
 * @throws migration.tooOld, migration.tooNew, migration.changed
 */
export async function requireSchema(target: Target, options: MigrateOptions = {}): Promise<void> {
  const { migrations = listed, log = silentLog } = options;
  await withClient(target.application, async (client) => {
    const missing = missingOf(ordered(migrations), await readApplied(client), log);
    const [first] = missing;
    if (first !== undefined) throw migrationProblems.tooOld({ count: missing.length, migration: idOf(first) });
  });
}

/** Old servers are refused. On our embedded one, reached by socket as superuser, roles may log in by name. */
async function serverIsOurs(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ number: number; version: string; ours: boolean }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
            current_user = 'aispm' and current_setting('is_superuser') = 'on' and current_setting('listen_addresses') in ('', '127.0.0.1') as ours`,
  );
  const server = rows[0];
  if (server === undefined || server.number < oldestServer) throw databaseProblems.tooOld({ found: server?.version ?? '?', needed: '15' });
  return server.ours;
}

/** Asked again and again: a session that waits inside pg_advisory_lock would hold up CREATE INDEX CONCURRENTLY for ever. */
async function takeLock(client: pg.Client): Promise<void> {
  const patienceMinutes = 15;
  for (const begun = Date.now(); ; await sleep(50)) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [lockKey]);
    if (rows[0]?.taken === true) return;
    if (Date.now() - begun > patienceMinutes * 60_000) throw migrationProblems.locked({ minutes: patienceMinutes });
  }
}

async function prepareBookkeeping(client: pg.Client): Promise<void> {
  await client.query(`
    create schema if not exists platform;
    create table if not exists platform.migration (
      slice text not null,
      name text not null,
      sha256 text not null,
      -- Migrations applied by one start share a step: a release.
      step integer not null,
      applied_at timestamptz not null default clock_timestamp(),
      ms integer not null,
      primary key (slice, name)
    );
    grant usage on schema platform to aispm_app, aispm_system;
    grant select on platform.migration to aispm_app, aispm_system;
  `);
}

async function readApplied(client: pg.Client): Promise<Applied[]> {
  try {
    const { rows } = await client.query<Applied>('select slice, name, sha256, step from platform.migration');
    return rows;
  } catch (error) {
    // No such table, no such schema: nothing was ever applied.
    if (sqlState(error) === '42P01' || sqlState(error) === '3F000') return [];
    throw error;
  }
}

function missingOf(migrations: readonly Migration[], applied: readonly Applied[], log: DatabaseLog): Migration[] {
  const done = new Map(applied.map((row) => [idOf(row), row]));
  const known = new Set(migrations.map(idOf));
  for (const migration of migrations) {
    const row = done.get(idOf(migration));
    if (row !== undefined && row.sha256 !== migration.sha256) throw migrationProblems.changed({ migration: idOf(migration) });
  }
  refuseTooNew(
    applied.filter((row) => !known.has(idOf(row))),
    log,
  );
  return migrations.filter((migration) => !done.has(idOf(migration)));
}

/** Release N must still serve while N+1 is rolled out: what one newer step brought is tolerated, two are not. */
function refuseTooNew(unknown: readonly Applied[], log: DatabaseLog): void {
  const [first] = unknown;
  if (first === undefined) return;
  const steps = new Set(unknown.map(({ step }) => step)).size;
  if (steps > 1) throw migrationProblems.tooNew({ steps, migration: idOf(first) });
  log.warn({ code: 'migration.newer', migration: idOf(first) }, 'The database is one release ahead of this process.');
}

type Step = { readonly migration: Migration; readonly root: string; readonly step: number; readonly log: DatabaseLog };

async function apply(client: pg.Client, { migration, root, step, log }: Step): Promise<void> {
  const text = readListed(migration, root);
  const begun = performance.now();
  const most = 10;
  for (let round = 1; ; round += 1) {
    try {
      await run(client, text, () => record(client, migration, { step, ms: Math.round(performance.now() - begun) }));
      break;
    } catch (error) {
      if (sqlState(error) !== '55P03') throw refused(migration, text, error);
      if (round >= most) throw migrationProblems.busy({ migration: idOf(migration), times: most }, { cause: error });
      await sleep(Math.min(250 * 2 ** round, 5000));
    }
  }
  log.info({ code: 'migration.applied', migration: idOf(migration) }, 'A migration was applied.');
}

function readListed(migration: Migration, root: string): string {
  const text = readFileSync(resolve(root, migration.path), 'utf8');
  if (createHash('sha256').update(text).digest('hex') !== migration.sha256)
    throw migrationProblems.unlisted({ migration: idOf(migration) });
  return text;
}

async function record(client: pg.Client, { slice, name, sha256 }: Migration, { step, ms }: { step: number; ms: number }): Promise<void> {
  await client.query('insert into platform.migration (slice, name, sha256, step, ms) values ($1, $2, $3, $4, $5)', [
    slice,
    name,
    sha256,
    step,
    ms,
  ]);
}

async function run(client: pg.Client, text: string, recordIt: () => Promise<void>): Promise<void> {
  await client.query(`set lock_timeout = ${lockTimeoutMs}`);
  if (/^-- no transaction\s*$/m.test(text.slice(0, text.indexOf('\n') + 1))) {
    for (const statement of text.split(/^-- next\s*$/m)) await client.query(statement);
    await recordIt();
    return;
  }
  await client.query('begin');
  try {
    await client.query(text);
    await recordIt();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** PostgreSQL says at which character: people want the line. */
function refused(migration: Migration, text: string, error: unknown): unknown {
  if (!(error instanceof Error) || sqlState(error) === null) return error;
  const position = 'position' in error && typeof error.position === 'string' ? Number(error.position) : 1;
  const line = text.slice(0, Math.max(0, position - 1)).split('\n').length;
  return migrationProblems.refused({ migration: idOf(migration), line, reason: error.message }, { cause: error });
}
