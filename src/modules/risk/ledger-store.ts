/** The ledger in the database: one writer per workspace at a time reads it, applies steps, writes it back. */
import { inArray, sql } from 'drizzle-orm';
import { db } from '../../platform/database/database.ts';
import type { Ledger, LedgerAsset, Moved } from './movement.ts';
import { coverageOf, scoreOf } from './posture.ts';
import { asset, openVulnerability, type PostureRow, posture } from './table.ts';

/** Waits until nobody else writes this workspace's ledger, to the end of the transaction. */
export async function lockLedger(): Promise<Ledger> {
  await db().execute(sql`select pg_advisory_xact_lock(hashtextextended('risk.posture/' || platform.current_workspace()::text, 0))`);
  return readLedger();
}

export async function readLedger(): Promise<Ledger> {
  const [row] = await db().select().from(posture);
  return row === undefined
    ? { posture: { weight: 0, weightedRisk: 0, allWeight: 0, coveredWeight: 0 }, counts: { assets: 0, assessed: 0, scored: 0 }, seq: 0 }
    : ledgerOf(row);
}

function ledgerOf({ weight, weightedRisk, allWeight, coveredWeight, assets, assessed, scored, seq }: PostureRow): Ledger {
  return { posture: { weight, weightedRisk, allWeight, coveredWeight }, counts: { assets, assessed, scored }, seq };
}

export async function readAssets(ids: readonly string[]): Promise<Map<string, LedgerAsset>> {
  if (ids.length === 0) return new Map();
  const rows = await db()
    .select()
    .from(asset)
    .where(inArray(asset.assetId, [...ids]));
  return new Map(
    rows.map((row) => [
      row.assetId,
      {
        assetId: row.assetId,
        name: row.name,
        weight: row.weight,
        retired: row.retired,
        assessedAt: row.assessedAt,
        aged: row.assessmentAged,
        sums: { worst: row.worst, sum: row.sum, count: row.openCount },
      },
    ]),
  );
}

export type OpenRow = {
  readonly vulnerabilityId: string;
  readonly assetId: string;
  readonly priority: number;
  readonly fixKey: string | null;
};

export async function readOpen(ids: readonly string[]): Promise<Map<string, OpenRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db()
    .select()
    .from(openVulnerability)
    .where(inArray(openVulnerability.vulnerabilityId, [...ids]));
  return new Map(rows.map((row) => [row.vulnerabilityId, row]));
}

/** Worst priorities of each asset, `most` of each, worst first. */
export async function readWorst(assetIds: readonly string[], most: number): Promise<Map<string, number[]>> {
  if (assetIds.length === 0) return new Map();
  const { rows } = await db().execute<{ asset_id: string; worst: number[] }>(sql`
    select a.id as asset_id, array(select o.priority from risk.open_vulnerability o where o.asset_id = a.id order by o.priority desc limit ${most}) as worst
    from unnest(${sql.param([...assetIds])}::uuid[]) as a(id)`);
  return new Map(rows.map(({ asset_id, worst }) => [asset_id, worst]));
}

/** Which fix each of these vulnerabilities belongs to, from their assessments. */
export async function readFixKeys(ids: readonly string[]): Promise<Map<string, string | null>> {
  const { rows } = await db().execute<{ id: string; fix_key: string | null }>(sql`
    select vulnerability_id as id, fix_key from risk.assessment where vulnerability_id = any(${sql.param([...ids])}::uuid[])`);
  return new Map(rows.map(({ id, fix_key }) => [id, fix_key]));
}

export async function writeOpen(opened: readonly OpenRow[], closedIds: readonly string[]): Promise<void> {
  if (closedIds.length > 0)
    await db()
      .delete(openVulnerability)
      .where(inArray(openVulnerability.vulnerabilityId, [...closedIds]));
  if (opened.length === 0) return;
  await db()
    .insert(openVulnerability)
    .values([...opened])
    .onConflictDoUpdate({
      target: openVulnerability.vulnerabilityId,
      set: { assetId: sql`excluded.asset_id`, priority: sql`excluded.priority`, fixKey: sql`excluded.fix_key` },
    });
}

export type AssetWrite = {
  readonly asset: LedgerAsset;
  readonly risk: number;
  readonly environment?: string | null;
  readonly owner?: string | null;
};

/** Environment and owner are kept where the step did not say them. */
export async function writeAssets(writes: readonly AssetWrite[]): Promise<void> {
  if (writes.length === 0) return;
  const rows = writes.map(({ asset: { assetId, name, weight, retired, assessedAt, aged, sums }, risk, environment, owner }) => ({
    asset_id: assetId,
    name,
    weight,
    retired,
    assessed_at: assessedAt,
    aged,
    worst: sums.worst,
    sum: sums.sum,
    open_count: sums.count,
    risk,
    environment: environment ?? null,
    says_environment: environment !== undefined,
    owner: owner ?? null,
    says_owner: owner !== undefined,
  }));
  await db().execute(sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(asset_id uuid, name text, weight smallint, retired boolean, assessed_at timestamptz,
        aged boolean, worst integer, sum bigint, open_count integer, risk integer, environment text, says_environment boolean, owner text, says_owner boolean)
    ), changed as (
      update risk.asset a set name = g.name, weight = g.weight, retired = g.retired, assessed_at = g.assessed_at, assessment_aged = g.aged, worst = g.worst,
        sum = g.sum, open_count = g.open_count, risk = g.risk, environment = case when g.says_environment then g.environment else a.environment end,
        owner = case when g.says_owner then g.owner else a.owner end
      from given g where a.asset_id = g.asset_id returning a.asset_id
    )
    insert into risk.asset (asset_id, name, weight, retired, assessed_at, assessment_aged, worst, sum, open_count, risk, environment, owner)
    select asset_id, name, weight, retired, assessed_at, aged, worst, sum, open_count, risk, environment, owner from given
    where asset_id not in (select asset_id from changed)`);
}

export async function writeLedger({ posture: sums, counts, seq }: Ledger, movements: readonly Moved[], at: Date): Promise<void> {
  await db()
    .insert(posture)
    .values({ ...sums, ...counts, seq, updatedAt: at })
    .onConflictDoUpdate({ target: posture.workspaceId, set: { ...sums, ...counts, seq, updatedAt: at } });
  if (movements.length === 0) return;
  const rows = movements.map((moved) => ({
    seq: moved.seq,
    cause: moved.cause,
    cause_id: moved.causeId,
    title: moved.title,
    asset_id: moved.asset.assetId,
    asset_name: moved.asset.name,
    risk_before: moved.riskBefore,
    risk_after: moved.riskAfter,
    weight_before: moved.weightBefore,
    weight_after: moved.weightAfter,
    score_before: moved.scoreBefore,
    score_after: moved.scoreAfter,
    coverage_after: moved.coverageAfter,
    change: moved.change,
  }));
  await db().execute(sql`
    insert into risk.movement (seq, at, cause, cause_id, title, asset_id, asset_name, risk_before, risk_after, weight_before, weight_after, score_before, score_after, coverage_after, change)
    select seq, ${at.toISOString()}::timestamptz, cause, cause_id, title, asset_id, asset_name, risk_before, risk_after, weight_before, weight_after, score_before, score_after, coverage_after, change
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(seq bigint, cause text, cause_id text, title text, asset_id uuid, asset_name text, risk_before integer,
      risk_after integer, weight_before smallint, weight_after smallint, score_before integer, score_after integer, coverage_after integer, change integer)`);
  await db().execute(sql`
    insert into risk.checkpoint (hour, at, seq, score, coverage)
    values (date_trunc('hour', ${at.toISOString()}::timestamptz, 'UTC'), ${at.toISOString()}::timestamptz, ${seq}, ${scoreOf(sums)}, ${coverageOf(sums)})
    on conflict (workspace_id, hour) do update set at = excluded.at, seq = excluded.seq, score = excluded.score, coverage = excluded.coverage`);
}

/** Assets whose assessment became too old, at most `most`. */
export async function readAgeing(before: Date, most: number): Promise<string[]> {
  const { rows } = await db().execute<{ id: string }>(sql`
    select asset_id as id from risk.asset where assessed_at < ${before.toISOString()}::timestamptz and not assessment_aged and not retired order by assessed_at limit ${most}`);
  return rows.map(({ id }) => id);
}

/** Everything counted anew from the rows beneath: what the ledger must equal. */
export async function recount(): Promise<{ ledger: Ledger; assetsWrong: number }> {
  const { rows } = await db().execute<Record<string, string | number>>(sql`
    with sums as (
      select a.asset_id, a.weight, a.risk, a.worst, a.sum, a.open_count, a.assessed_at is not null and not a.assessment_aged as covered,
        coalesce(max(o.priority), 0) as real_worst, coalesce(sum(o.priority), 0) as real_sum, count(o.vulnerability_id) as real_count
      from risk.asset a left join risk.open_vulnerability o on o.asset_id = a.asset_id
      where not a.retired group by a.asset_id
    ), risks as (
      select *, case when real_count = 0 then 0 else real_worst + floor((100000000 - real_worst) * (1 - exp(-0.1::float8 * (real_sum - real_worst)::float8 / 1e8)) + 0.5) end as real_risk,
        covered or real_count > 0 as scored
      from sums
    )
    select coalesce(sum(weight) filter (where scored), 0)::bigint as weight, coalesce(sum(weight * real_risk) filter (where scored), 0)::bigint as weighted_risk,
      coalesce(sum(weight), 0)::bigint as all_weight, coalesce(sum(weight) filter (where covered), 0)::bigint as covered_weight, count(*)::int as assets,
      (count(*) filter (where covered))::int as assessed, (count(*) filter (where scored))::int as scored,
      (count(*) filter (where real_risk <> risk or real_worst <> worst or real_sum <> sum or real_count <> open_count))::int as assets_wrong
    from risks`);
  const row = rows[0] ?? {};
  const number = (name: string): number => Number(row[name] ?? 0);
  const { seq } = await readLedger();
  return {
    ledger: {
      posture: {
        weight: number('weight'),
        weightedRisk: number('weighted_risk'),
        allWeight: number('all_weight'),
        coveredWeight: number('covered_weight'),
      },
      counts: { assets: number('assets'), assessed: number('assessed'), scored: number('scored') },
      seq,
    },
    assetsWrong: number('assets_wrong'),
  };
}
