/** One assessment from beginning to end: asked for, worked on, kept or failed. */
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { transaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { takeNews } from '../alerts/alert.ts';
import { broughtReference, type LocatedReference, referenceOf } from '../baselines/baseline.ts';
import { findConfig } from '../configuration/config-store.ts';
import { type Assessment, assessmentProblems, type ReadSource, type TableSource } from '../contract.ts';
import { findMonitor, noteOutcome } from '../monitors/monitor-store.ts';
import { broughtRules, furtherTables } from '../rules/further-tables.ts';
import { findSet } from '../rules/rule-store.ts';
import { type DoorData, type LocatedTable, locateTable } from '../sources/locate-table.ts';
import { atDesk } from '../sources/staging-desk.ts';
import type { Patience } from './ask-door.ts';
import { beat, beginAssessment, endAssessment, type Planned } from './assessment-store.ts';
import { runFailed } from './judge.ts';
import { keepResults, tellFinished } from './keep-results.ts';
import { type Found, runChecks } from './run-checks.ts';

/** Rows that came with a request; everything else is found again from the row. */
export type Given = { readonly data?: DoorData | undefined; readonly reference?: DoorData | undefined };

type Run = { readonly context: Context; readonly patience: Patience };

const beatMs = 5000;

/**
 * Runs an assessment that waits or runs, in transactions of its own.
 * @returns the finished assessment; null when it had ended already or somebody ended it meanwhile.
 * @throws what the table or the door refuses. The assessment is then still open: the caller says whether that was the last try.
 */
export async function runAssessment(id: string, given: Given, run: Run): Promise<Assessment | null> {
  const { context } = run;
  const planned = await transaction(context, () => beginAssessment(id));
  if (planned === null) return null;
  const heart = setInterval(() => void transaction(context, () => beat(id)).catch(noBeat), beatMs);
  try {
    const plan = await transaction(context, () => planOf(planned, given, context));
    const found = await lookAt(planned, plan, run);
    return await transaction(context, async () => {
      const { monitorId } = planned.assessment;
      const monitor = monitorId === null ? null : await findMonitor(monitorId);
      return keepResults(planned, found, { config: await findConfig(), monitor, ruleSetVersion: plan.ruleSetVersion });
    });
  } finally {
    clearInterval(heart);
  }
}

type LocatedPlan = Awaited<ReturnType<typeof planOf>>;

/** Tables that lie in a database are there for as long as the checks take. */
function lookAt({ assessment, options }: Planned, plan: LocatedPlan, { context, patience }: Run): Promise<Found> {
  return atDesk(context, async (desk) => {
    patience.step?.(0, 'reading the table');
    const { data, note } = await desk.bring(plan.data);
    const reference = await broughtReference(plan.reference, desk);
    const rules = await broughtRules(plan.rules, desk);
    const { checks, createdAt: asOf } = assessment;
    const found = await runChecks({ checks, data, reference, rules, options, asOf }, patience);
    // How much of a table was read belongs to everything that is said about it.
    if (note === null || found.ingest === null) return found;
    return { ...found, ingest: { ...found.ingest, warnings: [note, ...found.ingest.warnings] } };
  });
}

function noBeat(error: unknown): void {
  log('error').warn({ error, code: 'data-quality.beat' }, 'The life sign of an assessment could not be written');
}

async function planOf({ assessment, reference: named }: Planned, given: Given, context: Context) {
  const { assetId, checks, source, baselineId } = assessment;
  const set = await findSet(assetId);
  const rules = await furtherTables(
    set.rules.filter(({ enabled }) => enabled),
    context,
  );
  const data: LocatedTable = given.data === undefined ? await tableAgain(source, context) : { data: given.data, bytes: 0 };
  const reference: LocatedReference | null =
    checks.includes('drift') || checks.includes('poisoning')
      ? given.reference === undefined
        ? await referenceOf({ reference: named, baselineId }, context)
        : { table: { data: given.reference, bytes: 0 } }
      : null;
  return { data, reference, rules, ruleSetVersion: checks.includes('quality') ? set.version : null };
}

async function tableAgain(source: ReadSource, context: Context): Promise<LocatedTable> {
  // Rows of a request live as long as the request: after a crash there is nothing to read again.
  if ('inline' in source) throw assessmentProblems.workerLost();
  return locateTable(source satisfies TableSource, context);
}

/** Writes the end of a run that could not run, and tells it: nobody may take silence for good news. Joins the ambient transaction. */
export async function settleFailure(
  { assessment, assetName }: Planned,
  error: unknown,
  state: 'failed' | 'cancelled',
): Promise<Assessment | null> {
  const problem = state === 'cancelled' ? null : problemOf(error);
  const ended = await endAssessment(assessment.id, { state, problem });
  if (ended === null) return null;
  if (problem !== null && ended.monitorId !== null) await tellFailure(ended, assetName, problem);
  await tellFinished(ended);
  return ended;
}

async function tellFailure(ended: Assessment, assetName: string, problem: { code: string; detail: string }): Promise<void> {
  const { id, assetId, monitorId, environment } = ended;
  if (monitorId === null) return;
  const at = new Date();
  const config = await findConfig();
  const monitor = await findMonitor(monitorId);
  await noteOutcome(monitorId, { assessmentId: id, at, health: 'failing' });
  if (!config.enableAlerts) return;
  const scope = {
    assetId,
    assetName,
    monitorId,
    environment,
    cooldownMs: (monitor?.cooldownMinutes ?? 0) * 60_000,
    most: config.mostAlertsOfMonitor,
  };
  await takeNews(scope, { assessmentId: id, at, candidates: [runFailed(problem)], looked: new Set() });
}

function problemOf(error: unknown): { code: string; detail: string } {
  if (isProblem(error)) return { code: error.code, detail: error.message.slice(0, 2000) };
  return { code: 'data-quality.failed', detail: 'The check failed in a way nobody meant. The trace id finds it in the logs.' };
}
