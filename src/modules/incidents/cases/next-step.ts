/** The one thing to do about an incident now, by its state, its acts and who reads it. Pure. */
import type { Act } from '../acts/act-contract.ts';
import type { Incident } from './incident-contract.ts';

export type StepKind = 'acknowledge' | 'approve' | 'act' | 'contain' | 'resolve' | 'close' | 'open-other';
export type NextStep = {
  /** To whoever may do it. */
  readonly says: string;
  /** To whoever may only read: how it stands, and nothing to press. */
  readonly stands: string;
  /** null: nothing to press now. */
  readonly does: { readonly kind: StepKind; readonly verb: string } | null;
  /** What `approve` is about. */
  readonly act: StepAct | null;
};
export type StepAct = Pick<Act, 'id' | 'title' | 'state' | 'containing' | 'simulated' | 'waived' | 'requestedBy'>;
type StepIncident = Pick<Incident, 'state' | 'acknowledgedAt' | 'mergedInto'>;

const step = (says: string, stands: string, does: NextStep['does'] = null, act: StepAct | null = null): NextStep => ({
  says,
  stands,
  does,
  act,
});
const nothing = (says: string): NextStep => step(says, says);

/** States of acts that a next step may be about; those in force can be hundreds. */
export const unsettledActs = ['failed', 'partial', 'planned', 'executing', 'awaiting_approval'] as const;
const counted = (acts: number): string => (acts === 1 ? '1 containing act is' : `${acts} containing acts are`);
const isUnsettled = ({ state }: StepAct): boolean => unsettledActs.some((one) => one === state);

/**
 * @param acts those in one of `unsettledActs`, newest first; null: not known yet
 * @param readerId who asked for an act may not approve it
 * @returns null while it depends on acts that are not known
 */
export function nextStep(incident: StepIncident, acts: readonly StepAct[] | null, readerId: string | null): NextStep | null {
  const first = firstSteps(incident);
  if (first !== null) return first;
  if (acts === null) return null;
  const waiting = acts.filter(({ state }) => state === 'awaiting_approval').toReversed();
  const others = waiting.find(({ requestedBy }) => requestedBy.id !== readerId);
  if (others !== undefined) return approval(others, waiting.length - 1);
  if (incident.state === 'resolved')
    return step('Close it when nothing new comes; after 72 hours it closes by itself.', 'It closes by itself after 72 hours.', {
      kind: 'close',
      verb: 'Close',
    });
  if (incident.state === 'contained')
    return step('Find the root cause, write it down, and resolve it.', 'It is contained; the root cause is being looked for.', {
      kind: 'resolve',
      verb: 'Resolve',
    });
  return containment(acts.filter((act) => act.containing && !act.simulated && act.waived === null && isUnsettled(act)));
}

/** What does not depend on acts. */
function firstSteps({ mergedInto, state, acknowledgedAt }: StepIncident): NextStep | null {
  if (mergedInto !== null) {
    const says = 'It was merged into another incident and lives on there.';
    return step(says, says, { kind: 'open-other', verb: 'Open that one' });
  }
  if (state === 'closed') return nothing('Nothing: it is closed and its timeline is sealed.');
  if (state === 'false_positive') return nothing('Nothing: it was a false positive.');
  if (acknowledgedAt === null)
    return step(
      'Say that you look at it: that stops the escalation.',
      'Nobody has acknowledged it yet; until then the escalation goes on.',
      {
        kind: 'acknowledge',
        verb: 'Acknowledge',
      },
    );
  return null;
}

function approval(act: StepAct, more: number): NextStep {
  const rest = more === 0 ? '' : ` ${more} more ${more === 1 ? 'waits' : 'wait'} as well.`;
  return step(
    `${act.requestedBy.name} asks: ${act.title}. Somebody else must decide, for instance you.${rest}`,
    `${act.requestedBy.name} asks: ${act.title}. It waits for approval.${rest}`,
    { kind: 'approve', verb: 'Approve' },
    act,
  );
}

function containment(open: readonly StepAct[]): NextStep {
  const own = open.filter(({ state }) => state === 'awaiting_approval').length;
  const broken = open.filter(({ state }) => state === 'failed' || state === 'partial').length;
  if (broken > 0) {
    const stands = `${counted(broken)} not in force.`;
    return step(`${stands} Do it another way, or say there why the incident need not wait for it.`, stands, {
      kind: 'act',
      verb: 'Do something else',
    });
  }
  if (own > 0) return nothing(`${counted(own)} waiting until somebody else than you approves.`);
  if (open.length > 0) return nothing(`${counted(open.length)} under way.`);
  return step('Make sure that nothing spreads, then mark it as contained.', 'It is being looked at; it is not contained yet.', {
    kind: 'contain',
    verb: 'Mark as contained',
  });
}
