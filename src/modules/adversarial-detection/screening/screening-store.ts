/** What screening did, written behind in batches: counts by profile and hour, and the scores that some rule could block. */
import { sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import type { screeningScore } from '../table.ts';

export type ScreeningCount = {
  readonly profileId: string;
  readonly hour: Date;
  screened: number;
  flagged: number;
  blocked: number;
  unscreened: number;
  contested: number;
};
export type ScoreRow = Omit<typeof screeningScore.$inferInsert, 'id'>;
/** A rule above this rate is no rule: what lies above it is counted and not kept. */
export const keptBelow = 0.1;
const keptDays = 8;

export async function addCounts(counts: readonly ScreeningCount[]): Promise<void> {
  for (const { profileId, hour, screened, flagged, blocked, unscreened, contested } of counts)
    await db().execute(sql`
      insert into adversarial_detection.screening as s (profile_id, hour, screened, flagged, blocked, unscreened, contested)
      values (${profileId}::uuid, ${hour.toISOString()}::timestamptz, ${screened}, ${flagged}, ${blocked}, ${unscreened}, ${contested})
      on conflict (workspace_id, profile_id, hour) do update set screened = s.screened + excluded.screened, flagged = s.flagged + excluded.flagged,
        blocked = s.blocked + excluded.blocked, unscreened = s.unscreened + excluded.unscreened, contested = s.contested + excluded.contested`);
}

export async function addScores(rows: readonly ScoreRow[]): Promise<void> {
  if (rows.length === 0) return;
  // One statement whose text is the same for any number of rows: it is written once a second, between live requests.
  const column = <T>(of: (row: ScoreRow) => T): ReturnType<typeof sql.param> => sql.param(rows.map(of));
  await db().execute(sql`
    insert into adversarial_detection.screening_score (profile_id, at, client_id, input_sha256, p_value, blocked)
    select * from unnest(${column((row) => row.profileId)}::uuid[], ${column(({ at }) => at.toISOString())}::timestamptz[],
      ${column(({ clientId }) => clientId)}::text[], ${column(({ inputSha256 }) => inputSha256)}::text[],
      ${column(({ pValue }) => pValue)}::float8[], ${column(({ blocked }) => blocked)}::boolean[])`);
}

export async function dropOldScores(): Promise<number> {
  const { rows } = await db().execute<{ n: number }>(sql`
    with gone as (delete from adversarial_detection.screening_score where at < now() - make_interval(days => ${keptDays}) returning 1)
    select count(*)::int as n from gone`);
  return rows[0]?.n ?? 0;
}

export type RateEffect = { readonly rate: number; readonly refused: number; readonly clients: number; readonly wereBlocked: number };
/** What rules "refuse at p ≤ rate" would have refused in the last days. Rates up to {@link keptBelow}. */
export async function effectOfRates(
  profileId: string,
  rates: readonly number[],
  days: number,
): Promise<{ screened: number; rates: RateEffect[] }> {
  const { rows } = await db().execute<{ rate: number; refused: number; clients: number; were_blocked: number }>(sql`
    select asked.rate, count(s.id)::int as refused, count(distinct s.client_id)::int as clients, (count(s.id) filter (where s.blocked))::int as were_blocked
    from unnest(${sql.param([...rates])}::float8[]) as asked(rate)
    left join adversarial_detection.screening_score as s
      on s.profile_id = ${profileId}::uuid and s.at >= now() - make_interval(days => ${days}) and s.p_value <= asked.rate
    group by asked.rate order by asked.rate`);
  const { rows: all } = await db().execute<{ screened: number }>(sql`
    select coalesce(sum(screened + contested), 0)::int as screened from adversarial_detection.screening
    where profile_id = ${profileId}::uuid and hour >= now() - make_interval(days => ${days})`);
  return {
    screened: all[0]?.screened ?? 0,
    rates: rows.map(({ rate, refused, clients, were_blocked }) => ({ rate, refused, clients, wereBlocked: were_blocked })),
  };
}
