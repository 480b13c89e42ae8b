/** Asks the door for the groups of a table, and finds what they are compared with. */
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import { checkGroups } from '../../data-quality/contract.ts';
import { askPatiently, type Patience } from '../assessments/ask-door.ts';
import type { LocatedReference } from '../baselines/baseline.ts';
import { findBaseline } from '../baselines/baseline-store.ts';
import type { CheckOptions, GroupAnswer, RuleOutcome } from '../contract.ts';
import type { AskedRule } from '../rules/rule-outcome.ts';
import { type DoorData, type LocatedTable, locateTable } from '../sources/locate-table.ts';
import type { StagingDesk } from '../sources/staging-desk.ts';

/** `sha256`: only with this content is it what the baseline was made of. null: any. */
export type LocatedGroupReference = { readonly table: LocatedTable; readonly sha256: string | null } | { readonly unknown: string };
export type GroupReference = { readonly data: DoorData; readonly sha256: string | null } | { readonly unknown: string };

/** A baseline keeps no groups: the table it was made of is read again, as long as it is the same. Needs a transaction. */
export async function groupReferenceOf(
  reference: LocatedReference | null,
  baselineId: string | null,
  context: Context,
): Promise<LocatedGroupReference> {
  if (reference === null) return { unknown: 'there is no table to compare with' };
  if ('table' in reference) return { table: reference.table, sha256: null };
  const baseline = baselineId === null ? null : await findBaseline(baselineId);
  if (baseline === null) return { unknown: 'there is no table to compare with' };
  try {
    return { table: await locateTable(baseline.source, context), sha256: baseline.dataSha256 };
  } catch (error) {
    if (!isProblem(error) || error.status >= 500) throw error;
    return { unknown: `a baseline keeps no groups, and its table cannot be read again: ${error.message}` };
  }
}

/** Outside of transactions. */
export async function broughtGroupReference(reference: LocatedGroupReference, desk: StagingDesk): Promise<GroupReference> {
  if ('unknown' in reference) return reference;
  try {
    return { data: (await desk.bring(reference.table)).data, sha256: reference.sha256 };
  } catch (error) {
    if (!isProblem(error) || error.status >= 500 || error.code === 'data-quality.stopped') throw error;
    return { unknown: `the table to compare with cannot be read: ${error.message}` };
  }
}

export type GroupQuestion = {
  readonly column: string;
  readonly data: DoorData;
  readonly reference: GroupReference;
  readonly options: CheckOptions;
  readonly rules: readonly AskedRule[];
  /** What became of the rules over the whole table: one that could not be asked there is not asked of groups. */
  readonly outcomes: readonly RuleOutcome[] | null;
  readonly asOf: string;
};

const changed = 'the table of the baseline has changed since it was made, and a baseline keeps no groups';

/** What the door refuses about the groups alone (no such column, too many values) is the answer; the rest of the assessment stands. */
export async function askForGroups(question: GroupQuestion, patience: Patience): Promise<GroupAnswer> {
  const { column, data, reference, options, asOf } = question;
  const { key, freshness, mostGroups, sensitivity, seed } = options;
  const fresh = freshness === undefined ? {} : { freshness: { ...freshness, asOf } };
  const compared = 'unknown' in reference ? {} : { reference: reference.data };
  const asked = { column, data, ...compared, rules: askable(question), key, ...fresh, mostGroups, sensitivity, seed };
  try {
    const answer = await askPatiently((watch) => call(checkGroups, { watch, ...asked }), patience);
    const { ingest: _read, reference: before, ...groups } = answer;
    if ('unknown' in reference) return { status: 'known', ...groups, driftUnknown: reference.unknown };
    if (reference.sha256 === null || before?.sha256 === reference.sha256) return { status: 'known', ...groups };
    return { status: 'known', ...groups, ...withoutDrift(groups), driftUnknown: changed };
  } catch (error) {
    if (!isProblem(error) || !refusals.has(error.code)) throw error;
    return { status: 'unknown', reason: error.message };
  }
}

const refusals: ReadonlySet<string> = new Set(['data-quality.noSuchColumn', 'data-quality.noColumns', 'data-quality.badRule']);

function askable({ rules, outcomes }: GroupQuestion) {
  return rules.flatMap(({ name, rule, tolerance, severity }, place) => {
    const verdict = outcomes?.[place]?.verdict;
    return verdict === undefined || verdict === 'unknown' || outcomes?.[place]?.of === null
      ? []
      : [{ ...rule, id: name.slice(0, 200), tolerance, severity }];
  });
}

type Known = Extract<GroupAnswer, { status: 'known' }>;
function withoutDrift({ groups }: Pick<Known, 'groups'>): Pick<Known, 'groups' | 'newGroups' | 'vanishedGroups' | 'driftTests'> {
  return { groups: groups.map((group) => ({ ...group, drift: null })), newGroups: [], vanishedGroups: [], driftTests: 0 };
}
