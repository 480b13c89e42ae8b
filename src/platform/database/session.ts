/**
 * The connection of one transaction.
 *
 * A round trip costs this process about 0.1 ms of CPU, so there are few: the connection is taken and BEGIN sent with the
 * first statement, not before (work that asks nothing costs nothing); BEGIN and that statement travel together; and a
 * read-only transaction is ended by the BEGIN of the next one on the same connection, or a moment later.
 */
import type { Writable } from 'node:stream';
import type pg from 'pg';
import type { Database } from './connection.ts';
import { databaseProblems, isConnectionLoss } from './database-problem.ts';

/** A connection idle for longer may have been cut without a sign: it must answer BEGIN before anything is sent after it. */
const trustedForMs = 1000;
const answerMs = 2500;
/** How long the end of a read-only transaction may wait for a next one to carry it. */
const carriedForMs = 10;

type Habits = { lastUsed: number; readerOpen: boolean };
const habits = new WeakMap<pg.PoolClient, Habits>();

type Beginning = { readonly begin: string; readonly readOnly: boolean };

/** A class, because its lifetime is the point: statements are refused before nothing and after the end. */
export class Session {
  readonly #database: Database;
  readonly #beginning: Beginning;
  #client: pg.PoolClient | null = null;
  #connecting: Promise<pg.PoolClient> | null = null;
  #open = true;

  constructor(database: Database, beginning: Beginning) {
    this.#database = database;
    this.#beginning = beginning;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Runs a statement, as `pg.Client.query` does. @throws database.noTransaction after the end */
  query(statement: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    if (!this.#open) return Promise.reject(databaseProblems.noTransaction());
    if (this.#client !== null) return this.#client.query(statement, values);
    this.#connecting ??= this.#connect();
    return this.#connecting.then((client) => client.query(statement, values));
  }

  /** Ends the transaction with its changes. @throws database.transactionLost when a statement had failed unnoticed. */
  async commit(): Promise<void> {
    const client = await this.#close();
    if (client === null) return;
    const habit = habitsOf(client);
    if (this.#beginning.readOnly) {
      habit.readerOpen = true;
      client.release();
      endLater(client, habit);
      return;
    }
    try {
      const { command } = await client.query('commit');
      // After a failed statement whose error was swallowed COMMIT answers ROLLBACK: say so instead of acknowledging nothing.
      if (command !== 'COMMIT') throw databaseProblems.transactionLost();
      client.release();
    } catch (error) {
      client.release(isConnectionLoss(error));
      throw error;
    }
  }

  /** Ends the transaction without its changes. Never throws: a connection that cannot be cleaned is thrown away. */
  async rollback(): Promise<void> {
    const client = await this.#close().catch(() => null);
    if (client === null) return;
    try {
      await client.query('rollback');
      client.release();
    } catch {
      client.release(true);
    }
  }

  /** No statement is accepted from here on. */
  async #close(): Promise<pg.PoolClient | null> {
    this.#open = false;
    const client = this.#client ?? (await this.#connecting);
    if (client !== null) habitsOf(client).lastUsed = performance.now();
    return client;
  }

  async #connect(): Promise<pg.PoolClient> {
    for (const start = performance.now(); ; ) {
      const client = await this.#database.acquire();
      const habit = habitsOf(client);
      const begin = habit.readerOpen ? `commit; ${this.#beginning.begin}` : this.#beginning.begin;
      habit.readerOpen = false;
      if (performance.now() - habit.lastUsed < trustedForMs) {
        // Not waited for: the statement follows at once. Where BEGIN fails the statement fails too, outside no transaction.
        holdWrites(client);
        client.query(begin).catch(() => {});
        this.#client = client;
        return client;
      }
      try {
        const question: pg.QueryConfig & { query_timeout: number } = { text: begin, query_timeout: answerMs };
        await client.query(question);
        this.#client = client;
        return client;
      } catch (error) {
        // Nothing was run on it yet, so another connection is tried.
        client.release(true);
        if (!isConnectionLoss(error) || performance.now() - start > answerMs) throw error;
      }
    }
  }
}

/** Two statements in one write: a system call costs as much as the rest of a statement. Let go once this turn's work is done. */
function holdWrites(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

function habitsOf(client: pg.PoolClient): Habits {
  let habit = habits.get(client);
  if (habit === undefined) {
    habit = { lastUsed: Number.NEGATIVE_INFINITY, readerOpen: false };
    habits.set(client, habit);
  }
  return habit;
}

/** Statements of one connection keep their order, so this is safe even when the pool hands it out in the meantime. */
function endLater(client: pg.PoolClient, habit: Habits): void {
  setTimeout(() => {
    if (!habit.readerOpen) return;
    if (performance.now() - habit.lastUsed < carriedForMs) return;
    habit.readerOpen = false;
    client.query('commit').catch(() => {});
  }, carriedForMs + 1).unref();
}
