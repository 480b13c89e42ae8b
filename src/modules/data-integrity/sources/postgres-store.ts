/** The connection to a customer's PostgreSQL, for reading a table of it: one at a time, with time limits, closed whatever happens. */
import pg from 'pg';
import { dataProblems, inSnapshot, type PostgresSession, type SnapshotOptions } from '../../data-quality/contract.ts';
import type { OpenedConnection } from './connection-string.ts';

/** Where the database is and who asks. The password comes from the workspace's secrets, never from a request. */
export type PostgresLogin = Pick<pg.ClientConfig, 'host' | 'port' | 'database' | 'user' | 'password' | 'ssl'>;

/** Everything is said: what is left out the driver would take from the environment or from files of this process. */
export function loginOf({ host, port, database, user, password, encryption, certificateAuthority }: OpenedConnection): PostgresLogin {
  // The name in the certificate is held against this host, also when it is an address: left out, the runtime would ask for "localhost".
  const identity = { rejectUnauthorized: encryption === 'verified', host };
  const ssl = encryption === 'none' ? false : certificateAuthority === null ? identity : { ...identity, ca: certificateAuthority };
  return { host, port, database, user, password, ssl };
}

const connectTimeoutMs = 10_000;
/** Values as the text PostgreSQL writes: no digit of a large number is lost. */
const asText = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

/**
 * Work in one read-only snapshot over a connection of its own.
 * @throws data-quality.databaseRefused, also when there is no connection; data-quality.stopped.
 */
export async function onPostgres<T>(
  login: PostgresLogin,
  options: SnapshotOptions,
  work: (session: PostgresSession) => Promise<T>,
): Promise<T> {
  const client = await connected(login);
  try {
    const session = await sessionOf(client, login);
    return await inSnapshot(session, options, () => work(session));
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connected(login: PostgresLogin): Promise<pg.Client> {
  const client = new pg.Client({ ...login, connectionTimeoutMillis: connectTimeoutMs });
  // A lost connection is told by the statement that waits.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    // The driver's sentence may hold the address; its code says enough.
    throw dataProblems.databaseRefused({
      reason: `no connection (${error instanceof Error && 'code' in error ? error.code : 'unknown'}).`,
    });
  }
  return client;
}

async function sessionOf(client: pg.Client, login: PostgresLogin): Promise<PostgresSession> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return {
    query: async (text, values = []) =>
      (await client.query<(string | null)[]>({ text, values: [...values], rowMode: 'array', types: asText })).rows,
    cancel: async () => {
      const beside = await connected(login);
      try {
        await beside.query('SELECT pg_cancel_backend($1)', [rows[0]?.pid]);
      } finally {
        await beside.end();
      }
    },
  };
}
