/** Reading the event log, and being told when it grew. */
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { z } from 'zod';
import type { StoredEvent } from '../../contract/event.ts';
import { currentDatabase, db, systemTransaction } from '../database/database.ts';
import { log } from '../log.ts';

const Row = z.object({
  seq: z.coerce.number(),
  id: z.string(),
  workspace_id: z.string(),
  type: z.string(),
  at: z.coerce.date(),
  trace_id: z.string().nullable(),
  actor_id: z.string().nullable(),
  payload: z.json(),
});

/** Events after a number, oldest first; across workspaces, so only for the platform's own machinery. */
export async function readEvents(after: number, limit: number): Promise<StoredEvent[]> {
  const { rows } = await systemTransaction(
    () =>
      db().execute(
        sql`select seq, id, workspace_id, type, at, trace_id, actor_id, payload from platform.event where seq > ${after} order by seq limit ${limit}`,
      ),
    { readOnly: true },
  );
  return rows.map((row) => {
    const { seq, id, workspace_id, type, at, trace_id, actor_id, payload } = Row.parse(row);
    return { seq, id, workspaceId: workspace_id, type, at: at.toISOString(), traceId: trace_id, actorId: actor_id, payload };
  });
}

/** Number of the newest event; 0 when there is none. */
export async function newestEvent(): Promise<number> {
  const { rows } = await systemTransaction(() => db().execute<{ last: string }>(sql`select last from platform.event_counter`), {
    readOnly: true,
  });
  return Number(rows[0]?.last ?? 0);
}

/** Calls `grown` on every notification of new events. */
export function listenForEvents(grown: () => void): { stop(): Promise<void> } {
  return listenTo('aispm_event', grown);
}

/**
 * Calls `heard` on every notification of a channel with what it carried, and with '' whenever the connection was made (again):
 * what came while nobody listened is not told. The connection is its own.
 * @param channel a lower-case word of ours, never text of somebody else: LISTEN takes no parameter.
 */
export function listenTo(channel: string, heard: (payload: string) => void): { stop(): Promise<void> } {
  const login = currentDatabase().target.application;
  let client: pg.Client | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    if (stopped) return;
    const next = new pg.Client({ ...login, statement_timeout: 0, idle_in_transaction_session_timeout: 0 });
    next.on('error', () => {});
    next.on('end', again);
    next.on('notification', ({ payload }) => heard(payload ?? ''));
    try {
      await next.connect();
      await next.query(`listen ${next.escapeIdentifier(channel)}`);
      client = next;
      // Whatever came while nobody listened.
      heard('');
    } catch (error) {
      log().warn({ code: 'events.listenFailed', reason: error instanceof Error ? error.message : '' }, 'Cannot listen for events yet');
      await next.end().catch(() => {});
    }
  };
  const again = (): void => {
    client = undefined;
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), 500);
  };
  void connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
