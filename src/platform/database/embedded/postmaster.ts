/** One PostgreSQL server process: start or attach, wait until it answers, stop. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isProblem } from '../../../contract/problem.ts';
import { databaseProblems, isConnectionLoss, sqlState } from '../database-problem.ts';
import type { Binaries } from './binaries.ts';
import { identity, initialiseCluster, lastLines, run, serverEnvironment, superuser } from './cluster.ts';
import { isRunning, postmasterPid, removeStalePidFile, saysReady } from './pid-file.ts';
import { type Listen, type Place, preparePlace, type RunAs, reachableBinaries, readPlace, runAs } from './place.ts';

export type EmbeddedOptions = {
  readonly dataDirectory: string;
  /** Extra server settings, e.g. `{ fsync: 'off' }` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default: a socket; on Windows 127.0.0.1 with a password that only the data directory knows. */
  readonly listen?: Listen;
  /** How long start and crash recovery may take before the start counts as failed. Default 120,000. */
  readonly startTimeoutMs?: number;
};
export type Embedded = {
  readonly place: Place;
  readonly pid: number;
  /** true: the server was running already. */
  readonly attached: boolean;
  /** Aborted when the server has ended; null for one that is no child of this process. */
  readonly ended: AbortSignal | null;
};

const productionSettings: Readonly<Record<string, string>> = {
  max_connections: '100',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_compression: 'on',
  max_wal_size: '1GB',
  max_wal_senders: '0',
  jit: 'off',
  random_page_cost: '1.1',
  autovacuum_naptime: '20s',
  log_min_messages: 'warning',
  log_timezone: 'UTC',
  timezone: 'UTC',
  // After a crash every file is synced before recovery: file by file took 3.5 to 5.4 s on a busy disk, so 0.6 to 0.8 s.
  ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
};

/** How to log in to the server of a place, as one of its roles. */
export function loginAs(place: Place, role: string, database = superuser): pg.ClientConfig {
  const password = place.password === null ? {} : { password: place.password };
  return { host: place.socketDirectory ?? '127.0.0.1', port: place.port, user: role, database, ...password };
}

/** Starts the database of a data directory, or attaches to the one that is running. Returns when it answers. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const user = runAs();
  const place = await preparePlace(options.dataDirectory, user, options.listen);
  const running = await attach(place, options);
  if (running !== null) return running;
  const binaries = reachableBinaries(place.clusterDirectory, user);
  await initialiseCluster(binaries, { place, user, durable: options.settings?.['fsync'] !== 'off' });
  return await launch({ binaries, place, user, options });
}

/** initdb makes no database of ours. Asked at every start: the first one may have been killed in between. */
async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rows } = await client.query('select 1 from pg_database where datname = $1', [superuser]);
  if (rows.length > 0) return;
  try {
    await client.query(`create database ${superuser} owner ${superuser}`);
  } catch (error) {
    // Another start made it a moment ago: 42P04 duplicate database, 23505 the same seen by the catalog's index.
    if (sqlState(error) !== '42P04' && sqlState(error) !== '23505') throw error;
  }
}

type Launch = { binaries: Binaries; place: Place; user: RunAs | null; options: EmbeddedOptions };

async function attach(place: Place, options: EmbeddedOptions): Promise<Embedded | null> {
  const pid = postmasterPid(place.clusterDirectory);
  if (pid === null) return null;
  const ready = await waitUntilReady(place, () => isRunning(pid), options.startTimeoutMs);
  return ready ? { place, pid, attached: true, ended: null } : null;
}

async function launch(start: Launch): Promise<Embedded> {
  const { place, options } = start;
  const log = `${place.clusterDirectory}.log`;
  const patienceMs = 15_000;
  for (const begun = Date.now(); ; await sleep(200)) {
    removeStalePidFile(place.clusterDirectory);
    keepLogSmall(log);
    const from = existsSync(log) ? statSync(log).size : 0;
    const child = spawnServer(start, log);
    const end = endOf(child);
    const ready = await waitUntilReady(place, () => !end.ended.aborted, options.startTimeoutMs);
    // The pid file says whose server it is that answers: another start may have won the race.
    const pid = ready ? postmasterPid(place.clusterDirectory) : null;
    const isOurs = pid === child.pid;
    if (pid !== null) return { place, pid, attached: !isOurs, ended: isOurs ? end.ended : null };

    const other = await attach(place, options);
    if (other !== null) return other;
    const said = end.reason() ?? readFileSync(log).subarray(from).toString('utf8');
    // The children of a killed server need a moment to notice and let go of the shared memory.
    const passing = /pre-existing shared memory block|lock file .* (?:already exists|is empty)|Address already in use/.test(said);
    if (!passing || Date.now() - begun > patienceMs)
      throw databaseProblems.startFailed({ reason: lastLines(said) || `it gave no answer; see ${log}` });
  }
}

/** One generation of old log is kept: the server's own log holds warnings only. */
function keepLogSmall(log: string): void {
  const limitBytes = 10_000_000;
  if (existsSync(log) && statSync(log).size > limitBytes) renameSync(log, `${log}.1`);
}

function spawnServer({ binaries, place, user, options }: Launch, log: string): ChildProcess {
  const door =
    place.socketDirectory === null
      ? { listen_addresses: '127.0.0.1', port: String(place.port), unix_socket_directories: '' }
      : { listen_addresses: '', port: String(place.port), unix_socket_directories: place.socketDirectory, unix_socket_permissions: '0700' };
  const settings = { ...productionSettings, ...options.settings, ...door };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const file = openSync(log, 'a', 0o600);
  try {
    // Detached: a Ctrl-C in the terminal reaches our process group, and the server must outlive its clients.
    const child = spawn(binaries.postgres, ['-D', place.clusterDirectory, ...flags], {
      cwd: '/',
      env: serverEnvironment,
      detached: true,
      stdio: ['ignore', file, file],
      ...identity(user),
    });
    child.unref();
    return child;
  } finally {
    closeSync(file);
  }
}

function endOf(child: ChildProcess): { readonly ended: AbortSignal; reason(): string | null } {
  const end = new AbortController();
  let reason: string | null = null;
  child.once('exit', () => end.abort());
  child.once('error', (error) => {
    reason = error.message;
    end.abort();
  });
  return { ended: end.signal, reason: () => reason };
}

/** Asks until the server answers; false when it ended or time is up. */
async function waitUntilReady(place: Place, isAlive: () => boolean, timeoutMs = 120_000): Promise<boolean> {
  for (const begun = Date.now(); Date.now() - begun < timeoutMs; await sleep(15)) {
    if (!isAlive()) return false;
    if (saysReady(place.clusterDirectory) && (await answers(place))) return true;
  }
  return false;
}

/** Does the server of this place answer, and is it the right one? */
async function answers(place: Place): Promise<boolean> {
  const client = new pg.Client({ ...loginAs(place, superuser, 'postgres'), connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ path: string }>("select current_setting('data_directory') as path");
    const actual = rows[0]?.path ?? 'nothing';
    if (actual === place.clusterDirectory) {
      await ensureDatabase(client);
      return true;
    }
    throw databaseProblems.foreignServer({ path: place.socketDirectory ?? '127.0.0.1', actual, expected: place.clusterDirectory });
  } catch (error) {
    if (isProblem(error) || !isConnectionLoss(error)) throw error;
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Is the database of this data directory up and answering? */
export async function isAlive(dataDirectory: string): Promise<boolean> {
  const place = readPlace(dataDirectory);
  if (place === null || postmasterPid(place.clusterDirectory) === null) return false;
  return await answers(place);
}

/**
 * Stops the database of a data directory: `fast` rolls open transactions back and writes a checkpoint. After 30 s
 * `immediate`, which recovers at the next start. Does nothing when it is not running.
 */
export async function stopEmbedded(dataDirectory: string): Promise<void> {
  const place = readPlace(dataDirectory);
  const pid = place === null ? null : postmasterPid(place.clusterDirectory);
  if (place === null || pid === null) return;
  if (process.platform === 'win32') {
    const { pgCtl } = reachableBinaries(place.clusterDirectory, null);
    await run(pgCtl, ['stop', '-D', place.clusterDirectory, '-m', 'fast'], null);
    return;
  }
  if (await endsAfter(pid, 'SIGINT', 30_000)) return;
  if (await endsAfter(pid, 'SIGQUIT', 5000)) return;
  await endsAfter(pid, 'SIGKILL', 2000);
}

async function endsAfter(pid: number, signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  try {
    process.kill(pid, signal);
  } catch {
    return !isRunning(pid);
  }
  for (const begun = Date.now(); Date.now() - begun < patienceMs; await sleep(10)) {
    if (!isRunning(pid)) return true;
  }
  return false;
}
