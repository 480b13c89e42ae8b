/** Which family is next: the one that has been tried least, so that a run may be stopped at any time. */
import type { Family } from '../../test/corpus/model-scanner/fuzz.ts';

export type FamilyState = {
  readonly family: Family;
  /** The next mutant, and the first that is not wanted. */
  from: number;
  readonly to: number;
  tried: number;
  seconds: number;
  megabytes: number;
  failures: number;
  /** A part of it is under way. */
  busy: boolean;
};
export type Part = { readonly state: FamilyState; readonly from: number; readonly count: number };

/** Mutants at a time; slow families lose little when a run ends. */
const partMutants = 2500;

type Range = { readonly from: number; readonly to: number; readonly triedOf: (family: Family) => number | undefined };

export function familyStates(families: readonly Family[], { from, to, triedOf }: Range): FamilyState[] {
  return families.map((family) => {
    const begin = Math.min(to, Math.max(from, triedOf(family) ?? 0));
    return { family, from: begin, to, tried: 0, seconds: 0, megabytes: 0, failures: 0, busy: false };
  });
}

/** Marks it busy; undefined when nothing is left that no other line has. */
export function nextPart(states: readonly FamilyState[]): Part | undefined {
  let state: FamilyState | undefined;
  for (const other of states) if (!other.busy && other.from < other.to && (state === undefined || other.from < state.from)) state = other;
  if (!state) return undefined;
  state.busy = true;
  return { state, from: state.from, count: Math.min(partMutants, state.to - state.from) };
}
