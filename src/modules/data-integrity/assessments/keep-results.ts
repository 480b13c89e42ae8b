/** From what the door answered to what is kept: bounded, and in one transaction with the alerts and the news. */
import { publish } from '../../../platform/events/publish.ts';
import { takeNews } from '../alerts/alert.ts';
import { type Assessment, assessmentFinished, type DataConfig, type Monitor } from '../contract.ts';
import { noteOutcome } from '../monitors/monitor-store.ts';
import { judgeSeries } from '../series/judge-series.ts';
import { insertMeasurements, type MeasuredRun } from '../series/metric-store.ts';
import { endAssessment, noteAlerts, type Planned } from './assessment-store.ts';
import { judge, limitsOf, withSeries } from './judge.ts';
import { anomalyFindings, bounded, countedChecks, driftFindings, failingRows, measurementsOf } from './pack-results.ts';
import { insertFailingRows, insertFindings, insertResult } from './result-store.ts';
import type { Found } from './run-checks.ts';

export type Around = {
  readonly config: DataConfig;
  readonly monitor: Monitor | null;
  readonly ruleSetVersion: number | null;
};

/** Joins the ambient transaction. Answers null when somebody ended the assessment meanwhile: then nothing is kept. */
export async function keepResults({ assessment, assetName }: Planned, found: Found, around: Around): Promise<Assessment | null> {
  const { config, monitor } = around;
  const judged = judge(found, limitsOf(config, monitor?.thresholds ?? null));
  const { figures } = judged;
  const measurements = measurementsOf(found, figures);
  const { outcome, candidates, looked } = withSeries(judged, await judgeSeries(runOf(assessment, new Date()), found, measurements));
  const done = await endAssessment(assessment.id, {
    state: 'done',
    ...figures,
    outcome,
    rows: found.ingest?.rows ?? null,
    columns: found.ingest?.columns ?? null,
    badRows: found.ingest?.badCount ?? null,
    dataSha256: found.ingest?.sha256 ?? null,
    ruleSetVersion: around.ruleSetVersion,
  });
  if (done === null) return null;
  const at = new Date(done.finishedAt ?? done.createdAt);
  const named = failingRows(found);
  await insertResult(done.id, { ...bounded(found), counted: countedChecks(found, named) });
  await insertFailingRows(done.id, named);
  await insertFindings(driftFindings(done, found, at), anomalyFindings(done, found, at));
  await insertMeasurements(runOf(done, at), measurements);
  const alertsRaised = config.enableAlerts
    ? await takeNews(
        {
          assetId: done.assetId,
          assetName,
          monitorId: done.monitorId,
          environment: done.environment,
          cooldownMs: (monitor?.cooldownMinutes ?? 0) * 60_000,
          most: config.mostAlertsOfMonitor,
        },
        { assessmentId: done.id, at, candidates, looked: new Set([...looked, 'run-failed' as const]) },
      )
    : 0;
  await noteAlerts(done.id, alertsRaised);
  if (monitor !== null) await noteOutcome(monitor.id, { assessmentId: done.id, at, health: outcome });
  await tellFinished(done);
  return { ...done, alertsRaised };
}

function runOf({ id, assetId, monitorId, environment }: Assessment, at: Date): MeasuredRun {
  return { assessmentId: id, assetId, monitorId, environment, at };
}

export function tellFinished({ id, assetId, monitorId, state, outcome, poisoningVerdict }: Assessment): Promise<void> {
  const ended = state === 'done' || state === 'cancelled' ? state : 'failed';
  return publish(assessmentFinished, { assessmentId: id, assetId, monitorId, state: ended, outcome, poisoningVerdict });
}
