/** Measurements over time: one row a run, and the same rolled up by day. */
import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db } from '../../../platform/database/database.ts';
import { MetricName, type Series } from '../contract.ts';
import { metricPointTable } from '../table.ts';

export type Measurement = { readonly metric: MetricName; readonly column: string; readonly value: number | null };
export type MeasuredRun = {
  readonly assessmentId: string;
  readonly assetId: string;
  readonly monitorId: string | null;
  readonly environment: string;
  readonly at: Date;
};

const pointsAStatement = 1000;

export async function insertMeasurements(run: MeasuredRun, measurements: readonly Measurement[]): Promise<void> {
  const { assessmentId, assetId, environment, at } = run;
  const scope = run.monitorId ?? assetId;
  for (let from = 0; from < measurements.length; from += pointsAStatement) {
    const part = measurements.slice(from, from + pointsAStatement);
    await db()
      .insert(metricPointTable)
      .values(part.map(({ metric, column, value }) => ({ assessmentId, assetId, scope, environment, metric, column, value, at })));
  }
  await rollUp(assessmentId);
}

/** Adds the points of one assessment to their days (UTC). Unknown values are no part of a day's mean. */
async function rollUp(assessmentId: string): Promise<void> {
  await db().execute(sql`
    insert into data_integrity.metric_day (asset_id, scope, environment, metric, column_name, day, count, sum, low, high)
    select asset_id, scope, environment, metric, column_name, (at at time zone 'UTC')::date, 1, value, value, value
    from data_integrity.metric_point where assessment_id = ${assessmentId}::uuid and value is not null
    on conflict (workspace_id, asset_id, scope, environment, metric, column_name, day) do update set
      count = data_integrity.metric_day.count + 1, sum = data_integrity.metric_day.sum + excluded.sum,
      low = least(data_integrity.metric_day.low, excluded.low), high = greatest(data_integrity.metric_day.high, excluded.high)`);
}

export type SeriesQuestion = {
  readonly assetId: string;
  readonly metrics: readonly MetricName[];
  readonly column?: string | undefined;
  readonly environment?: string | undefined;
  readonly monitorId?: string | undefined;
  readonly since: Date;
  readonly byDay: boolean;
};

/** Points of one answer; the newest are kept. */
const mostPoints = 20_000;
const Point = z.object({
  metric: MetricName,
  column_name: z.string(),
  scope: z.string(),
  environment: z.string(),
  at: z.coerce.date(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  count: z.int(),
});
type Point = z.infer<typeof Point>;

export async function readSeries(question: SeriesQuestion): Promise<{ series: Series[]; pointsLeftOut: number }> {
  const { rows } = await db().execute(question.byDay ? daysSql(question) : pointsSql(question));
  const points = rows.slice(0, mostPoints).map((row) => Point.parse(row));
  const groups = Map.groupBy(points, ({ metric, column_name, scope, environment }) =>
    JSON.stringify([metric, column_name, scope, environment]),
  );
  const series = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [toSeries(first, group, question.assetId)];
  });
  return { series: series.sort(byName), pointsLeftOut: rows.length - points.length };
}

function toSeries({ metric, column_name, scope, environment }: Point, group: readonly Point[], assetId: string): Series {
  return {
    metric,
    column: column_name === '' ? null : column_name,
    environment: environment as Series['environment'],
    monitorId: scope === assetId ? null : scope,
    points: group
      .map(({ at, value, low, high, count }) => ({ at: at.toISOString(), value, low, high, count }))
      .sort((a, b) => (a.at < b.at ? -1 : 1)),
  };
}

const byName = (a: Series, b: Series): number =>
  a.metric === b.metric ? (a.column ?? '').localeCompare(b.column ?? '') : a.metric.localeCompare(b.metric);

function conditions({ assetId, metrics, column, environment, monitorId }: SeriesQuestion): SQL[] {
  const parts: SQL[] = [sql`asset_id = ${assetId}::uuid`, sql`metric = any(${sql.param([...metrics])}::text[])`];
  if (column !== undefined) parts.push(sql`column_name = ${column}`);
  if (environment !== undefined) parts.push(sql`environment = any(${sql.param(environment.split(','))}::text[])`);
  if (monitorId !== undefined) parts.push(sql`scope = ${monitorId}::uuid`);
  return parts;
}

function pointsSql(question: SeriesQuestion): SQL {
  const where = sql.join([...conditions(question), sql`at >= ${question.since.toISOString()}::timestamptz`], sql` and `);
  return sql`select metric, column_name, scope::text, environment, at, value, value as low, value as high, 1 as count
    from data_integrity.metric_point where ${where} order by at desc limit ${mostPoints + 1}`;
}

function daysSql(question: SeriesQuestion): SQL {
  const where = sql.join(
    [...conditions(question), sql`day >= (${question.since.toISOString()}::timestamptz at time zone 'UTC')::date`],
    sql` and `,
  );
  return sql`select metric, column_name, scope::text, environment, day::timestamp at time zone 'UTC' as at, sum / count as value, low, high, count
    from data_integrity.metric_day where ${where} order by day desc limit ${mostPoints + 1}`;
}
