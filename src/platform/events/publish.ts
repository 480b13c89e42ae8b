/** Events leave through an outbox row in the transaction of the change: both or neither. */
import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { EventKind } from '../../contract/event.ts';
import { currentContext } from '../ambient.ts';
import { afterCommit, db } from '../database/database.ts';
import { wakeSequencer } from './sequencer.ts';

/**
 * Publishes an event of the ambient transaction. @throws when the payload is not of the declared shape: that is our defect.
 */
export async function publish<P extends z.ZodType>(kind: EventKind<P>, payload: z.input<P>): Promise<void> {
  await publishMany(kind, [payload]);
}

/** Many events of one kind in one statement. */
export async function publishMany<P extends z.ZodType>(kind: EventKind<P>, payloads: readonly z.input<P>[]): Promise<void> {
  if (payloads.length === 0) return;
  const context = currentContext();
  const parsed = payloads.map((payload) => JSON.stringify(kind.payload.parse(payload)));
  await db().execute(sql`
    insert into platform.outbox (type, payload, trace_id, actor_id)
    select ${kind.type}, value::jsonb, ${context?.traceId ?? null}, ${context?.actor.id ?? null}
    from unnest(${sql.param(parsed)}::text[]) with ordinality as given(value, place) order by place`);
  afterCommit(wakeSequencer);
}
