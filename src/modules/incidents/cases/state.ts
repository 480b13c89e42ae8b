/** The two state machines: which transitions exist, and what must hold before each. Pure. */
import type { Problem } from '../../../contract/problem.ts';
import type { Severity } from '../../../contract/severity.ts';
import { type ActState, actProblems, type IncidentState, incidentProblems as problems } from '../contract.ts';

const dayMs = 86_400_000;
/** Afterwards the same thing is a new incident. */
export const reopenWithinMs = 30 * dayMs;
export const closeAfterMs = 3 * dayMs;
const leastReason = 3;

export const incidentMoves: Readonly<Record<IncidentState, readonly IncidentState[]>> = {
  open: ['investigating', 'contained', 'false_positive'],
  investigating: ['contained', 'false_positive'],
  contained: ['resolved', 'false_positive'],
  resolved: ['closed', 'investigating'],
  closed: ['investigating'],
  false_positive: [],
};

export const actMoves: Readonly<Record<ActState, readonly ActState[]>> = {
  planned: ['awaiting_approval', 'executing', 'skipped'],
  awaiting_approval: ['executing', 'skipped'],
  executing: ['in_force', 'partial', 'failed'],
  // A point that confirms late, or one that stops enforcing.
  partial: ['in_force', 'reverting'],
  in_force: ['partial', 'reverting', 'expired'],
  // A way back that fails, or that a new detection stops, leads to where it came from.
  reverting: ['reverted', 'in_force', 'partial'],
  failed: [],
  reverted: [],
  expired: [],
  skipped: [],
};
/** Nothing happens to it any more. */
export const endedActs: readonly ActState[] = ['failed', 'reverted', 'expired', 'skipped'];

export type IncidentFacts = {
  readonly severity: Severity;
  readonly assigneeId: string | null;
  readonly reason: string;
  readonly rootCause: string;
  readonly mergedInto: string | null;
  /** Containing acts that are neither in force, nor waived, nor over on purpose. */
  readonly uncontained: number;
  /** Name of an asset whose quarantine is neither released nor kept on purpose. */
  readonly openQuarantine: string | null;
  /** An alert came after it was resolved. */
  readonly hasFreshAlert: boolean;
  /** Since it ended; null when it has not. */
  readonly endedForMs: number | null;
  readonly byPerson: boolean;
  /** Who said "false positive" first, and who says it now. */
  readonly falsePositiveBy: string | null;
  readonly actorId: string;
};

/**
 * Why an incident may not make a transition; null: it may.
 * A critical one that is called a false positive for the first time may, too: the caller then keeps its state and notes the first person.
 */
export function refusalOf(from: IncidentState, to: IncidentState, facts: IncidentFacts): Problem | null {
  if (facts.mergedInto !== null) return problems.merged({ into: facts.mergedInto });
  if (!incidentMoves[from].includes(to)) return problems.badTransition({ from, to });
  return guards[to](facts);
}

type Guard = (facts: IncidentFacts) => Problem | null;
const needsReason: Guard = ({ reason, byPerson }) =>
  byPerson && reason.trim().length < leastReason ? problems.reasonMissing({ least: leastReason }) : null;
const guards: Readonly<Record<IncidentState, Guard>> = {
  open: () => null,
  investigating: (facts) => {
    if (facts.endedForMs === null) return facts.assigneeId === null ? problems.assigneeMissing() : null;
    if (facts.endedForMs > reopenWithinMs) return problems.tooOldToReopen({ days: Math.floor(facts.endedForMs / dayMs) });
    return needsReason(facts);
  },
  contained: ({ uncontained }) => (uncontained > 0 ? problems.notContained({ count: uncontained }) : null),
  resolved: ({ rootCause, openQuarantine }) => {
    if (rootCause.trim() === '') return problems.rootCauseMissing();
    return openQuarantine === null ? null : problems.quarantineOpen({ asset: openQuarantine });
  },
  closed: ({ hasFreshAlert }) => (hasFreshAlert ? problems.freshAlerts() : null),
  false_positive: (facts) => {
    const noReason = needsReason(facts);
    if (noReason !== null) return noReason;
    return facts.severity === 'critical' && facts.falsePositiveBy === facts.actorId ? problems.ownSecondPerson() : null;
  },
};

/** Whether this call is only the first of the two that a critical incident needs. */
export function isFirstOfTwo({ severity, falsePositiveBy }: Pick<IncidentFacts, 'severity' | 'falsePositiveBy'>): boolean {
  return severity === 'critical' && falsePositiveBy === null;
}

/** @throws incidents.badActTransition */
export function checkActMove(from: ActState, to: ActState): void {
  if (!actMoves[from].includes(to)) throw actProblems.badActTransition({ from, to });
}
