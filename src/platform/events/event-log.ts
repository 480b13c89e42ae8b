/** Reading the event log, and being told when it grew. */
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { StoredEvent } from '../../contract/event.ts';
import { db, systemTransaction } from '../database/database.ts';
import { listenFor } from './listen.ts';

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

/** Calls `grown` on every notification of new events, and whenever the connection was made: what came before that was not heard. */
export function listenForEvents(grown: () => void): { stop(): Promise<void> } {
  return listenFor('aispm_event', { heard: grown, connected: grown });
}
