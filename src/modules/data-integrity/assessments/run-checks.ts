/** Asks the data door for every check of one assessment. What cannot be run is said with its reason; what cannot be read ends the run. */
import type { z } from 'zod';
import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import {
  type Anomalies,
  checkAnomalies,
  checkDrift,
  checkPoisoning,
  checkQuality,
  type Drift,
  type IngestReport,
  type Poisoning,
  type Quality,
} from '../../data-quality/contract.ts';
import type { ReferenceTable } from '../baselines/baseline.ts';
import type { CheckKind, CheckOptions, GroupAnswer, RuleOutcome } from '../contract.ts';
import { askForGroups, type GroupReference } from '../groups/check-groups.ts';
import { type AskedRule, askWithRules } from '../rules/rule-outcome.ts';
import type { DoorData } from '../sources/locate-table.ts';
import { askPatiently, type Patience } from './ask-door.ts';

export type CheckPlan = {
  readonly checks: readonly CheckKind[];
  readonly data: DoorData;
  readonly reference: ReferenceTable | null;
  readonly rules: readonly AskedRule[];
  readonly options: CheckOptions;
  /** null: nobody asked for groups. */
  readonly groupReference: GroupReference | null;
  /** The moment that freshness is measured against. */
  readonly asOf: string;
};
/** null: not asked for, or not run (then `notRun` says why). */
export type Found = {
  readonly ingest: IngestReport | null;
  readonly quality: Quality | null;
  readonly rules: readonly RuleOutcome[] | null;
  readonly drift: Drift | null;
  readonly anomalies: z.infer<typeof Anomalies> | null;
  readonly poisoning: z.infer<typeof Poisoning> | null;
  readonly groups: GroupAnswer | null;
  readonly notRun: readonly { readonly check: CheckKind; readonly reason: string }[];
};
type Draft = { -readonly [K in keyof Found]: Found[K] };

const kept = 100;

/** @throws what the door refuses: data-quality.unreadable, .emptyData …; data-quality.checkStopped when the signal aborts. */
export async function runChecks(plan: CheckPlan, patience: Patience): Promise<Found> {
  const found: Draft = {
    ingest: null,
    quality: null,
    rules: null,
    drift: null,
    anomalies: null,
    poisoning: null,
    groups: null,
    notRun: [],
  };
  for (const [k, check] of plan.checks.entries()) {
    patience.step?.(k, check);
    await runOne(check, plan, { found, patience: counted(check, k, patience) });
  }
  const { groupBy } = plan.options;
  if (groupBy !== undefined && plan.groupReference !== null) {
    const { data, options, asOf, rules, groupReference: reference } = plan;
    const question = { column: groupBy, data, reference, options, rules, outcomes: found.rules, asOf };
    patience.step?.(plan.checks.length, 'groups');
    found.groups = await askForGroups(question, counted('groups', plan.checks.length, patience));
  }
  patience.step?.(plan.checks.length + Number(found.groups !== null), 'storing');
  return found;
}

const grouped = (rows: number): string => rows.toLocaleString('en-US');

/** The door answers a check as a whole; how many rows it has read it tells meanwhile. */
function counted(check: string, place: number, patience: Patience): Patience {
  const { step } = patience;
  if (step === undefined) return patience;
  return {
    ...patience,
    told: (rows, stage) => step(place, `${check}: ${grouped(rows)} rows ${stage === 'reading' ? 'read so far' : 'read, computing'}`),
  };
}

type Run = { readonly found: Draft; readonly patience: Patience };

async function runOne(check: CheckKind, plan: CheckPlan, run: Run): Promise<void> {
  const missing = (reason: string): void => {
    run.found.notRun = [...run.found.notRun, { check, reason }];
  };
  try {
    if (check === 'quality') return await runQuality(plan, run);
    if (check === 'drift') return plan.reference === null ? missing(noReference) : await runDrift(plan, plan.reference, run);
    if (check === 'anomalies') return await runAnomalies(plan, run);
    const { label } = plan.options;
    return label === undefined ? missing('nobody said which column is the label') : await runPoisoning(plan, label, run);
  } catch (error) {
    // A table without a number has no anomalies to search for; everything else about it still holds.
    if (!isProblem(error) || error.code !== 'data-quality.noColumns') throw error;
    missing(error.message);
  }
}
const noReference = 'there is no baseline to compare with';

async function runQuality({ data, rules, options, asOf }: CheckPlan, { found, patience }: Run): Promise<void> {
  const { key, freshness } = options;
  const fresh = freshness === undefined ? {} : { freshness: { ...freshness, asOf } };
  const { answer, outcomes } = await askWithRules(rules, (asked) =>
    askPatiently((watch) => call(checkQuality, { watch, data, ...asked, key, ...fresh }), patience),
  );
  const { ingest, rules: _findings, failing: _failing, nearDuplicates: _near, ...quality } = answer;
  found.ingest = ingest;
  found.quality = quality;
  found.rules = outcomes;
}

async function runDrift({ data, options }: CheckPlan, reference: ReferenceTable, { found, patience }: Run): Promise<void> {
  const { sensitivity, seed } = options;
  const before = 'table' in reference ? { reference: reference.table } : { baseline: reference.baseline };
  const answer = await askPatiently((watch) => call(checkDrift, { watch, ...before, current: data, sensitivity, seed }), patience);
  const { reference: _read, current, ...drift } = answer;
  found.ingest ??= current;
  found.drift = drift;
}

async function runAnomalies({ data, options }: CheckPlan, { found, patience }: Run): Promise<void> {
  const { columns, seed, falseFlagRate } = options;
  const question = { data, columns, seed, top: kept, ensemble: true, falseFlagRate };
  const answer = await askPatiently((watch) => call(checkAnomalies, { watch, ...question }), patience);
  const { ingest, ...anomalies } = answer;
  found.ingest ??= ingest;
  found.anomalies = anomalies;
}

async function runPoisoning({ data, options, reference }: CheckPlan, label: string, { found, patience }: Run): Promise<void> {
  const { split, order, seed } = options;
  // A baseline that kept no rows has nothing that rows could be held against.
  const baseline = reference !== null && 'table' in reference ? { baseline: reference.table } : {};
  const answer = await askPatiently((watch) => call(checkPoisoning, { watch, data, label, split, order, seed, ...baseline }), patience);
  const { ingest, ...poisoning } = answer;
  found.ingest ??= ingest;
  found.poisoning = poisoning;
}
