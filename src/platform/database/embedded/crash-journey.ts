/** Kills PostgreSQL again and again while rows are written, and counts what was acknowledged and is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { isProblem } from '../../../contract/problem.ts';
import { systemActor } from '../../actors.ts';
import { Database, databaseTarget, withClient } from '../connection.ts';
import { db, inDatabase, systemTransaction, transaction } from '../database.ts';
import { migrate } from '../migrate.ts';
import { outbox } from '../table.ts';
import { superviseEmbedded } from './supervise.ts';

export type CrashOptions = {
  readonly dataDirectory: string;
  readonly kills: number;
  /** Writers at once. Default 4. */
  readonly writers?: number;
  /** Server settings, for quicker tests; never fsync off, or the result means nothing. */
  readonly settings?: Readonly<Record<string, string>>;
};
export type CrashReport = {
  readonly kills: number;
  /** Rows whose transaction returned to the writer. */
  readonly acknowledged: number;
  /** Acknowledged rows that are not there afterwards. Must be 0. */
  readonly lost: number;
  /** Writes that were answered with a Problem during an outage. */
  readonly refused: number;
  /** Longest time from a kill to the next acknowledged write, in milliseconds. */
  readonly longestOutageMs: number;
};

/**
 * Writers insert one row per transaction; the postmaster is killed with SIGKILL at random moments; the supervisor must
 * bring it back by itself, and every row that was acknowledged must be there at the end.
 * @throws whatever a writer met that is not a Problem with status 503: an outage must never look like anything else.
 */
export async function killPostgresWhileWriting({ dataDirectory, kills, writers = 4, settings = {} }: CrashOptions): Promise<CrashReport> {
  const supervisor = await superviseEmbedded({ dataDirectory, settings });
  const target = databaseTarget({ dataDirectory, processName: 'crash journey' });
  await migrate(target);
  const database = new Database(target, { poolSize: writers });
  const load = new Load(database, await workspaceOf(database));
  try {
    const running = Promise.all(Array.from({ length: writers }, () => load.write()));
    // Awaited below; until then a writer's failure must not end the process.
    running.catch(() => {});
    let longestOutageMs = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      await sleep(50 + Math.random() * 250);
      longestOutageMs = Math.max(longestOutageMs, await outage(supervisor.pid, load));
    }
    load.stopped = true;
    await running;
    const present = await presentIds(target);
    const lost = [...load.acknowledged].filter((id) => !present.has(id)).length;
    return { kills, acknowledged: load.acknowledged.size, lost, refused: load.refused, longestOutageMs };
  } finally {
    load.stopped = true;
    await database.close();
    await supervisor.stop();
  }
}

class Load {
  readonly acknowledged = new Set<string>();
  refused = 0;
  stopped = false;
  readonly #database: Database;
  readonly #workspaceId: string;

  constructor(database: Database, workspaceId: string) {
    this.#database = database;
    this.#workspaceId = workspaceId;
  }

  async write(): Promise<void> {
    const context = {
      actor: systemActor(this.#workspaceId, 'crash journey'),
      traceId: 'crash',
      signal: new AbortController().signal,
      address: null,
      userAgent: null,
    };
    while (!this.stopped) {
      try {
        const id = await inDatabase(this.#database, () => transaction(context, insertRow));
        this.acknowledged.add(id);
      } catch (error) {
        if (!isProblem(error) || error.status !== 503) throw error;
        this.refused += 1;
        await sleep(20);
      }
    }
  }
}

async function insertRow(): Promise<string> {
  const [row] = await db().insert(outbox).values({ type: 'crash.written', payload: {} }).returning({ id: outbox.id });
  return row?.id ?? '';
}

async function workspaceOf(database: Database): Promise<string> {
  const { rows } = await inDatabase(database, () =>
    systemTransaction(() => db().execute<{ id: string }>(sql`select id from platform.workspace limit 1`)),
  );
  return rows[0]?.id ?? '';
}

/** Kills the server and waits until a write is acknowledged again. */
async function outage(pid: () => number | null, load: Load): Promise<number> {
  const patienceMs = 60_000;
  const victim = pid();
  const start = performance.now();
  if (victim !== null) process.kill(victim, 'SIGKILL');
  // Answers already on their way may still arrive: only a new server's count.
  while ((pid() === victim || pid() === null) && performance.now() - start < patienceMs) await sleep(5);
  const before = load.acknowledged.size;
  while (load.acknowledged.size === before && performance.now() - start < patienceMs) await sleep(5);
  return performance.now() - start;
}

async function presentIds(target: ReturnType<typeof databaseTarget>): Promise<Set<string>> {
  return await withClient(target.owner, async (client) => {
    const { rows } = await client.query<{ id: string }>("select id from platform.outbox where type = 'crash.written'");
    return new Set(rows.map(({ id }) => id));
  });
}
