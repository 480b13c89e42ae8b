/**
 * Gives outbox rows their place in the one event log of the installation: gapless, in the order they were found committed.
 * Any process may run it; a transaction-level lock lets one at a time through.
 */
import { sql } from 'drizzle-orm';
import { db, systemTransaction } from '../database/database.ts';
import { log } from '../log.ts';
import { Loop } from '../loop.ts';
import { metrics } from '../telemetry/metrics.ts';

const batch = 1000;
const idleMs = 500;
let loop: Loop | undefined;

/** Moves up to `batch` outbox rows into the log and wakes listeners. Answers how many. */
export async function sequenceOnce(): Promise<number> {
  return systemTransaction(async () => {
    // Most looks find nothing: then there is nothing to lock either.
    const { rows: locks } = await db().execute<{ held: boolean }>(
      sql`select pg_try_advisory_xact_lock(7301, 1) as held where exists (select 1 from platform.outbox)`,
    );
    if (locks[0]?.held !== true) return 0;
    const { rows } = await db().execute<{ moved: number }>(sql`
      with taken as (
        delete from platform.outbox where id in (select id from platform.outbox order by id limit ${batch}) returning *
      ), counted as (
        update platform.event_counter set last = last + (select count(*) from taken) returning last
      ), stored as (
        insert into platform.event (seq, id, workspace_id, type, payload, at, trace_id, actor_id)
        select counted.last - (select count(*) from taken) + row_number() over (order by taken.id), taken.id, taken.workspace_id, taken.type, taken.payload, taken.at, taken.trace_id, taken.actor_id
        from taken, counted returning seq
      )
      select count(*)::int as moved from stored`);
    const moved = rows[0]?.moved ?? 0;
    if (moved > 0) await db().execute(sql`select pg_notify('aispm_event', '')`);
    return moved;
  });
}

export function startSequencer(): Loop {
  loop = new Loop('events.sequencer', idleMs, async () => {
    const moved = await sequenceOnce();
    metrics.events.inc(moved);
    return moved >= batch;
  });
  log().info({ code: 'events.sequencerStarted' }, 'Event sequencer started');
  return loop;
}

/** Called after a commit that published something: no need to wait for the next look. */
export function wakeSequencer(): void {
  loop?.wake();
}
