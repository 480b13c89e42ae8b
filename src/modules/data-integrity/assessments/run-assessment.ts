/** One assessment from beginning to end: asked for, worked on, kept or failed. */
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { withContext } from '../../../platform/ambient.ts';
import { transaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { takeNews } from '../alerts/alert.ts';
import { broughtReference, type LocatedReference, referenceOf } from '../baselines/baseline.ts';
import { findConfig } from '../configuration/config-store.ts';
import { type Assessment, assessmentProblems, type ReadSource, type TableSource } from '../contract.ts';
import { broughtGroupReference, groupReferenceOf } from '../groups/check-groups.ts';
import { findMonitor, noteOutcome } from '../monitors/monitor-store.ts';
import { broughtRules, furtherTables } from '../rules/further-tables.ts';
import { findSet } from '../rules/rule-store.ts';
import { type DoorData, type LocatedTable, locateTable } from '../sources/locate-table.ts';
import { atDesk, type StagingDesk } from '../sources/staging-desk.ts';
import type { Patience } from './ask-door.ts';
import { beat, beginAssessment, endAssessment, type Planned } from './assessment-store.ts';
import { runFailed } from './judge.ts';
import { keepResults, tellFinished } from './keep-results.ts';
import { type Found, runChecks } from './run-checks.ts';

/** Rows that came with a request; everything else is found again from the row. */
export type Given = { readonly data?: DoorData | undefined; readonly reference?: DoorData | undefined };

type Run = { readonly context: Context; readonly patience: Patience };

/** Also how soon a run hears that somebody stopped it. */
const beatMs = 2000;

/**
 * Runs an assessment that waits or runs, in transactions of its own.
 * @returns the finished assessment; null when it had ended already or somebody ended it meanwhile.
 * @throws what the table or the door refuses. The assessment is then still open: the caller says whether that was the last try.
 */
export async function runAssessment(id: string, given: Given, run: Run): Promise<Assessment | null> {
  const { context } = run;
  const planned = await transaction(context, () => beginAssessment(id));
  if (planned === null) return null;
  const stopped = new AbortController();
  const live = async (): Promise<void> => {
    if (!(await transaction(context, () => beat(id)))) stopped.abort();
  };
  const heart = setInterval(() => void live().catch(noBeat), beatMs);
  try {
    const plan = await transaction(context, () => planOf(planned, given, context));
    const found = await lookAt(planned, plan, stoppable(run, stopped.signal));
    return await transaction(context, async () => {
      const { monitorId } = planned.assessment;
      const monitor = monitorId === null ? null : await findMonitor(monitorId);
      return keepResults(planned, found, { config: await findConfig(), monitor, ruleSetVersion: plan.ruleSetVersion });
    });
  } finally {
    clearInterval(heart);
  }
}

/** What the door works on ends with the run, whoever ended it. */
function stoppable({ context, patience }: Run, stopped: AbortSignal): Run {
  const signal = AbortSignal.any([patience.signal, stopped]);
  return { context: { ...context, signal: AbortSignal.any([context.signal, stopped]) }, patience: { ...patience, signal } };
}

type LocatedPlan = Awaited<ReturnType<typeof planOf>>;

/** Tables that lie in a database are there for as long as the checks take. */
function lookAt({ assessment, options }: Planned, plan: LocatedPlan, { context, patience }: Run): Promise<Found> {
  const work = async (desk: StagingDesk): Promise<Found> => {
    patience.step?.(0, 'reading the table');
    const { data, note } = await desk.bring(plan.data, (rows, estimated) => patience.step?.(0, broughtWords(rows, estimated)));
    const reference = await broughtReference(plan.reference, desk);
    const rules = await broughtRules(plan.rules, desk);
    const { checks, createdAt: asOf } = assessment;
    const groupReference = plan.groupReference === null ? null : await broughtGroupReference(plan.groupReference, desk);
    const found = await runChecks({ checks, data, reference, rules, options, groupReference, asOf }, patience);
    // How much of a table was read belongs to everything that is said about it.
    if (note === null || found.ingest === null) return found;
    return { ...found, ingest: { ...found.ingest, warnings: [note, ...found.ingest.warnings] } };
  };
  return withContext(context, () => atDesk(context, work));
}

function broughtWords(rows: number, estimated: number | null): string {
  const of = estimated === null ? '' : ` of about ${estimated.toLocaleString('en-US')}`;
  return `${rows.toLocaleString('en-US')}${of} rows brought from the database`;
}

function noBeat(error: unknown): void {
  log('error').warn({ error, code: 'data-quality.beat' }, 'The life sign of an assessment could not be written');
}

/** By group are quality and drift; a run that looks for neither splits nothing. */
export function isSplit({ assessment: { checks }, options }: Pick<Planned, 'assessment' | 'options'>): boolean {
  return options.groupBy !== undefined && (checks.includes('quality') || checks.includes('drift'));
}

async function planOf(planned: Planned, given: Given, context: Context) {
  const { assetId, checks, source, baselineId } = planned.assessment;
  const named = planned.reference;
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
  const groupReference = isSplit(planned) ? await groupReferenceOf(reference, baselineId, context) : null;
  return { data, reference, groupReference, rules, ruleSetVersion: checks.includes('quality') ? set.version : null };
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
