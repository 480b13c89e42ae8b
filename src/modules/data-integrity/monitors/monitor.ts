/** Starting runs of monitors: by hand, by the clock; and noticing runs that died. */
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { log } from '../../../platform/log.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { insertAssessment, listSilent, type Planned } from '../assessments/assessment-store.ts';
import { beginByJob, type Wish } from '../assessments/begin-assessment.ts';
import { settleFailure } from '../assessments/run-assessment.ts';
import { findPromoted } from '../baselines/baseline-store.ts';
import { findConfig } from '../configuration/config-store.ts';
import { type Assessment, assessmentProblems, type Monitor } from '../contract.ts';
import { lockDue, moveOn } from './monitor-store.ts';

const minuteMs = 60_000;
/** Monitors started in one look of the clock; the rest a minute later. */
const mostAtOnce = 50;

export function nextRunAfter(now: Date, { everyMinutes, enabled }: Pick<Monitor, 'everyMinutes' | 'enabled'>): Date | null {
  return enabled && everyMinutes !== null ? new Date(now.getTime() + everyMinutes * minuteMs) : null;
}

/** What a run of a monitor asks for. Needs a transaction. */
async function wishOf(monitor: Monitor, { actor }: Context, source = monitor.source): Promise<Wish> {
  const { assetId, id: monitorId, environment, checks, options, baseline } = monitor;
  const asset = await call(getAsset, { id: assetId });
  const baselineId = baseline === 'promoted' ? ((await findPromoted(assetId, environment))?.id ?? null) : baseline;
  const config = await findConfig();
  const enabled = {
    quality: config.enableQuality,
    drift: config.enableDrift,
    anomalies: config.enableAnomalies,
    poisoning: config.enablePoisoning,
  };
  return {
    assetId,
    assetName: asset.name,
    datasetName: asset.name,
    monitorId,
    environment,
    checks: checks.filter((check) => enabled[check]),
    trigger: 'monitor',
    source,
    reference: null,
    options,
    baselineId,
    requestedBy: actor.id,
  };
}

/** Joins the ambient transaction. @throws data-quality.assessmentRuns while it runs */
export async function runNow(monitor: Monitor, context: Context): Promise<Assessment> {
  if (monitor.runningAssessmentId !== null) throw assessmentProblems.assessmentRuns({ id: monitor.runningAssessmentId });
  const assessment = await beginByJob(await wishOf(monitor, context));
  // Somebody else started it between the look and now: the lease is theirs.
  if (assessment === null) throw assessmentProblems.assessmentRuns({ id: 'of somebody else' });
  return assessment;
}

/**
 * Starts what is due. A monitor that still runs is left to end; runs missed while nothing ran are caught up by one.
 * @returns how many runs were started.
 */
export async function startDue(context: Context, now: Date): Promise<number> {
  return transaction(context, async () => {
    const due = await lockDue(now, mostAtOnce);
    let started = 0;
    for (const monitor of due) {
      await moveOn(monitor.id, nextRunAfter(now, monitor));
      if (monitor.runningAssessmentId === null && (await startOne(monitor, context))) started += 1;
    }
    return started;
  });
}

/** Joins the ambient transaction. @param source when it is another table than the monitor's own. */
export async function startOne(monitor: Monitor, context: Context, source = monitor.source): Promise<boolean> {
  try {
    return (await beginByJob(await wishOf(monitor, context, source))) !== null;
  } catch (error) {
    if (!isProblem(error) || error.status >= 500) throw error;
    await noteUnstarted({ ...monitor, source }, error, context);
    return false;
  }
}

/** A run that could not even be asked for (its asset is gone) leaves an assessment that says so, and an alert. */
async function noteUnstarted(monitor: Monitor, error: unknown, { actor }: Context): Promise<void> {
  const { assetId, id: monitorId, environment, checks, source, options, name } = monitor;
  const facts = { assetId, assetName: name, datasetName: name, monitorId, environment, checks, source, options } as const;
  const assessment = await insertAssessment({
    ...facts,
    trigger: 'monitor',
    reference: null,
    baselineId: null,
    requestedBy: actor.id,
    state: 'running',
  });
  if (assessment !== null) await settleFailure({ assessment, assetName: name, reference: null, options }, error, 'failed');
}

/** Runs without a life sign for this long are over: the queue notices a dead worker within half a minute and tries again. */
const silenceMs = 10 * minuteMs;
/** One that waits its turn behind long others is no dead one. */
const waitMs = 24 * 60 * minuteMs;

/** @returns how many runs were given up. */
export async function giveUpSilent(context: Context, now: Date): Promise<number> {
  const silent = await transaction(context, () => listSilent(new Date(now.getTime() - silenceMs)), { readOnly: true });
  const dead = silent.filter((planned) => isDead(planned, now));
  for (const planned of dead) {
    await transaction(context, () => settleFailure(planned, assessmentProblems.workerLost(), 'failed'));
    log('error').error(
      { code: 'data-quality.workerLost', assessmentId: planned.assessment.id },
      'A check was given up: its worker is gone',
    );
  }
  return dead.length;
}

function isDead({ assessment }: Planned, now: Date): boolean {
  return assessment.state === 'running' || Date.parse(assessment.createdAt) < now.getTime() - waitMs;
}
