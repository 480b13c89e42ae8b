/** Changes that people make to one vulnerability: checked, planned, written, told, in the ambient transaction. */
import type { Actor, Context } from '../../../contract/actor.ts';
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import {
  type BulkAction,
  vulnerabilityProblems as problems,
  type Transition,
  type Vulnerability,
  type VulnerabilityDetail,
} from '../contract.ts';
import { reassess } from '../recording/record.ts';
import { slaPolicy } from '../scores/sla.ts';
import { type Author, countHistory, findRow, lockRows } from '../store.ts';
import type { VulnerabilityRow } from '../table.ts';
import { toVulnerability } from '../view.ts';
import { type Person, type Plan, planAssign, planDecision, planDue, planHold, planMove } from './change.ts';
import { tell } from './news.ts';
import { actingPerson } from './people.ts';
import { writePlan } from './plan-store.ts';
import { checkGrant, checkMove, isLive, movesFor } from './status.ts';

/** @throws vulnerabilities.notFound */
export async function requireRow(id: string): Promise<VulnerabilityRow> {
  const row = await findRow(id);
  if (row === null) throw problems.notFound({ id });
  return row;
}

/** @throws vulnerabilities.notFound, request.conflict when it is of another version than the one that was seen. */
export async function lockExpected(id: string, version: number | undefined): Promise<VulnerabilityRow> {
  const [row] = await lockRows([id]);
  if (row === undefined) throw problems.notFound({ id });
  if (version !== undefined && version !== row.version) throw commonProblems.conflict({ expected: version, actual: row.version });
  return row;
}

export async function detailOf(row: VulnerabilityRow, actor: Pick<Actor, 'role'>): Promise<VulnerabilityDetail> {
  const counts = await countHistory(row.id);
  return { ...toVulnerability(row), moves: movesFor(row, actor), comments: counts.comments, historyCount: counts.all };
}

/** Writes the plans one after the other and tells once. Without plans nothing happened. */
export async function carryOut(
  row: VulnerabilityRow,
  plans: readonly Plan[],
  { author, context }: { author: Author; context: Context },
): Promise<VulnerabilityDetail> {
  let after = row;
  for (const plan of plans) after = await writePlan(after, plan, { author });
  const rated = plans.some(({ set }) => 'severity' in set || 'cvssScore' in set || 'remedy' in set || 'title' in set);
  const happened = plans.length === 0 ? [] : [{ before: row, after }];
  const told = rated ? await reassess(happened, new Date(), author) : happened;
  await tell(told, { cause: 'person', causeId: context.actor.id });
  audit.subject({ type: 'vulnerabilities', id: row.id });
  audit.change({
    before: Object.assign({}, ...plans.map(({ before }) => before)),
    after: Object.assign({}, ...plans.map(({ after: next }) => next)),
  });
  return detailOf(told[0]?.after ?? row, context.actor);
}

/** The actor and the words of one change, for one row or for many. */
export type Acting = { readonly actor: Pick<Actor, 'id' | 'role'>; readonly person: Person; readonly now: Date };

export function planTransition(row: VulnerabilityRow, transition: Transition, { actor, person, now }: Acting): Plan {
  const policy = slaPolicy();
  checkMove({ row, transition, actor, now, mostAcceptanceDays: policy.mostAcceptanceDays });
  return planMove(row, transition, { now, policy, person });
}

/** One bulk action on one row. @throws the same problems a single change would give. null: nothing to change. */
export function planAction(row: VulnerabilityRow, action: BulkAction, acting: Acting & { assignee: Person | null }): Plan | null {
  if (action.kind === 'transition') return planTransition(row, action, acting);
  if (!isLive(row.status)) throw problems.notOpen({ status: row.status });
  if (action.kind === 'assign') return row.assigneeId === (acting.assignee?.id ?? null) ? null : planAssign(row, acting.assignee);
  const dueAt = action.due_at === null ? null : new Date(action.due_at);
  return row.dueAt?.getTime() === dueAt?.getTime() ? null : planDue(row, dueAt, action.reason);
}

export function planGrant(row: VulnerabilityRow, decision: { grant: boolean; note: string }, { actor, person, now }: Acting): Plan {
  checkGrant(row.acceptance, actor);
  return planDecision(row, decision, { person, now, policy: slaPolicy() });
}

export function planPause(row: VulnerabilityRow, hold: Omit<NonNullable<Vulnerability['hold']>, 'since'> | null, now: Date): Plan {
  if (!isLive(row.status)) throw problems.notOpen({ status: row.status });
  if (hold?.until != null && Date.parse(hold.until) <= now.getTime())
    throw problems.untilOutOfRange({ days: slaPolicy().mostPauseDays[row.severity] });
  return planHold(row, hold, { now, policy: slaPolicy() });
}

export async function actingIn(context: Context): Promise<Acting & { author: Author }> {
  const author = await actingPerson(context);
  return { actor: context.actor, person: { id: author.id, name: author.name }, now: new Date(), author };
}
