/** Transactions: one ambient transaction per piece of work, confined to one workspace by row-level security. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Context } from '../../contract/actor.ts';
import { withContext } from '../ambient.ts';
import { type Database, statementTimeoutMs } from './connection.ts';
import { asProblem, databaseProblems, isRetryable } from './database-problem.ts';
import { systemRole } from './roles.ts';
import { Session } from './session.ts';

export type Queries = NodePgDatabase<Record<string, never>>;
export type TransactionOptions = {
  /** PostgreSQL then refuses every write. */
  readonly readOnly?: boolean;
  /** 'repeatable-read': all statements see one snapshot (exports). Default: each statement sees what was committed before it. */
  readonly isolation?: 'read-committed' | 'repeatable-read' | 'serializable';
  /** Longest a single statement may run, in milliseconds. Default 30,000. */
  readonly statementTimeoutMs?: number;
};

type Ambient = {
  readonly session: Session;
  queries: Queries | null;
  /** null: a system transaction. */
  readonly context: Context | null;
  readonly afterCommit: (() => void | Promise<void>)[];
  /** Undo what was done outside of the database. */
  readonly afterRollback: (() => void)[];
  savepoints: number;
};

const ambients = new AsyncLocalStorage<Ambient>();
const chosen = new AsyncLocalStorage<Database>();
let processDatabase: Database | null = null;

/** Makes a database the one of this process. Null takes it away, at the end. */
export function useDatabase(database: Database | null): void {
  processDatabase = database;
}

/** Runs work against another database than the process's: tests run many side by side. */
export function inDatabase<T>(database: Database, work: () => T): T {
  return chosen.run(database, work);
}

/** The database that `transaction` would use here. @throws database.notOpen */
export function currentDatabase(): Database {
  const database = chosen.getStore() ?? processDatabase;
  if (database === null) throw databaseProblems.notOpen();
  return database;
}

/**
 * Runs work in one transaction that sees the rows of the actor's workspace only. Inside one of the same workspace it joins.
 * Work is run again, up to three times, when PostgreSQL reports a deadlock or serialisation failure: effects outside the
 * database belong into {@link afterCommit}.
 * @throws request.unavailable within 5 s when the database is away. A commit whose answer was lost is reported so too.
 */
export function transaction<T>(context: Context, work: () => Promise<T>, options: TransactionOptions = {}): Promise<T> {
  const outer = ambients.getStore();
  const joins = outer?.session.isOpen === true && outer.context?.actor.workspaceId === context.actor.workspaceId;
  return withContext(context, joins ? async () => work() : () => repeated(context, options, work));
}

/**
 * Runs work without a workspace, as the role that sees only what migrations opened to it (`platform.open_to_system`):
 * sequencers, job pick-up, sign-in look-ups.
 */
export async function systemTransaction<T>(work: () => Promise<T>, options: TransactionOptions = {}): Promise<T> {
  const outer = ambients.getStore();
  if (outer?.session.isOpen === true && outer.context === null) return await work();
  return await repeated(null, options, work);
}

/** The ambient transaction's query builder. @throws database.noTransaction outside one, or after it has ended. */
export function db(): Queries {
  const store = ambient();
  // drizzle calls nothing but query() of its client.
  store.queries ??= drizzle(store.session as unknown as pg.PoolClient);
  return store.queries;
}

/**
 * Rows of one statement in the ambient transaction, without the query builder, which costs this process more than the
 * statement itself: for the few statements that are constant and run at nearly every page.
 * @param values of $1, $2 …; never part of the text. Times come as Date.
 * @throws database.noTransaction
 */
export async function rowsOf<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  const { rows } = await ambient().session.query(text, values);
  return rows as Row[];
}

/**
 * Resolves when what was asked so far has left this process. A statement larger than a socket holds goes out in parts: who computes
 * before that keeps the database waiting for the rest.
 */
export function leftProcess(): Promise<void> {
  return ambient().session.leftProcess();
}

/** Does something once the ambient transaction is durable: wake a worker, tell a browser. Its failure is logged, not thrown. */
export function afterCommit(effect: () => void | Promise<void>): void {
  ambient().afterCommit.push(effect);
}

/**
 * Undoes something outside of the database when the ambient transaction, or the savepoint around it, ends without effect. Where the answer to
 * a commit was lost it runs too: nobody knows then.
 */
export function afterRollback(undo: () => void): void {
  ambient().afterRollback.push(undo);
}

/** Whose transaction is running; null in a system transaction, undefined outside. */
export function ambientContext(): Context | null | undefined {
  const store = ambients.getStore();
  return store?.session.isOpen === true ? store.context : undefined;
}

/** Runs work under a savepoint: when it fails only its own changes are undone, and the transaction goes on. */
export async function attempt<T>(work: () => Promise<T>): Promise<T> {
  const store = ambient();
  store.savepoints += 1;
  const name = `attempt_${store.savepoints}`;
  const effects = store.afterCommit.length;
  const undone = store.afterRollback.length;
  await store.session.query(`savepoint ${name}`);
  try {
    const result = await work();
    await store.session.query(`release savepoint ${name}`);
    return result;
  } catch (error) {
    store.afterCommit.length = effects;
    undo(store.afterRollback.splice(undone));
    await store.session.query(`rollback to savepoint ${name}; release savepoint ${name}`);
    throw error;
  }
}

function ambient(): Ambient {
  const store = ambients.getStore();
  if (store?.session.isOpen !== true) throw databaseProblems.noTransaction();
  return store;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Ids of users, services and jobs. Nothing that could leave a quoted literal. */
const actorId = /^[\w.:@/ -]{1,200}$/;

function beginOf(context: Context | null, options: TransactionOptions): string {
  if (context === null) return `${beginWith(options)}; set local app.workspace = ''; set local role ${systemRole}`;
  const { workspaceId, id } = context.actor;
  if (!uuid.test(workspaceId)) throw databaseProblems.badWorkspace({ reason: 'the workspace is not a uuid' });
  if (!actorId.test(id))
    throw databaseProblems.badWorkspace({ reason: 'the actor id has other characters than letters, digits and .:@/_-' });
  return `${beginWith(options)}; set local app.workspace = '${workspaceId}'; set local app.actor = '${id}'`;
}

function beginWith({ readOnly = false, isolation, statementTimeoutMs: limit }: TransactionOptions): string {
  const level = isolation === undefined || isolation === 'read-committed' ? '' : ` isolation level ${isolation.replace('-', ' ')}`;
  const timeout = limit === undefined ? '' : `; set local statement_timeout = ${Math.max(1, Math.trunc(limit))}`;
  return `begin${level}${readOnly ? ' read only' : ''}${timeout}`;
}

/** Does it end without anything to lose? One snapshot held open would keep vacuum from its work. */
function isPlainRead({ readOnly = false, isolation = 'read-committed' }: TransactionOptions): boolean {
  return readOnly && isolation === 'read-committed';
}

async function repeated<T>(context: Context | null, options: TransactionOptions, work: () => Promise<T>): Promise<T> {
  const database = currentDatabase();
  const beginning = { begin: beginOf(context, options), readOnly: isPlainRead(options) };
  const most = 3;
  for (let round = 1; ; round += 1) {
    const session = new Session(database, beginning);
    const store: Ambient = { session, queries: null, context, afterCommit: [], afterRollback: [], savepoints: 0 };
    try {
      return await once(database, store, work);
    } catch (error) {
      undo(store.afterRollback);
      if (session.isOpen) await session.rollback();
      if (round >= most || !isRetryable(error)) throw asProblem(error, statementTimeoutMs);
      await sleep(5 * round + Math.random() * 20 * round);
    }
  }
}

async function once<T>(database: Database, ambient: Ambient, work: () => Promise<T>): Promise<T> {
  const { session, afterCommit } = ambient;
  const result = await ambients.run(ambient, work);
  const ending = session.commit();
  if (ending !== null) await ending;
  if (afterCommit.length > 0) await runEffects(afterCommit, database);
  return result;
}

/** The last first: each finds what it found before. */
function undo(effects: readonly (() => void)[]): void {
  for (const effect of effects.toReversed()) effect();
}

async function runEffects(effects: readonly (() => void | Promise<void>)[], { log }: Database): Promise<void> {
  for (const effect of effects) {
    try {
      await effect();
    } catch (error) {
      log.error({ code: 'database.effectFailed', error }, 'Something that should follow a commit failed.');
    }
  }
}
