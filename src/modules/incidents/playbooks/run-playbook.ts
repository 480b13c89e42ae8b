/**
 * Playbooks that run. Each step is an act, recorded in one transaction with the place of the run: after a crash the run goes on at
 * the first step without a recorded outcome. A step that waits (approval, confirmation) is looked at again when its act moved.
 */
import { isProblem } from '../../../contract/problem.ts';
import { publish } from '../../../platform/events/publish.ts';
import { actionOf, actTimers, requestAct } from '../acts/act.ts';
import { actsOfRun } from '../acts/act-store.ts';
import { findIncident } from '../cases/incident-store.ts';
import { actingNow, note, seal } from '../cases/trail.ts';
import { type Playbook, type PlaybookRun, type PlaybookStep, playbookMoved, playbookProblems as problems } from '../contract.ts';
import { responseSettings } from '../response-settings.ts';
import type { ActRow, IncidentRow, RunRow } from '../table.ts';
import { cancelTimers, setTimer, type Taken } from '../timers/timer-store.ts';
import { factsOfIncident, valuesOfIncident } from './facts.ts';
import { playbooksHere } from './library.ts';
import { fill, fits } from './playbook.ts';
import { insertRun, lockRun, runsOfIncident, updateRun } from './playbook-store.ts';

export const playbookTimers = { step: actTimers.playbook, timeout: 'playbook-timeout' } as const;

/** Starts what fits an incident that was just opened. */
export async function startMatching(incidentId: string, simulate: boolean): Promise<void> {
  const row = await findIncident(incidentId);
  if (row === null) return;
  const facts = await factsOfIncident(row);
  for (const { playbook, row: kept } of await playbooksHere())
    if ((kept?.enabled ?? true) && fits(playbook.when, facts)) await start(row, playbook, simulate ? ' (simulation)' : '');
}

export async function start(incident: IncidentRow, playbook: Playbook, aside = ''): Promise<RunRow | null> {
  const run = await insertRun(incident.id, playbook, await actingNow());
  if (run === null) return null;
  await tell(run, null, `Playbook "${playbook.title}" began${aside}: ${playbook.steps.length} steps.`);
  await setTimer({ kind: playbookTimers.step, subjectId: run.id, level: 0, afterMs: 0 });
  return run;
}

async function tell(run: RunRow, before: RunRow['state'] | null, says: string): Promise<void> {
  const { id, incidentId, state, step, key } = run;
  await note(incidentId, { kind: 'playbook', text: says, subject: { type: 'playbook-run', id } });
  await seal(
    `playbook.${before === null ? 'started' : 'moved'}`,
    { type: 'playbook-run', id },
    { ...(before === null ? {} : { before: { state: before } }), after: { state, step, key } },
  );
  await publish(playbookMoved, { incidentId, runId: id, state, step });
}

/** Takes the step a run is at. One step in one transaction; the next one is promised in it. */
export async function takeStep(timer: Taken): Promise<void> {
  const run = await lockRun(timer.subjectId);
  if (run === null || (run.state !== 'running' && run.state !== 'waiting')) return;
  const step = run.definition.steps[run.step];
  if (step === undefined) {
    await end(run, 'done', `Playbook "${run.definition.title}" is done.`);
    return;
  }
  const known = (await actsOfRun(run.id)).find((act) => act.step === run.step);
  const act = known ?? (await begin(run, step));
  if (act === null) return;
  await judge(run, step, { act, isOverdue: timer.kind === playbookTimers.timeout && timer.level === run.step });
}

async function begin(run: RunRow, { action, parameters, needsApproval, timeoutMs }: PlaybookStep): Promise<ActRow | null> {
  const incident = await findIncident(run.incidentId);
  if (incident === null) return null;
  const { simulate } = await responseSettings();
  return await requestAct({
    action,
    parameters: fill(parameters, await valuesOfIncident(incident)),
    reason: `Step ${run.step + 1} of the playbook "${run.definition.title}".`,
    severity: incident.severity,
    incidentId: incident.id,
    needsApproval,
    simulate,
    deadlineMs: timeoutMs,
    key: `${run.id}:${run.step}`,
    run: { id: run.id, step: run.step },
  }).catch(async (error: unknown) => await refuse(run, error));
}

/** Parameters that do not fit (the incident has no client): a failure of the step, written down, not of the run's machinery. */
async function refuse(run: RunRow, error: unknown): Promise<null> {
  if (!isProblem(error) || error.status >= 500) throw error;
  const step = run.definition.steps[run.step];
  await note(run.incidentId, {
    kind: 'playbook',
    text: `Step ${run.step + 1} could not be taken: ${error.message}`,
    subject: { type: 'playbook-run', id: run.id },
  });
  if (step?.continueOnFailure === true) await goOn(run);
  else await end(run, 'stopped', `Playbook "${run.definition.title}" stopped: ${error.message}`);
  return null;
}

type Outcome = { readonly act: ActRow; readonly isOverdue: boolean };
async function judge(run: RunRow, step: PlaybookStep, { act, isOverdue }: Outcome): Promise<void> {
  if (act.state === 'in_force' || act.state === 'expired' || act.state === 'reverted' || (act.state === 'skipped' && act.simulated)) {
    await goOn(run);
    return;
  }
  if (act.state === 'awaiting_approval' || ((act.state === 'executing' || act.state === 'planned') && !isOverdue)) {
    if (run.state !== 'waiting') await wait(run, step, act);
    return;
  }
  if (step.continueOnFailure) {
    await goOn(run);
    return;
  }
  const why = isOverdue ? 'it took too long' : (act.failure ?? `it is ${act.state}`);
  await end(run, 'stopped', `Playbook "${run.definition.title}" stopped at step ${run.step + 1}: ${why}`);
}

async function wait(run: RunRow, { timeoutMs }: PlaybookStep, act: ActRow): Promise<void> {
  const waiting = await updateRun(run, { state: 'waiting' });
  await tell(waiting, run.state, `Playbook "${run.definition.title}" waits for: ${act.title}`);
  if (act.state !== 'awaiting_approval')
    await setTimer({ kind: playbookTimers.timeout, subjectId: run.id, level: run.step, afterMs: timeoutMs });
}

async function goOn(run: RunRow): Promise<void> {
  await cancelTimers(run.id, [playbookTimers.timeout]);
  const next = await updateRun(run, { state: 'running', step: run.step + 1 });
  await setTimer({ kind: playbookTimers.step, subjectId: run.id, level: next.step, afterMs: 0 });
}

async function end(run: RunRow, state: 'done' | 'stopped', says: string): Promise<RunRow> {
  await cancelTimers(run.id, [playbookTimers.step, playbookTimers.timeout]);
  const next = await updateRun(run, { state, stoppedBecause: state === 'stopped' ? says.slice(0, 2000) : null });
  await tell(next, run.state, says);
  return next;
}

/** An act of a run moved: the run looks again. */
export async function pokeRun(runId: string, step: number): Promise<void> {
  const run = await lockRun(runId);
  if (run === null || run.step !== step || (run.state !== 'waiting' && run.state !== 'running')) return;
  await setTimer({ kind: playbookTimers.step, subjectId: runId, level: step, afterMs: 0 });
}

/** @throws incidents.runNotFound, .runEnded */
export async function stopRun(incidentId: string, runId: string, reason: string): Promise<RunRow> {
  const run = await lockRun(runId);
  if (run === null || run.incidentId !== incidentId) throw problems.runNotFound({ id: runId });
  if (run.state === 'done' || run.state === 'stopped') throw problems.runEnded({ state: run.state });
  return await end(run, 'stopped', `Playbook "${run.definition.title}" was stopped: ${reason}`);
}

export async function stopRuns(incidentId: string, reason: string): Promise<void> {
  for (const { id, state } of await runsOfIncident(incidentId))
    if (state === 'running' || state === 'waiting') await stopRun(incidentId, id, reason);
}

export async function toRun(row: RunRow): Promise<PlaybookRun> {
  const acts = await actsOfRun(row.id);
  return {
    id: row.id,
    incidentId: row.incidentId,
    key: row.key,
    title: row.definition.title,
    state: row.state,
    step: row.step,
    steps: row.definition.steps.map(({ action, needsApproval }, at) => {
      const act = acts.find(({ step }) => step === at);
      return { action: actionTitle(action), needsApproval, actId: act?.id ?? null, actState: act?.state ?? null };
    }),
    stoppedBecause: row.stoppedBecause,
    startedBy: { kind: row.startedByKind, id: row.startedById, name: row.startedByName },
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

/** The definition is a snapshot: an action may have been taken away since. */
function actionTitle(id: string): string {
  try {
    return actionOf(id).title;
  } catch (error) {
    if (isProblem(error)) return id;
    throw error;
  }
}
