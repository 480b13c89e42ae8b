/** Counts of a window: what was analysed, found, refused, contested. */
import { sql } from 'drizzle-orm';
import type { Severity } from '../../../contract/severity.ts';
import { db } from '../../../platform/database/database.ts';
import type { Kind } from '../contract.ts';

export type KindCount = {
  kind: Kind;
  analysed: number;
  threat: number;
  no_threat: number;
  insufficient: number;
  false_positives: number;
  confirmed: number;
  p50: number;
  p95: number;
  p99: number;
};
export async function countKinds(since: Date): Promise<KindCount[]> {
  const { rows } = await db().execute<KindCount>(sql`
    select kind, count(*)::int as analysed, (count(*) filter (where decision = 'threat'))::int as threat,
      (count(*) filter (where decision = 'no-threat'))::int as no_threat, (count(*) filter (where decision = 'insufficient-evidence'))::int as insufficient,
      (count(*) filter (where verdict = 'false-positive'))::int as false_positives, (count(*) filter (where verdict = 'confirmed'))::int as confirmed,
      percentile_cont(0.5) within group (order by duration_ms) as p50, percentile_cont(0.95) within group (order by duration_ms) as p95,
      percentile_cont(0.99) within group (order by duration_ms) as p99
    from adversarial_detection.detection where created_at >= ${since.toISOString()}::timestamptz and source <> 'test' and not dry_run group by kind`);
  return rows;
}

export async function countSeverities(since: Date): Promise<{ kind: Kind; severity: Severity; n: number }[]> {
  const { rows } = await db().execute<{ kind: Kind; severity: Severity; n: number }>(sql`
    select kind, severity, count(*)::int as n from adversarial_detection.detection
    where created_at >= ${since.toISOString()}::timestamptz and source <> 'test' and not dry_run and severity is not null group by kind, severity`);
  return rows;
}

export async function countOverTime(
  since: Date,
  step: 'hour' | 'day',
): Promise<{ from: string; kind: Kind; threat: number; analysed: number }[]> {
  const { rows } = await db().execute<{ at: string; kind: Kind; threat: number; analysed: number }>(sql`
    select to_char(date_trunc(${step}, created_at, 'UTC') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, kind,
      (count(*) filter (where decision = 'threat'))::int as threat, count(*)::int as analysed
    from adversarial_detection.detection where created_at >= ${since.toISOString()}::timestamptz and source <> 'test' and not dry_run
    group by 1, 2 order by 1`);
  return rows.map(({ at, ...row }) => ({ from: at, ...row }));
}

export async function countScreened(since: Date): Promise<{ screened: number; flagged: number; blocked: number; unscreened: number }> {
  const { rows } = await db().execute<{ screened: number; flagged: number; blocked: number; unscreened: number }>(sql`
    select coalesce(sum(screened + contested), 0)::float as screened, coalesce(sum(flagged), 0)::float as flagged,
      coalesce(sum(blocked), 0)::float as blocked, coalesce(sum(unscreened), 0)::float as unscreened
    from adversarial_detection.screening where hour >= date_trunc('hour', ${since.toISOString()}::timestamptz)`);
  return rows[0] ?? { screened: 0, flagged: 0, blocked: 0, unscreened: 0 };
}

export type BlockCount = { requested: number; in_force: number; met: number; p50: number | null; p95: number | null; p99: number | null };
export async function countBlocks(since: Date, deadlineMs: number): Promise<BlockCount> {
  const { rows } = await db().execute<BlockCount>(sql`
    select count(*)::int as requested, (count(*) filter (where in_force_at is not null))::int as in_force,
      (count(*) filter (where in_force_after_ms <= ${deadlineMs}))::int as met,
      percentile_cont(0.5) within group (order by in_force_after_ms) as p50, percentile_cont(0.95) within group (order by in_force_after_ms) as p95,
      percentile_cont(0.99) within group (order by in_force_after_ms) as p99
    from adversarial_detection.block where decided_at >= ${since.toISOString()}::timestamptz`);
  return rows[0] ?? { requested: 0, in_force: 0, met: 0, p50: null, p95: null, p99: null };
}

export async function countSignatures(): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db().execute<{ id: string; n: number }>(sql`
    select signature as id, count(*)::int as n from adversarial_detection.detection, unnest(signatures) as signature
    where created_at >= now() - interval '30 days' and source <> 'test' and not dry_run group by signature`);
  return new Map(rows.map(({ id, n }) => [id, n]));
}
