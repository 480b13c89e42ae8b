/**
 * The connection of one transaction.
 *
 * A round trip costs this process about 0.1 ms of CPU, so there are few: the connection is taken and BEGIN sent with the
 * first statement, not before (work that asks nothing costs nothing); BEGIN and that statement travel together; and a
 * read-only transaction is ended by the BEGIN of the next one on the same connection, or a moment later.
 */
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from './connection.ts';
import { databaseProblems, isConnectionLoss } from './database-problem.ts';
import { ask, Begin, type Question } from './statement.ts';

/** A connection idle for longer may have been cut without a sign: it must answer BEGIN before anything is sent after it. */
const trustedForMs = 1000;
const answerMs = 2500;

type Habits = { lastUsed: number; readonly begin: Begin };
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
  query(statement: Question, values?: unknown[]): Promise<pg.QueryResult> {
    if (!this.#open) return Promise.reject(databaseProblems.noTransaction());
    if (this.#connecting === null) this.#client ??= this.#followReader();
    if (this.#client !== null) return ask(this.#client, statement, values);
    this.#connecting ??= this.#connect();
    return this.#connecting.then((client) => ask(client, statement, values));
  }

  /** Resolves when what was asked so far has left this process. */
  async leftProcess(): Promise<void> {
    const client = this.#client ?? (await this.#connecting);
    // The driver writes at the end of the turn.
    await nextTurn();
    if (client !== null) await drained(streamOf(client));
  }

  /**
   * Ends the transaction with its changes. null: there is nothing to wait for.
   * @throws database.transactionLost when a statement had failed unnoticed.
   */
  commit(): Promise<void> | null {
    if (this.#client === null && this.#connecting === null) {
      this.#open = false;
      return null;
    }
    if (this.#client === null || !this.#beginning.readOnly) return this.#commitHeard();
    this.#open = false;
    this.#leave(this.#client);
    return null;
  }

  async #commitHeard(): Promise<void> {
    const client = await this.#close();
    if (client === null) return;
    if (this.#beginning.readOnly) return this.#leave(client);
    try {
      const { command } = await ask(client, 'commit');
      // After a failed statement whose error was swallowed COMMIT answers ROLLBACK: say so instead of acknowledging nothing.
      if (command !== 'COMMIT') throw databaseProblems.transactionLost();
      client.release();
    } catch (error) {
      client.release(isConnectionLoss(error));
      throw error;
    }
  }

  #leave(client: pg.PoolClient): void {
    habitsOf(client).lastUsed = performance.now();
    this.#database.leaveReader(client);
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

  /** Goes on where a reader has just left, without asking the pool, and ends that reader's transaction. One from the pool has none. */
  #followReader(): pg.PoolClient | null {
    const client = this.#database.takeReader();
    if (client !== null) this.#beginUnheard(client, `commit; ${this.#beginning.begin}`);
    return client;
  }

  async #connect(): Promise<pg.PoolClient> {
    for (const start = performance.now(); ; ) {
      const client = await this.#database.acquire();
      if (performance.now() - habitsOf(client).lastUsed < trustedForMs) {
        this.#beginUnheard(client, this.#beginning.begin);
        this.#client = client;
        return client;
      }
      try {
        const question: pg.QueryConfig & { query_timeout: number } = { text: this.#beginning.begin, query_timeout: answerMs };
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

  /** Not waited for: the statement follows at once. */
  #beginUnheard(client: pg.PoolClient, text: string): void {
    holdWrites(client);
    const { begin } = habitsOf(client);
    begin.text = text;
    client.query(begin);
  }
}

/** Two statements in one write: a system call costs as much as the rest of a statement. Let go once this turn's work is done. */
function holdWrites(client: pg.PoolClient): void {
  const stream = streamOf(client);
  stream.cork();
  process.nextTick(() => stream.uncork());
}

const streamOf = (client: pg.PoolClient): Writable => (client as unknown as { connection: { stream: Writable } }).connection.stream;

function drained(stream: Writable): Promise<void> {
  if (!stream.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

function habitsOf(client: pg.PoolClient): Habits {
  let habit = habits.get(client);
  if (habit === undefined) {
    habit = { lastUsed: Number.NEGATIVE_INFINITY, begin: new Begin('') };
    habits.set(client, habit);
  }
  return habit;
}
