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
  return rows.map(toEvent);
}

function toEvent(row: unknown): StoredEvent {
  const { seq, id, workspace_id, type, at, trace_id, actor_id, payload } = Row.parse(row);
  return { seq, id, workspaceId: workspace_id, type, at: at.toISOString(), traceId: trace_id, actorId: actor_id, payload };
}

export type Waiting = {
  /** Number of the last event the consumer is done with; 0 at its beginning. */
  readonly place: number;
  /** Number of the newest event when this was read: up to it there is nothing for the consumer but `events`, unless these are `limit` many. */
  readonly last: number;
  readonly events: readonly StoredEvent[];
};

/** What waits for a consumer that listens to some types, oldest first: one statement, so that place, events and end belong together. */
export async function readWaiting(consumer: string, types: readonly string[], limit: number): Promise<Waiting> {
  const { rows } = await systemTransaction(
    () =>
      db().execute<{ place: string; last: string; id: string | null }>(sql`
        select coalesce(consumer.seq, 0) as place, counter.last, found.*
        from platform.event_counter counter
        left join platform.consumer consumer on consumer.name = ${consumer}
        left join lateral (
          select seq, id, workspace_id, type, at, trace_id, actor_id, payload from platform.event
          where seq > coalesce(consumer.seq, 0) and seq <= counter.last and type = any(${sql.param([...types])}::text[])
          order by seq limit ${limit}
        ) found on true
        order by found.seq`),
    { readOnly: true },
  );
  const [first] = rows;
  return { place: Number(first?.place ?? 0), last: Number(first?.last ?? 0), events: rows.filter(({ id }) => id !== null).map(toEvent) };
}

/** Number of the newest of up to `limit` events after a number, and what kinds they are of; null when there is none. */
export async function lookFurther(after: number, limit: number): Promise<{ last: number; types: readonly string[]; count: number } | null> {
  const { rows } = await systemTransaction(
    () =>
      db().execute<{ last: string | null; types: string[] | null; count: number }>(sql`
        select max(seq) as last, array_agg(distinct type) as types, count(*)::int as count
        from (select seq, type from platform.event where seq > ${after} order by seq limit ${limit}) newer`),
    { readOnly: true },
  );
  const [found] = rows;
  return found === undefined || found.last === null ? null : { last: Number(found.last), types: found.types ?? [], count: found.count };
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
