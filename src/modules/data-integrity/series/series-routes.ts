/** The product door of series, findings and reports. */
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { fileAnswer, handle, type Route } from '../../../platform/http/handle.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { findLatest } from '../assessments/assessment-store.ts';
import { allRows, listAnomalyFindings, listDriftFindings } from '../assessments/result-store.ts';
import { listAnomalies, listDrift, type MetricName, readMetrics, readReport, tableMetrics } from '../contract.ts';
import { rowsAsCsv } from '../csv.ts';
import { gatherReport } from '../reports/report.ts';
import { reportAsHtml } from '../reports/report-html.ts';
import { isByDay, sinceOf } from '../time-range.ts';
import { readSeries } from './metric-store.ts';

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

export const seriesRoutes: readonly Route[] = [
  handle(readMetrics, async ({ assetId, type, column, environment, monitor_id, timeRange }) => {
    await call(getAsset, { id: assetId });
    const byDay = isByDay(timeRange);
    // The filter's own form has checked each word.
    const metrics = type === undefined ? tableMetrics : (type.split(',') as MetricName[]);
    const question = { assetId, metrics, column, environment, monitorId: monitor_id, since: sinceOf(timeRange), byDay };
    const answer = await readSeries(question);
    const latest = await findLatest(assetId, { environment });
    return { assetId, timeRange, resolution: byDay ? ('day' as const) : ('run' as const), latest, ...answer };
  }),
  handle(listDrift, async ({ assetId, type, severity, environment, column, timeRange, ...paging }) => {
    await call(getAsset, { id: assetId });
    return listDriftFindings({ assetId, since: sinceOf(timeRange), type, severity, environment, column }, paging);
  }),
  handle(listAnomalies, async ({ assetId, type, severity, environment, column, timeRange, ...paging }) => {
    await call(getAsset, { id: assetId });
    return listAnomalyFindings({ assetId, since: sinceOf(timeRange), type, severity, environment, column }, paging);
  }),
  handle(
    readReport,
    async ({ assetId, timeRange, environment, format }, context) => {
      const asset = await call(getAsset, { id: assetId });
      const name = `${asset.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 60)}-data-${timeRange}.${format}`;
      return transaction(
        context,
        async () => {
          const report = await gatherReport({ assetId, datasetName: asset.name, timeRange, environment });
          if (format === 'html') return fileAnswer({ name, mediaType: 'text/html; charset=utf-8', body: once(reportAsHtml(report)) });
          if (format === 'json')
            return fileAnswer({ name, mediaType: 'application/json', body: once(JSON.stringify(report)), inline: true });
          const rows = report.latest === null ? [] : await allRows({ id: report.latest.id });
          return fileAnswer({ name, mediaType: 'text/csv; charset=utf-8', body: once(rowsAsCsv(rows)) });
        },
        { readOnly: true },
      );
    },
    { transaction: 'none' },
  ),
];
