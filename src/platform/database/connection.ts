/** How a process reaches the database: which server, as whom, through which pool, and what happens while it is away. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { commonProblems } from '../../contract/problem.ts';
import { databaseProblems, isConnectionLoss } from './database-problem.ts';
import { superuser } from './embedded/cluster.ts';
import { type Place, readPlace } from './embedded/place.ts';
import { loginAs } from './embedded/postmaster.ts';
import { endReader, OpenReaders } from './open-readers.ts';
import { applicationRole, jobsRole } from './roles.ts';

/** Where the database reports what nobody waits for. A pino logger fits. */
export type DatabaseLog = {
  readonly info: (fields: Record<string, unknown>, message: string) => void;
  readonly warn: (fields: Record<string, unknown>, message: string) => void;
  readonly error: (fields: Record<string, unknown>, message: string) => void;
};
export const silentLog: DatabaseLog = { info: () => {}, warn: () => {}, error: () => {} };

export type DatabaseSettings = {
  /** DATABASE_URL: an external server. Its role owns the schema and applies migrations. Undefined: the embedded one. */
  readonly url?: string | undefined;
  /** DATABASE_APP_URL: login of the application role. Undefined: the same login, switched to the role aispm_app. */
  readonly applicationUrl?: string | undefined;
  /** DATA_DIR: where the embedded database lies. */
  readonly dataDirectory: string;
  /** Shown in pg_stat_activity. */
  readonly processName: string;
  /** Most connections this process holds for requests. Default 10. */
  readonly poolSize?: number;
  readonly log?: DatabaseLog;
};

/** Logins for the three parties. Each is complete: hand it to `new pg.Client()` or `new pg.Pool()`. */
export type Target = {
  /** Owns the schema; applies migrations, nothing else. */
  readonly owner: pg.ClientConfig;
  /** Serves requests: owns nothing, confined by row-level security. */
  readonly application: pg.ClientConfig;
  /** Owns the schema pgboss, nothing else. */
  readonly jobs: pg.ClientConfig;
};

/** Limits of application connections, in milliseconds. */
export const statementTimeoutMs = 30_000;
export const lockTimeoutMs = 5000;
const idleInTransactionTimeoutMs = 60_000;
const connectTimeoutMs = 2500;
/** How long a caller waits for a server that is starting again before it is told so. */
const patienceMs = 2000;
const tryEveryMs = 100;

/** @throws database.notRunning when no server is named and none was ever started in the data directory. */
export function databaseTarget(settings: DatabaseSettings): Target {
  const { url, applicationUrl, dataDirectory } = settings;
  if (url !== undefined) return externalTarget(url, applicationUrl, settings);
  const place = readPlace(dataDirectory);
  if (place === null) throw databaseProblems.notRunning({ path: dataDirectory });
  return embeddedTarget(place, settings);
}

/** The embedded server's roles log in by name: its socket lies in a folder only its user can enter. */
export function embeddedTarget(place: Place, { processName }: Pick<DatabaseSettings, 'processName'>, database = superuser): Target {
  return {
    owner: { ...loginAs(place, superuser, database), ...ownerLimits(processName) },
    application: { ...loginAs(place, applicationRole, database), ...applicationLimits(processName) },
    jobs: { ...loginAs(place, jobsRole, database), ...ownerLimits(`${processName} jobs`) },
  };
}

function externalTarget(url: string, applicationUrl: string | undefined, { processName }: DatabaseSettings): Target {
  return {
    owner: { connectionString: url, ...ownerLimits(processName) },
    application: {
      connectionString: applicationUrl ?? withRole(url, applicationRole),
      ...applicationLimits(processName),
    },
    jobs: { connectionString: withRole(url, jobsRole), ...ownerLimits(`${processName} jobs`) },
  };
}

/** Given at connection time, so that RESET ROLE comes back to it and no round trip is spent. */
function withRole(url: string, role: string): string {
  // Not `new URL`: it refuses what drivers take, as postgres://me@/db?host=/socket.
  const [base = '', query = ''] = url.split('?', 2);
  const parameters = new Map(new URLSearchParams(query));
  parameters.set('options', [parameters.get('options'), `-c role=${role}`].filter((part) => part !== undefined).join(' '));
  return `${base}?${[...parameters].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}

function ownerLimits(processName: string): pg.ClientConfig {
  return { application_name: `ai-spm ${processName}`, connectionTimeoutMillis: connectTimeoutMs, keepAlive: true };
}

function applicationLimits(processName: string): pg.ClientConfig {
  return {
    ...ownerLimits(processName),
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
  };
}

/** The pool of one process, and its behaviour while the server is away. */
export class Database {
  readonly target: Target;
  readonly log: DatabaseLog;
  readonly #pool: pg.Pool;
  readonly #readers = new OpenReaders();
  readonly #broken = new WeakSet<pg.ClientBase>();
  /** While true, callers do not wait: a queue of patient callers would outlive the outage. */
  #away = false;
  /** One caller at a time tries a server that is away: each try makes a starting server start a process. */
  #nextTry = 0;

  constructor(target: Target, { poolSize = 10, log = silentLog }: { poolSize?: number; log?: DatabaseLog } = {}) {
    this.target = target;
    this.log = log;
    // Pipelining: BEGIN and the first statement travel together (session.ts).
    const login: pg.PoolConfig & { pipeline: boolean } = { ...target.application, pipeline: true };
    this.#pool = new pg.Pool({ ...login, max: poolSize, idleTimeoutMillis: 30_000, maxLifetimeSeconds: 3600, allowExitOnIdle: true });
    // Without a listener a connection lost while idle would end the process.
    this.#pool.on('error', (error) =>
      log.warn({ code: 'database.connectionLost', reason: error.message }, 'An idle database connection was lost.'),
    );
    this.#pool.on('connect', (client) => {
      client.on('error', () => this.#broken.add(client));
      client.on('end', () => this.#broken.add(client));
    });
  }

  /** A connection of the application role; waits a moment for a server that is starting again. */
  async acquire(): Promise<pg.PoolClient> {
    if (this.#away && performance.now() < this.#nextTry) throw this.#lost('asked a moment ago');
    this.#nextTry = performance.now() + tryEveryMs;
    const deadline = Date.now() + (this.#away ? 0 : patienceMs);
    for (let delay = 25; ; delay = Math.min(delay * 2, 400)) {
      try {
        const client = await this.#pool.connect();
        this.#returned();
        return client;
      } catch (error) {
        if (!isConnectionLoss(error)) throw error;
        if (Date.now() + delay > deadline) throw this.#lost(error);
        await sleep(delay);
      }
    }
  }

  /** Keeps the connection of a read-only transaction that was not ended yet for whoever comes next. */
  leaveReader(client: pg.PoolClient): void {
    // Somebody queues at the pool, which hands it over in this very call.
    if (this.#pool.waitingCount > 0) endReader(client);
    else this.#readers.leave(client);
  }

  /** A connection that is in use by nobody and whose read-only transaction is still open, or null. */
  takeReader(): pg.PoolClient | null {
    for (let client = this.#readers.take(); client !== null; client = this.#readers.take()) {
      if (!this.#broken.has(client)) return client;
      client.release(true);
    }
    return null;
  }

  #returned(): void {
    if (!this.#away) return;
    this.#away = false;
    this.log.info({ code: 'database.returned' }, 'The database answers again.');
  }

  #lost(cause: unknown): Error {
    if (!this.#away)
      this.log.error(
        { code: 'database.away', reason: cause instanceof Error ? cause.message : String(cause) },
        'The database does not answer.',
      );
    this.#away = true;
    return commonProblems.unavailable({ what: 'database' }, { retryAfterSeconds: 2, cause });
  }

  /** For metrics: connections open, idle, and callers waiting for one. */
  get pool(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    return { total: this.#pool.totalCount, idle: this.#pool.idleCount, waiting: this.#pool.waitingCount };
  }

  async close(): Promise<void> {
    this.#readers.endAll();
    await this.#pool.end();
  }
}

/** Opens the pool of this process. Connects at first use: a server that is still starting is no error. */
export function openDatabase(settings: DatabaseSettings): Database {
  return new Database(databaseTarget(settings), {
    ...(settings.poolSize === undefined ? {} : { poolSize: settings.poolSize }),
    ...(settings.log === undefined ? {} : { log: settings.log }),
  });
}

/** Runs work on one connection of its own and closes it. For migrations and tests; requests use `transaction`. */
export async function withClient<T>(login: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(login);
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
