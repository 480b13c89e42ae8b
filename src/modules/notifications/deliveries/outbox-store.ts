/** The outbox: one row for each event and destination, in the transaction of the event. */
import { sql } from 'drizzle-orm';
import { severityRank } from '../../../contract/severity.ts';
import { db } from '../../../platform/database/database.ts';
import type { HeldReason } from './delivery-contract.ts';
import type { News } from './message.ts';
import type { Heard } from './storm.ts';

/** A message is given up this long after it could first have gone. */
export const longestWaitHours = 24;

export async function lockHeard(destinationId: string, fingerprint: string): Promise<Heard | null> {
  const { rows } = await db().execute<{ since: Date; worst_rank: number; techniques: string[]; asset_ids: string[]; count: number }>(sql`
    select since, worst_rank, techniques, asset_ids, count from notifications.heard
    where destination_id = ${destinationId}::uuid and fingerprint = ${fingerprint} for update`);
  const [row] = rows;
  if (row === undefined) return null;
  return { since: new Date(row.since), worstRank: row.worst_rank, techniques: row.techniques, assetIds: row.asset_ids, count: row.count };
}

export async function keepHeard(destinationId: string, fingerprint: string, heard: Heard): Promise<void> {
  const { since, worstRank, techniques, assetIds, count } = heard;
  await db().execute(sql`
    insert into notifications.heard (destination_id, fingerprint, since, worst_rank, techniques, asset_ids, count)
    values (${destinationId}::uuid, ${fingerprint}, ${since.toISOString()}::timestamptz, ${worstRank}, ${sql.param([...techniques])}::text[],
            ${sql.param([...assetIds])}::uuid[], ${count})
    on conflict (destination_id, fingerprint) do update set since = excluded.since, worst_rank = excluded.worst_rank,
      techniques = excluded.techniques, asset_ids = excluded.asset_ids, count = excluded.count`);
}

export type Queued = {
  readonly destinationId: string;
  readonly news: News;
  readonly urgent: boolean;
  readonly held: HeldReason | null;
  /** Null: now. */
  readonly dueAt: Date | null;
};

/** The row's id; the one there already when the same event was put in before. */
export async function insertQueued({ destinationId, news, urgent, held, dueAt }: Queued): Promise<string> {
  const rank = severityRank(news.severity);
  const due = dueAt === null ? sql`now()` : sql`${dueAt.toISOString()}::timestamptz`;
  const { rows } = await db().execute<{ id: string }>(sql`
    insert into notifications.outbox (event_id, destination_id, ordering_key, event, severity, rank, title, message, incident_id, alert_id,
      urgent, held, next_at, expires_at)
    values (${news.eventId}::uuid, ${destinationId}::uuid, ${news.orderingKey}, ${news.event}, ${news.severity}, ${rank}, ${news.title},
      ${JSON.stringify(news.message)}::jsonb, ${news.incidentId}::uuid, ${news.alertId}::uuid, ${urgent}, ${held}, ${due},
      ${due} + make_interval(hours => ${longestWaitHours}))
    on conflict (event_id, destination_id) do nothing returning id`);
  const [made] = rows;
  if (made !== undefined) {
    if (held === null) await hurryBefore(destinationId, news.orderingKey, { id: made.id, rank, urgent });
    return made.id;
  }
  const { rows: known } = await db().execute<{ id: string }>(sql`
    select id from notifications.outbox where event_id = ${news.eventId}::uuid and destination_id = ${destinationId}::uuid`);
  return known[0]?.id ?? '';
}

/** What must go before a grave message of its key goes as soon as that one would. */
async function hurryBefore(
  destinationId: string,
  key: string,
  { id, rank, urgent }: { id: string; rank: number; urgent: boolean },
): Promise<void> {
  await db().execute(sql`
    update notifications.outbox set rank = least(rank, ${rank}), urgent = urgent or ${urgent}
    where destination_id = ${destinationId}::uuid and ordering_key = ${key} and state = 'queued' and digest_id is null and held is null
      and id <> ${id}::uuid and (rank > ${rank} or (${urgent} and not urgent))`);
}
