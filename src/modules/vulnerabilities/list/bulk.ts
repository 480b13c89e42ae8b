/** The same change on many: previewed by groups, carried out row by row with a result each, and taken back. */
import type { Context } from '../../../contract/actor.ts';
import { isProblem } from '../../../contract/problem.ts';
import { transaction } from '../../../platform/database/database.ts';
import { type Batch, BulkAction, vulnerabilityProblems as problems, type VulnerabilityFilter } from '../contract.ts';
import type { Author } from '../store.ts';
import type { BatchRow, VulnerabilityRow } from '../table.ts';
import type { Person, Plan } from '../work/change.ts';
import { tell } from '../work/news.ts';
import { personToAssign } from '../work/people.ts';
import { type Planned, writePlans } from '../work/plan-store.ts';
import { isLive } from '../work/status.ts';
import { type Acting, actingIn, planAction } from '../work/work.ts';
import {
  endBatch,
  findBatch,
  groupTarget,
  lockBatch,
  type Outcome,
  refusalsOf,
  restoreSome,
  type Target,
  takeWaiting,
  writeOutcomes,
} from './bulk-store.ts';

/** Up to here a bulk change is done while the person waits. */
export const rowsAtOnce = 200;
const rowsAStep = 500;
const undoMs = 86_400_000;

type Asked = {
  readonly ids?: readonly string[] | undefined;
  readonly filter?: VulnerabilityFilter | undefined;
  readonly as_of?: string | undefined;
};

/** @throws vulnerabilities.bulkTarget unless exactly one of ids and filter is named. */
export function targetOf({ ids, filter, as_of: asOf }: Asked, context: Context): Target {
  if ((ids === undefined) === (filter === undefined)) throw problems.bulkTarget();
  if (ids !== undefined) return { ids: [...new Set(ids)] };
  return { filter: filter ?? {}, asOf: asOf === undefined ? new Date() : new Date(asOf), userId: context.actor.id };
}

export async function assigneeOf(action: BulkAction, context: Context): Promise<Person | null> {
  return action.kind === 'assign' ? personToAssign(action.assignee_id, context) : null;
}

export async function preview(target: Target, action: BulkAction, context: Context) {
  const acting = { ...(await actingIn(context)), assignee: await assigneeOf(action, context) };
  const groups = await groupTarget(target, {
    assigneeId: acting.assignee?.id ?? null,
    dueAt: action.kind === 'due' ? action.due_at : null,
  });
  const refusals = new Map<string, { code: string; reason: string; count: number }>();
  const sum = { matched: 0, willChange: 0, closes: 0, breachesEnded: 0 };
  for (const { row, count, breached } of groups) {
    sum.matched += count;
    const tried = tryPlan(row, action, acting);
    if ('code' in tried) {
      const known = refusals.get(tried.code);
      refusals.set(tried.code, { ...tried, count: (known?.count ?? 0) + count });
      continue;
    }
    if (tried.plan === null) continue;
    sum.willChange += count;
    const closes = isLive(row.status) && tried.plan.set.status !== undefined && !isLive(tried.plan.set.status);
    if (closes) sum.closes += count;
    if (closes || action.kind === 'due') sum.breachesEnded += breached;
  }
  return { ...sum, refusals: [...refusals.values()] };
}

type Tried = { readonly plan: Plan | null } | { readonly code: string; readonly reason: string };

function tryPlan(row: VulnerabilityRow, action: BulkAction, acting: Acting & { assignee: Person | null }): Tried {
  try {
    return { plan: planAction(row, action, acting) };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { code: error.code, reason: error.message };
  }
}

/** Who asked, kept with the batch: a job does it in their name and with their role. */
export type BatchActor = {
  readonly id: string;
  readonly role: Acting['actor']['role'];
  readonly author: Author;
  readonly assignee: Person | null;
};

/** Works through what waits, in steps of their own transaction (or the ambient one). Answers how many rows were looked at. */
export async function runBatch(
  batch: Pick<BatchRow, 'id'> & { action: BulkAction; actor: BatchActor },
  { context, progress = () => {} }: { context: Context; progress?: (done: number) => void },
): Promise<number> {
  const { id: batchId, action, actor } = batch;
  let done = 0;
  for (;;) {
    const step = await transaction(context, async () => {
      const rows = await takeWaiting(batchId, rowsAStep);
      if (rows.length > 0) await changeRows(rows, { batchId, action, actor });
      return rows.length;
    });
    done += step;
    progress(done);
    if (step < rowsAStep || context.signal.aborted) break;
  }
  if (!context.signal.aborted) await transaction(context, () => endBatch(batchId, 'done'));
  return done;
}

async function changeRows(
  rows: readonly VulnerabilityRow[],
  { batchId, action, actor }: { batchId: string; action: BulkAction; actor: BatchActor },
): Promise<void> {
  const acting = { actor, person: actor.author, now: new Date(), assignee: actor.assignee };
  const planned: Planned[] = [];
  const outcomes: Outcome[] = [];
  for (const row of rows) {
    const tried = tryPlan(row, action, acting);
    if ('code' in tried) outcomes.push({ id: row.id, outcome: 'refused', ...tried });
    else if (tried.plan === null) outcomes.push({ id: row.id, outcome: 'kept' });
    else planned.push({ row, plan: tried.plan });
  }
  const after = new Map((await writePlans(planned, { author: actor.author, batchId })).map((row) => [row.id, row]));
  const changed = planned.flatMap(({ row }) => {
    const now = after.get(row.id);
    return now === undefined ? [] : [{ before: row, after: now }];
  });
  for (const { before, after: now } of changed) outcomes.push({ id: now.id, outcome: 'changed', before, versionAfter: now.version });
  await writeOutcomes(batchId, outcomes);
  await tell(changed, { cause: 'person', causeId: actor.id });
}

/** @throws vulnerabilities.batchNotFound, .batchRunning, .batchUndone, .batchTooOld */
export async function undo(batchId: string, context: Context): Promise<{ restored: number; kept: number }> {
  const batch = await lockBatch(batchId);
  if (batch === null) throw problems.batchNotFound({ id: batchId });
  if (batch.state === 'running') throw problems.batchRunning();
  if (batch.state === 'undone') throw problems.batchUndone();
  if (Date.now() - batch.createdAt.getTime() > undoMs) throw problems.batchTooOld();
  const { author } = await actingIn(context);
  const sum = { restored: 0, kept: 0 };
  for (;;) {
    const step = await restoreSome(batchId, rowsAStep, author);
    if (step.done) break;
    sum.restored += step.restored.length;
    sum.kept += step.kept;
    await tell(step.restored, { cause: 'person', causeId: context.actor.id });
  }
  await endBatch(batchId, 'undone');
  return sum;
}

export async function batchAnswer(id: string): Promise<Batch> {
  const row = await findBatch(id);
  if (row === null) throw problems.batchNotFound({ id });
  const { jobId, state, matched, changed, createdAt } = row;
  return { id, jobId, state, matched, changed, refusals: await refusalsOf(id), createdAt: createdAt.toISOString() };
}

/** What a stored batch says it does; written by us. */
export function readBatch(row: BatchRow): Pick<BatchRow, 'id'> & { action: BulkAction; actor: BatchActor } {
  return { id: row.id, action: BulkAction.parse(row.action), actor: row.actor as BatchActor };
}
