/** Questions about posture: at a time, over time, what moved it, what an asset or a fix costs. */
import { eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../contract/page.ts';
import { db } from '../../platform/database/database.ts';
import { keyset, type Paging } from '../../platform/database/keyset.ts';
import type { Cause } from './contract.ts';
import type { FixAsset, FixShare } from './fix.ts';
import { type AssetRow, asset, type MovementRow, movement } from './table.ts';

export type Point = { readonly at: Date; readonly score: number | null; readonly coverage: number | null };

/** State after the last movement until `at`; null when nothing had moved yet. */
export async function stateAt(at: Date): Promise<(Point & { seq: number }) | null> {
  const [row] = await db()
    .select()
    .from(movement)
    .where(sql`${movement.at} <= ${at.toISOString()}::timestamptz`)
    .orderBy(sql`${movement.at} desc, ${movement.seq} desc`)
    .limit(1);
  return row === undefined ? null : { at: row.at, score: row.scoreAfter, coverage: row.coverageAfter, seq: row.seq };
}

/** Last checkpoint of every hour (up to a week) or day. */
export async function trend(from: Date, to: Date): Promise<Point[]> {
  const bin = to.getTime() - from.getTime() <= 8 * 86_400_000 ? sql`date_trunc('hour', hour, 'UTC')` : sql`date_trunc('day', hour, 'UTC')`;
  const { rows } = await db().execute<{ at: string; score: number | null; coverage: number | null }>(sql`
    select distinct on (${bin}) at, score, coverage from risk.checkpoint
    where hour >= ${from.toISOString()}::timestamptz and hour <= ${to.toISOString()}::timestamptz
    order by ${bin}, hour desc`);
  return rows.map(({ at, score, coverage }) => ({ at: new Date(at), score, coverage }));
}

export type MovementFilter = {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly cause?: Cause | undefined;
  readonly assetId?: string | undefined;
  readonly moved: boolean;
};
const newestFirst = keyset({ id: movement.seq, sort: [], idDirection: 'desc' });

function conditions({ from, to, cause, assetId, moved }: MovementFilter): SQL {
  const parts: SQL[] = [sql`true`];
  // Half open, so that neighbouring ranges share nothing: a movement at `from` belongs to the range before.
  if (from !== undefined) parts.push(sql`${movement.at} > ${from.toISOString()}::timestamptz`);
  if (to !== undefined) parts.push(sql`${movement.at} <= ${to.toISOString()}::timestamptz`);
  if (cause !== undefined) parts.push(sql`${movement.cause} = ${cause}`);
  if (assetId !== undefined) parts.push(sql`${movement.assetId} = ${assetId}::uuid`);
  if (moved) parts.push(sql`${movement.change} <> 0`);
  return sql.join(parts, sql` and `);
}

export function listMovementRows(filter: MovementFilter, paging: Paging): Promise<Page<MovementRow>> {
  return newestFirst.page({ fields: getTableColumns(movement), from: movement, where: conditions(filter), paging }, (row) => row);
}

export async function sumByCause(filter: MovementFilter): Promise<{ cause: Cause; count: number; change: number }[]> {
  const { rows } = await db().execute<{ cause: Cause; count: number; change: string }>(sql`
    select cause, count(*)::int as count, sum(change)::bigint as change from risk.movement where ${conditions(filter)} group by cause order by sum(change)`);
  return rows.map(({ cause, count, change }) => ({ cause, count, change: Number(change) }));
}

/* ——— assets ——— */
export async function findAsset(id: string): Promise<(AssetRow & { worstVulnerabilityId: string | null }) | null> {
  const [row] = await db().select().from(asset).where(eq(asset.assetId, id));
  if (row === undefined) return null;
  const { rows } = await db().execute<{ id: string }>(sql`
    select vulnerability_id as id from risk.open_vulnerability where asset_id = ${id} order by priority desc, vulnerability_id limit 1`);
  return { ...row, worstVulnerabilityId: rows[0]?.id ?? null };
}

/* ——— fixes ——— */
export type FixGain = {
  readonly fixKey: string;
  readonly weightedRiskLess: number;
  readonly vulnerabilities: number;
  readonly assets: number;
};
export type FixScope = { readonly owner?: string | undefined; readonly environment?: string | undefined };

/**
 * Fixes by the weighted risk they take away, largest first: the formulas of asset-risk.ts and fix.ts as one statement,
 * because it looks at everything that is open. A test holds the two together.
 */
export async function rankFixes(limit: number, { owner, environment }: FixScope): Promise<{ fixes: FixGain[]; total: number }> {
  const scope = [
    sql`not a.retired`,
    ...(owner === undefined ? [] : [owner === 'unowned' ? sql`a.owner is null` : sql`a.owner = ${owner}`]),
    ...(environment === undefined ? [] : [sql`a.environment = ${environment}`]),
  ];
  const { rows } = await db().execute<{ fix_key: string; gain: string; vulnerabilities: number; assets: number; total: number }>(sql`
    with shares as (
      select o.asset_id, o.fix_key, max(o.priority) as worst, sum(o.priority) as sum, count(*) as n
      from risk.open_vulnerability o group by o.asset_id, o.fix_key
    ), ranked as (
      select s.*, a.weight, a.risk, a.sum as all_sum, a.open_count,
        case when row_number() over w = 1 then coalesce(lead(s.worst) over w, 0) else first_value(s.worst) over w end as worst_left
      from shares s join risk.asset a on a.asset_id = s.asset_id
      where ${sql.join(scope, sql` and `)}
      window w as (partition by s.asset_id order by s.worst desc, s.fix_key)
    ), gains as (
      select fix_key, n, weight * (risk - case when open_count = n then 0 else
        worst_left + floor((100000000 - worst_left) * (1 - exp(-0.1::float8 * (all_sum - sum - worst_left)::float8 / 1e8)) + 0.5) end) as gain
      from ranked where fix_key is not null
    ), fixes as (
      select fix_key, sum(gain)::bigint as gain, sum(n)::int as vulnerabilities, count(*)::int as assets from gains group by fix_key
    )
    select *, (count(*) over ())::int as total from fixes order by gain desc, fix_key limit ${limit}`);
  return {
    fixes: rows.map(({ fix_key, gain, vulnerabilities, assets }) => ({
      fixKey: fix_key,
      weightedRiskLess: Number(gain),
      vulnerabilities,
      assets,
    })),
    total: rows[0]?.total ?? 0,
  };
}

export type Gone = { readonly fixKeys: readonly string[]; readonly vulnerabilityIds: readonly string[] };
export type AssetWithout = {
  readonly assetId: string;
  readonly weight: number;
  readonly risk: number;
  readonly worst: number;
  readonly sum: number;
  readonly count: number;
};

/** Sums of every touched asset as they would be without these vulnerabilities. */
export async function sumsWithout({ fixKeys, vulnerabilityIds }: Gone): Promise<AssetWithout[]> {
  const gone = sql`(o.fix_key = any(${sql.param([...fixKeys])}::text[]) or o.vulnerability_id = any(${sql.param([...vulnerabilityIds])}::uuid[]))`;
  const { rows } = await db().execute<{ asset_id: string; weight: number; risk: number; worst: number; sum: string; n: number }>(sql`
    with touched as (
      select distinct o.asset_id from risk.open_vulnerability o where o.fix_key = any(${sql.param([...fixKeys])}::text[])
      union select o.asset_id from risk.open_vulnerability o where o.vulnerability_id = any(${sql.param([...vulnerabilityIds])}::uuid[])
    )
    select a.asset_id, a.weight, a.risk, coalesce(max(o.priority) filter (where ${gone} is not true), 0) as worst,
      coalesce(sum(o.priority) filter (where ${gone} is not true), 0)::bigint as sum, (count(o.vulnerability_id) filter (where ${gone} is not true))::int as n
    from touched t join risk.asset a on a.asset_id = t.asset_id and not a.retired join risk.open_vulnerability o on o.asset_id = a.asset_id
    group by a.asset_id`);
  return rows.map(({ asset_id, weight, risk, worst, sum, n }) => ({ assetId: asset_id, weight, risk, worst, sum: Number(sum), count: n }));
}

/** Shares of the open vulnerabilities of one asset by fix; for the test that holds SQL and engine together. */
export async function sharesOf(assetId: string): Promise<{ asset: FixAsset; shares: FixShare[] }> {
  const { rows } = await db().execute<{
    fix_key: string | null;
    worst: number;
    sum: string;
    n: number;
    weight: number;
    all_worst: number;
    all_sum: string;
    open_count: number;
  }>(sql`
    select o.fix_key, max(o.priority) as worst, sum(o.priority)::bigint as sum, count(*)::int as n, a.weight, a.worst as all_worst, a.sum as all_sum, a.open_count
    from risk.open_vulnerability o join risk.asset a on a.asset_id = o.asset_id where o.asset_id = ${assetId}
    group by o.fix_key, a.asset_id order by worst desc, o.fix_key`);
  const [first, second] = rows;
  return {
    asset: {
      assetId,
      weight: first?.weight ?? 1,
      sums: { worst: first?.all_worst ?? 0, sum: Number(first?.all_sum ?? 0), count: first?.open_count ?? 0 },
      worstFix: first?.fix_key ?? null,
      worstOfOthers: second?.worst ?? 0,
    },
    shares: rows.flatMap(({ fix_key, worst, sum, n }) =>
      fix_key === null ? [] : [{ fixKey: fix_key, assetId, worst, sum: Number(sum), count: n }],
    ),
  };
}
