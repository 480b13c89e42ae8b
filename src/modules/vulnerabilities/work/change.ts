/** What each move does to a row: which fields, which history, whose clock. Pure; the store writes what is planned here. */
import type { Severity } from '../../../contract/severity.ts';
import { allowedDays, countedPauseMs, dueDate, keepsOldDate, movedDueDate, type SlaPolicy } from '../scores/sla.ts';
import type { VulnerabilityDraftRow, VulnerabilityRow } from '../table.ts';
import type { Acceptance, HistoryEntry, Resolution, Transition, Vulnerability } from '../vulnerability.ts';
import { isLive } from './status.ts';

export type FieldChange = Partial<VulnerabilityDraftRow>;
type Json = HistoryEntry['before'][string];
export type Plan = {
  readonly set: FieldChange;
  readonly kind: HistoryEntry['kind'];
  readonly before: Record<string, Json>;
  readonly after: Record<string, Json>;
  readonly why: string;
};
export type Person = { readonly id: string; readonly name: string };
export type Moment = { readonly now: Date; readonly policy: SlaPolicy };

const dayMs = 86_400_000;
const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

function factsOf(row: VulnerabilityRow) {
  return { severity: row.severity, kev: row.kev, malicious: row.malicious, environment: row.environment, criticality: row.criticality };
}

/** The clock runs again: the date moves by exactly what the pause counts. */
function resumed(row: VulnerabilityRow, { now, policy }: Moment): FieldChange {
  if (row.pausedAt === null) return {};
  const counted = countedPauseMs(row.pausedAt, now, { severity: row.severity, policy });
  return {
    pausedAt: null,
    pausedMs: row.pausedMs + counted,
    dueAt: row.dueAt === null ? null : new Date(row.dueAt.getTime() + counted),
  };
}

/** Back among the open ones: from a pause the clock goes on; soon after closing the old date stands; later it begins anew. */
function reopenedClock(row: VulnerabilityRow, moment: Moment): FieldChange {
  if (row.pausedAt !== null) return resumed(row, moment);
  const closedAt = row.closedAt ?? moment.now;
  if (keepsOldDate({ dueAt: row.dueAt, closedAt, now: moment.now }, moment.policy)) return {};
  return { clockStartedAt: moment.now, pausedMs: 0, dueFixed: false, dueAt: dueDate(moment.now, factsOf(row), moment.policy) };
}

const closed: FieldChange = { hold: null, reviewAt: null };

/** A move of the table, already checked. Accepting a risk only asks: the status stays until another grants it. */
export function planMove(row: VulnerabilityRow, transition: Transition, { person, ...moment }: Moment & { person: Person }): Plan {
  const { to, reason = '' } = transition;
  if (to === 'risk_accepted') return planRequest(row, transition, { person, ...moment });
  const before = { status: row.status };
  const base = { kind: 'status' as const, before, after: { status: to }, why: reason };
  if (to === 'resolved') {
    const { resolution } = transition;
    const set = {
      ...resumed(row, moment),
      ...closed,
      status: to,
      verification: 'claimed' as const,
      reason: resolutionReason(resolution, reason),
      resolvedAt: moment.now,
      closedAt: moment.now,
      acceptance: null,
    };
    return { ...base, set, after: { status: to, resolution: resolution ?? null, verification: 'claimed' } };
  }
  if (to === 'false_positive') {
    const reviewAt = new Date(moment.now.getTime() + moment.policy.falsePositiveReviewDays * dayMs);
    return {
      ...base,
      set: {
        ...resumed(row, moment),
        hold: null,
        status: to,
        verification: null,
        reason,
        closedAt: moment.now,
        reviewAt,
        acceptance: null,
      },
    };
  }
  if (isLive(row.status)) return { ...base, set: { status: to } };
  return { ...base, ...planReopen(row, { why: reason, seen: false }, moment) };
}

function resolutionReason(resolution: Resolution | undefined, note: string): string {
  return resolution === undefined ? note : `${resolution}: ${note}`;
}

/** By a person, because a scan sees it again, because an acceptance ended, or because its evidence changed. */
export function planReopen(row: VulnerabilityRow, { why, seen }: { why: string; seen: boolean }, moment: Moment): Plan {
  const set: FieldChange = {
    ...reopenedClock(row, moment),
    status: 'open',
    verification: null,
    reason: why,
    resolvedAt: null,
    closedAt: null,
    acceptance: null,
    reviewAt: null,
    hold: null,
    reopenedCount: row.reopenedCount + (seen ? 1 : 0),
  };
  return { set, kind: seen ? 'reopened' : 'status', before: { status: row.status }, after: { status: 'open' }, why };
}

/** A scan looked for it and it is not there. */
export function planVerified(row: VulnerabilityRow, why: string, { now, policy }: Moment): Plan {
  const wasClaimed = row.status === 'resolved';
  const set: FieldChange = {
    ...(wasClaimed
      ? {}
      : {
          ...resumed(row, { now, policy }),
          ...closed,
          status: 'resolved' as const,
          resolvedAt: now,
          closedAt: now,
          reason: why,
          acceptance: null,
        }),
    verification: 'verified',
  };
  return {
    set,
    kind: 'status',
    before: { status: row.status, verification: row.verification },
    after: { status: 'resolved', verification: 'verified' },
    why,
  };
}

function planRequest(
  row: VulnerabilityRow,
  { reason = '', until = '', control }: Transition,
  { person, now }: Moment & { person: Person },
): Plan {
  const acceptance: Acceptance = {
    requestedBy: person.id,
    requestedByName: person.name,
    requestedAt: now.toISOString(),
    reason,
    until: new Date(until).toISOString(),
    control: control ?? null,
    grantedBy: null,
    grantedByName: null,
    grantedAt: null,
  };
  return {
    set: { acceptance },
    kind: 'acceptance',
    before: { acceptance: row.acceptance === null ? null : 'other' },
    after: { acceptance: 'requested', until: acceptance.until },
    why: reason,
  };
}

export function planDecision(
  row: VulnerabilityRow,
  { grant, note }: { grant: boolean; note: string },
  { person, now }: Moment & { person: Person },
): Plan {
  const { acceptance } = row;
  const base = { kind: 'acceptance' as const, before: { status: row.status, acceptance: 'requested' }, why: note };
  if (!grant || acceptance === null) return { ...base, set: { acceptance: null }, after: { acceptance: 'refused' } };
  const granted: Acceptance = { ...acceptance, grantedBy: person.id, grantedByName: person.name, grantedAt: now.toISOString() };
  return {
    ...base,
    set: {
      acceptance: granted,
      status: 'risk_accepted',
      verification: null,
      reason: acceptance.reason,
      closedAt: now,
      reviewAt: new Date(acceptance.until),
      hold: null,
      // The clock stands still while the risk is accepted.
      pausedAt: row.pausedAt ?? now,
    },
    after: { status: 'risk_accepted', acceptance: 'granted', until: acceptance.until },
  };
}

export function planHold(row: VulnerabilityRow, hold: Omit<NonNullable<Vulnerability['hold']>, 'since'> | null, moment: Moment): Plan {
  const before = { hold: row.hold === null ? null : row.hold.kind };
  if (hold === null)
    return {
      set: { ...resumed(row, moment), hold: null, reviewAt: null },
      kind: 'hold',
      before,
      after: { hold: null },
      why: row.hold?.note ?? '',
    };
  const until = hold.until === null ? null : new Date(hold.until);
  const set: FieldChange = {
    hold: { ...hold, until: iso(until), since: row.hold?.since ?? moment.now.toISOString() },
    pausedAt: row.pausedAt ?? moment.now,
    reviewAt: until,
  };
  return { set, kind: 'hold', before, after: { hold: hold.kind, until: iso(until) }, why: hold.note };
}

/** Nobody works on what belongs to nobody: without a person it is open again. */
export function planAssign(row: VulnerabilityRow, person: Person | null): Plan {
  const backToOpen = person === null && row.status === 'in_progress' ? { status: 'open' as const } : {};
  return {
    set: { assigneeId: person?.id ?? null, assigneeName: person?.name ?? null, ...backToOpen },
    kind: 'assigned',
    before: { assignee: row.assigneeName },
    after: { assignee: person?.name ?? null, ...backToOpen },
    why: '',
  };
}

export function planDue(row: VulnerabilityRow, dueAt: Date | null, why: string): Plan {
  return { set: { dueAt, dueFixed: dueAt !== null }, kind: 'due', before: { dueAt: iso(row.dueAt) }, after: { dueAt: iso(dueAt) }, why };
}

/** The date that severity, KEV and the facts of the asset give now; a date that a person set stays. */
export function dueAfter(
  row: VulnerabilityRow,
  facts: { severity?: Severity; kev?: boolean | null; malicious?: boolean; environment?: string | null; criticality?: string | null },
  moment: Moment,
): Date | null {
  if (row.dueFixed) return row.dueAt;
  const next = { ...factsOf(row), ...facts };
  const { policy, now } = moment;
  if (allowedDays(factsOf(row), policy) === allowedDays(next, policy)) return row.dueAt;
  return movedDueDate({ startedAt: row.clockStartedAt, pausedMs: row.pausedMs, dueAt: row.dueAt, now }, next, policy);
}

export type Edit = { readonly set: FieldChange; readonly severity: Severity };
/** Words, severity and scores that a person wrote. null: nothing changed. */
export function planEdit(row: VulnerabilityRow, edit: Edit, moment: Moment): Plan | null {
  const severityChanged = edit.severity !== row.severity;
  const dueAt = severityChanged ? dueAfter(row, { severity: edit.severity }, moment) : row.dueAt;
  const wanted: FieldChange = {
    ...edit.set,
    ...(severityChanged ? { severity: edit.severity, severityFixed: true, sourceSeverity: row.sourceSeverity ?? row.severity, dueAt } : {}),
  };
  const fields = (Object.keys(wanted) as (keyof FieldChange & keyof VulnerabilityRow)[]).filter((name) => !same(wanted[name], row[name]));
  if (fields.length === 0) return null;
  const inner: readonly string[] = ['severityFixed', 'sourceSeverity', 'wordsFixed', 'fixKey'];
  const shown = fields.filter((name) => !inner.includes(name));
  return {
    set: Object.fromEntries(fields.map((name) => [name, wanted[name]])),
    kind: severityChanged ? 'severity' : 'edited',
    before: Object.fromEntries(shown.map((name) => [name, shownValue(row[name])])),
    after: Object.fromEntries(shown.map((name) => [name, shownValue(wanted[name])])),
    why: '',
  };
}

function same(left: unknown, right: unknown): boolean {
  return left instanceof Date && right instanceof Date ? left.getTime() === right.getTime() : left === right;
}
/** Long texts are not repeated in the history. */
function shownValue(value: unknown): Json {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return value.length > 300 ? `${value.slice(0, 300)}…` : value;
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
