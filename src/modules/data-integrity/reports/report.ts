/** Everything a report of one asset says, gathered and bounded: the size does not follow the table. */
import { listAlertRows } from '../alerts/alert-store.ts';
import { countSince, findLatest } from '../assessments/assessment-store.ts';
import { findProfileOf, findResult, listAnomalyFindings, listDriftFindings } from '../assessments/result-store.ts';
import { type DataEnvironment, type Report, type TimeRange, tableMetrics } from '../contract.ts';
import { readSeries } from '../series/metric-store.ts';
import { isByDay, sinceOf } from '../time-range.ts';

const mostColumns = 200;
const mostFindings = 100;
const mostPoints = 200;

export type ReportQuestion = {
  readonly assetId: string;
  readonly datasetName: string;
  readonly timeRange: TimeRange;
  readonly environment: DataEnvironment | undefined;
};

/** Needs a transaction. */
export async function gatherReport({ assetId, datasetName, timeRange, environment }: ReportQuestion): Promise<Report> {
  const to = new Date();
  const since = sinceOf(timeRange, to);
  const latest = await findLatest(assetId, { environment });
  const result = latest === null ? null : await findResult(latest.id);
  const profile = latest === null ? null : await findProfileOf(latest.id);
  const filter = { assetId, since, environment };
  const paging = { limit: mostFindings };
  const { series } = await readSeries({ assetId, metrics: tableMetrics, environment, since, byDay: isByDay(timeRange) });
  const drift = new Map((result?.drift?.columns ?? []).map(({ name, verdict }) => [name, verdict]));
  const columns = (profile?.columns ?? []).map(({ name, type, missing, numbers, text }) => ({
    name,
    type,
    missing,
    distinct: numbers?.distinct ?? text?.distinct ?? null,
    mean: numbers?.mean ?? null,
    histogram: numbers?.histogram ?? null,
    drift: drift.get(name) ?? null,
  }));
  return {
    assetId,
    datasetName,
    timeRange,
    from: since.toISOString(),
    to: to.toISOString(),
    latest,
    runs: await countSince(assetId, since, environment),
    metrics: Object.entries(result?.quality?.metrics ?? {}).map(([name, { value, reason, numerator, denominator }]) => ({
      name,
      value,
      reason,
      numerator,
      denominator,
    })),
    columns: columns.slice(0, mostColumns),
    columnsLeftOut: (profile?.columnsLeftOut ?? 0) + Math.max(0, columns.length - mostColumns),
    drift: (await listDriftFindings(filter, paging)).items,
    anomalies: (await listAnomalyFindings(filter, paging)).items.map((finding) => ({ ...finding, rows: finding.rows.slice(0, 5) })),
    alerts: (await listAlertRows({ asset_id: assetId, environment, timeRange }, paging)).items,
    series: series.map((one) => ({ ...one, points: one.points.slice(-mostPoints) })),
  };
}
