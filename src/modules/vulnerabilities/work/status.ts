/** Which status may follow which, who may do it and what it needs: one table for the server and for the buttons. */
import type { Actor } from '../../../contract/actor.ts';
import type { Role } from '../../../contract/permission.ts';
import { type Move, vulnerabilityProblems as problems, type Status, type Transition } from '../vulnerability.ts';

type Need = Move['needs'][number];
export type Rule = {
  readonly from: readonly Status[];
  readonly to: Status;
  readonly label: string;
  readonly roles: readonly Role[];
  readonly needs: readonly Need[];
  /** Shortest reason, in characters. */
  readonly leastReason: number;
};

const workers: readonly Role[] = ['engineer', 'analyst', 'ciso', 'admin'];
const judges: readonly Role[] = ['analyst', 'ciso', 'admin'];
/** Who grants the acceptance of a risk; never the one who asked. */
export const granters: readonly Role[] = ['ciso', 'admin'];
const live: readonly Status[] = ['open', 'in_progress'];

export const rules: readonly Rule[] = [
  { from: ['open'], to: 'in_progress', label: 'Start work', roles: workers, needs: ['assignee'], leastReason: 0 },
  { from: ['in_progress'], to: 'open', label: 'Put back', roles: workers, needs: [], leastReason: 0 },
  { from: live, to: 'resolved', label: 'Resolve', roles: workers, needs: ['resolution', 'reason'], leastReason: 3 },
  { from: live, to: 'false_positive', label: 'Mark as false positive', roles: judges, needs: ['reason'], leastReason: 10 },
  {
    from: live,
    to: 'risk_accepted',
    label: 'Ask to accept the risk',
    roles: workers,
    needs: ['reason', 'until', 'another-person'],
    leastReason: 10,
  },
  { from: ['resolved', 'false_positive', 'risk_accepted'], to: 'open', label: 'Reopen', roles: workers, needs: ['reason'], leastReason: 3 },
];

export function isLive(status: Status): boolean {
  return live.includes(status);
}

/** What the table looks at in a row. */
export type Standing = {
  readonly status: Status;
  readonly assigneeId: string | null;
  readonly acceptance: { readonly requestedByName: string; readonly grantedAt: string | null } | null;
};
type Asked = {
  readonly row: Standing;
  readonly transition: Transition;
  readonly actor: Pick<Actor, 'role'>;
  readonly now: Date;
  readonly mostAcceptanceDays: number;
};

/**
 * Checks a move against the table.
 * @returns the rule that allows it.
 * @throws vulnerabilities.noSuchMove, .roleRefused, .reasonMissing, .reasonTooShort, .untilMissing, .untilOutOfRange,
 *   .assigneeMissing, .requestPending
 * Pure.
 */
export function checkMove({ row, transition, actor, now, mostAcceptanceDays }: Asked): Rule {
  const { to } = transition;
  const rule = rules.find((candidate) => candidate.to === to && candidate.from.includes(row.status));
  if (rule === undefined) throw problems.noSuchMove({ from: row.status, to });
  if (actor.role === null || !rule.roles.includes(actor.role)) throw problems.roleRefused({ roles: rule.roles.join(', '), to });
  if (rule.needs.includes('assignee') && row.assigneeId === null) throw problems.assigneeMissing();
  if (rule.needs.includes('resolution') && transition.resolution === undefined)
    throw problems.reasonMissing({ to, what: 'a resolution: fixed, mitigated or removed' });
  checkReason(rule, transition.reason ?? '');
  if (rule.needs.includes('until')) checkUntil(transition.until, now, mostAcceptanceDays);
  const pending = row.acceptance;
  if (to === 'risk_accepted' && pending !== null && pending.grantedAt === null)
    throw problems.requestPending({ name: pending.requestedByName, roles: granters.join(' or ') });
  return rule;
}

function checkReason({ to, needs, leastReason }: Rule, reason: string): void {
  if (!needs.includes('reason')) return;
  if (reason === '') throw problems.reasonMissing({ to, what: 'a reason' });
  if (reason.length < leastReason) throw problems.reasonTooShort({ to, least: leastReason });
}

function checkUntil(until: string | undefined, now: Date, days: number): void {
  if (until === undefined) throw problems.untilMissing();
  const ms = Date.parse(until) - now.getTime();
  if (!(ms > 0 && ms <= days * 86_400_000)) throw problems.untilOutOfRange({ days });
}

/** The moves of a row as this reader may see them: refused ones say who can. Pure. */
export function movesFor(row: Standing, actor: Pick<Actor, 'role'>): Move[] {
  return rules
    .filter(({ from }) => from.includes(row.status))
    .map(({ to, label, needs, roles }) => {
      const refusal = refusalOf({ to, roles, row, actor });
      return { to, label, needs: [...needs], allowed: refusal === null, refusal };
    });
}

function refusalOf({
  to,
  roles,
  row,
  actor,
}: {
  to: Status;
  roles: readonly Role[];
  row: Standing;
  actor: Pick<Actor, 'role'>;
}): string | null {
  if (actor.role === null || !roles.includes(actor.role)) return `Only ${roles.join(', ')} can do this.`;
  if (to === 'risk_accepted' && row.acceptance !== null && row.acceptance.grantedAt === null)
    return `${row.acceptance.requestedByName} has asked already; a ${granters.join(' or ')} must decide.`;
  return null;
}

/** @throws vulnerabilities.noRequest, .roleRefused, .ownRequest. Pure. */
export function checkGrant(
  acceptance: { readonly requestedBy: string; readonly grantedAt: string | null } | null,
  actor: Pick<Actor, 'role' | 'id'>,
): void {
  if (acceptance === null || acceptance.grantedAt !== null) throw problems.noRequest();
  if (actor.role === null || !granters.includes(actor.role))
    throw problems.roleRefused({ roles: granters.join(', '), to: 'risk_accepted' });
  if (acceptance.requestedBy === actor.id) throw problems.ownRequest({ roles: granters.join(' or ') });
}
