/**
 * A PostgreSQL cluster that is made and migrated once and copied for every server of the tests: making one costs more processor time than
 * most test files. It lies beside the installed packages, under a name that tells the release of the server and every migration.
 */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectRoot } from '../config.ts';
import { makeInTurn } from '../turns.ts';
import { embeddedTarget, withClient } from './connection.ts';
import { packagedBinaries } from './embedded/binaries.ts';
import { superuser } from './embedded/cluster.ts';
import { runAs } from './embedded/place.ts';
import { loginAs, startEmbedded, stopEmbedded } from './embedded/postmaster.ts';
import { type Migration, migrate } from './migrate.ts';
import { migrations } from './migrations.generated.ts';

/** The database that the tests' own are copied from. */
export const templateName = 'aispm_template';
const cache = join(projectRoot, 'node_modules/.cache/clusters');
const longestMakingMs = 180_000;

/** How the cluster is made when there is none yet. */
type Making = {
  /** Of the server that makes it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where it is made: it is gone when this process ends, however it ends, and its server too. */
  readonly workDirectory: string;
};

/** As the files are now: whether the list is up to date is asked by `npm run check`, not by every test. */
export function presentMigrations(): Migration[] {
  return migrations.map((migration) => {
    const text = readFileSync(resolve(projectRoot, migration.path), 'utf8');
    return { ...migration, sha256: createHash('sha256').update(text).digest('hex') };
  });
}

/**
 * Puts a copy where the server of a data directory looks for its cluster, with the migrated database `aispm` and the template.
 * Where it cannot (no `cp`, a folder that may not be written), nothing is there, and the server makes its own.
 */
export async function copyCluster(dataDirectory: string, making: Making): Promise<void> {
  // Only a socket needs no password of its own in the cluster.
  if (process.platform === 'win32' || existsSync(join(dataDirectory, 'postgresql'))) return;
  const made = await madeCluster(making).catch(() => null);
  if (made === null) return;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o755 });
  const draft = join(dataDirectory, 'postgresql.copy');
  // Owner, modes and times: PostgreSQL refuses files that are not its own.
  if (spawnSync('cp', ['-a', made, draft]).status === 0) renameSync(draft, join(dataDirectory, 'postgresql'));
  else rmSync(draft, { recursive: true, force: true });
}

/** The cluster that everyone copies. */
async function madeCluster(making: Making): Promise<string> {
  const folder = join(cache, clusterName());
  const isThere = () => existsSync(folder);
  await makeInTurn({ mark: `${folder}.making`, longestMs: longestMakingMs, isThere, make: () => make(folder, making) });
  return join(folder, 'postgresql');
}

function clusterName(): string {
  const release = statSync(packagedBinaries().postgres);
  const parts = presentMigrations().map(({ slice, name, sha256 }) => `${slice}/${name} ${sha256}`);
  const roles = readFileSync(join(projectRoot, 'src/platform/database/roles.ts'), 'utf8');
  const about = [release.size, runAs()?.name ?? '', roles, ...parts].join('\n');
  return createHash('sha256').update(about).digest('hex').slice(0, 16);
}

/** Made in a folder where the database's user may enter, stopped, and moved to its name as a whole. */
async function make(folder: string, { settings, workDirectory }: Making): Promise<void> {
  const { place } = await startEmbedded({ dataDirectory: workDirectory, settings });
  try {
    await migrate(embeddedTarget(place, { processName: 'test' }), { migrations: presentMigrations() });
    await withClient(loginAs(place, superuser, 'postgres'), (client) =>
      client.query(`create database ${templateName} template ${superuser} strategy file_copy`),
    );
  } finally {
    await stopEmbedded(workDirectory);
  }
  const draft = `${folder}.${randomBytes(4).toString('hex')}`;
  mkdirSync(draft);
  if (spawnSync('cp', ['-a', place.clusterDirectory, join(draft, 'postgresql')]).status === 0) {
    removeOlder();
    renameSync(draft, folder);
  } else rmSync(draft, { recursive: true, force: true });
  rmSync(workDirectory, { recursive: true, force: true });
}

/** Of other migrations; whoever copies one at this moment makes its own instead. */
function removeOlder(): void {
  const dayMs = 86_400_000;
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > dayMs) rmSync(path, { recursive: true, force: true });
  }
}
