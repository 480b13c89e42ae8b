/**
 * The rule of departments, part of the one check of `handle`: who is held to their own department changes only what belongs to it. What a
 * thing belongs to is known where it is read, so the function of the endpoint judges; that it did is seen to here.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from '../../contract/actor.ts';
import { isSameDepartment } from '../../contract/department.ts';
import type { Endpoint } from '../../contract/endpoint.ts';
import { commonProblems, isProblem, problems } from '../../contract/problem.ts';

export const departmentProblems = problems('department', {
  none: [403, 'You belong to no department here, and engineers change only assets of their own. Ask an admin to give you one.'],
  other: [403, 'Engineers change only assets of their own department, {own}: this one belongs to {whose}.'],
  leaves: [403, 'An asset of your department, {own}, stays in it: only others may give it to {whose}.'],
});
const codes = new Set(Object.values(departmentProblems).map((make) => make().code));

/** Whether something was refused by this rule. */
export function isOtherDepartment(error: unknown): boolean {
  return isProblem(error) && codes.has(error.code);
}

/** What somebody is about to change; `after` is left out when it stays in its department. */
type Change = { readonly before: string | null; readonly after?: string | null };
export type Judge = {
  /** @throws department.none, department.other, department.leaves */
  demand(change: Change): void;
  /** The department of what they make: their own unless they named another, which is refused. @throws as `demand` */
  ofNew(named: string | null | undefined): string | null | undefined;
};

const judging = new AsyncLocalStorage<{ asked: boolean }>();

/** Judges for this actor. Demand once the thing is locked, so that its department cannot change between judgement and change. */
export function departmentJudge({ heldTo }: Pick<Actor, 'heldTo'>): Judge {
  const seen = judging.getStore();
  if (seen !== undefined) seen.asked = true;
  if (heldTo === undefined) return { demand: () => {}, ofNew: (named) => named };
  const own = heldTo.department;
  const demand = ({ before, after = before }: Change): void => {
    if (own === null || own.trim() === '') throw departmentProblems.none();
    if (!isSameDepartment(before, own)) throw departmentProblems.other({ own, whose: before ?? 'no department' });
    if (!isSameDepartment(after, own)) throw departmentProblems.leaves({ own, whose: after ?? 'no department' });
  };
  const ofNew = (named: string | null | undefined): string | null => {
    const given = named ?? own;
    demand({ before: given });
    return given;
  };
  return { demand, ofNew };
}

/**
 * Runs the function of an endpoint, and fails when it changed what belongs to departments without having asked for a judge, for an actor
 * who is held to one: a forgotten judgement must not let anything through.
 */
export async function judged<T>({ ofDepartment, path }: Endpoint, { heldTo }: Actor, run: () => Promise<T>): Promise<T> {
  if (!ofDepartment || heldTo === undefined) return run();
  const seen = { asked: false };
  const output = await judging.run(seen, run);
  if (!seen.asked) throw commonProblems.internal({}, { cause: `${path} judged no department` });
  return output;
}
