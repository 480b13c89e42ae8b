/** Raising, grouping and moving alerts. */
import { createHash } from 'node:crypto';
import type { Context } from '../../contract/actor.ts';
import { commonProblems, isProblem } from '../../contract/problem.ts';
import type { Severity } from '../../contract/severity.ts';
import { audit } from '../../platform/audit.ts';
import { publish } from '../../platform/events/publish.ts';
import { call } from '../../platform/http/call.ts';
import { getUser } from '../identity/contract.ts';
import { type AlertState, alertChanged, alertRaised, type CloseCause, alertProblems as problems, type SecurityAlert } from './contract.ts';
import { insertRow, lockFingerprint, lockRow, lockSame, updateRow } from './store.ts';
import type { AlertDraftRow, AlertRow } from './table.ts';

/** The same thing again within an hour of the last time is the same alert. */
export const windowMs = 3_600_000;

export type Raise = {
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly source: string;
  readonly fingerprint: string;
  readonly asset: { readonly id: string; readonly name: string } | null;
  readonly vulnerability: { readonly id: string; readonly number: string } | null;
  readonly at: Date;
};

/** What makes two alerts the same. SHA-256. */
export function fingerprintOf({ source, fingerprint }: Pick<Raise, 'source' | 'fingerprint'>): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([source, fingerprint]))
    .digest();
}

/**
 * Opens an alert, or counts up the one that stands: same fingerprint, not closed, last raised within the window.
 * A repeated alert that was acknowledged stays acknowledged unless it became more severe.
 */
export async function raise(draft: Raise): Promise<AlertRow> {
  const fingerprint = fingerprintOf(draft);
  await lockFingerprint(fingerprint);
  const same = await lockSame(fingerprint, new Date(draft.at.getTime() - windowMs));
  const row = same === null ? await insertRow(newRow(draft, fingerprint)) : await updateRow(same, repeated(same, draft));
  if (same === null || row.severity !== same.severity) await tellRaised(row);
  else await publish(alertChanged, { alertId: row.id, severity: row.severity, state: row.state, title: row.title, byName: null });
  return row;
}

function newRow({ title, description, severity, source, asset, vulnerability, at }: Raise, fingerprint: Buffer): AlertDraftRow {
  return {
    fingerprint,
    title,
    description,
    severity,
    source,
    assetId: asset?.id ?? null,
    assetName: asset?.name ?? null,
    vulnerabilityId: vulnerability?.id ?? null,
    vulnerabilityNumber: vulnerability?.number ?? null,
    firstAt: at,
    lastAt: at,
  };
}

const gravity: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'informational'];
function repeated(row: AlertRow, { severity, at }: Raise): Partial<AlertDraftRow> {
  const graver = gravity.indexOf(severity) < gravity.indexOf(row.severity);
  const again: Partial<AlertDraftRow> = { count: row.count + 1, lastAt: at > row.lastAt ? at : row.lastAt };
  if (!graver) return again;
  return {
    ...again,
    severity,
    ...(row.state === 'acknowledged' ? { state: 'new', acknowledgedBy: null, acknowledgedByName: null, acknowledgedAt: null } : {}),
  };
}

function tellRaised(row: AlertRow): Promise<void> {
  const { id, severity, title, assetId, assetName, vulnerabilityId, count, lastAt } = row;
  return publish(alertRaised, { alertId: id, severity, title, assetId, assetName, vulnerabilityId, count, at: lastAt.toISOString() });
}

/** An alert goes forward, and back to new when it was acknowledged or closed by mistake. */
const moves: Readonly<Record<AlertState, readonly AlertState[]>> = {
  new: ['acknowledged', 'closed'],
  acknowledged: ['new', 'closed'],
  closed: ['new'],
};

export type Change = {
  readonly version?: number | undefined;
  readonly severity?: Severity | undefined;
  readonly state?: AlertState | undefined;
  readonly cause?: CloseCause | undefined;
  readonly note?: string | undefined;
};

/** @throws security-alerts.notFound, .noSuchMove, .causeMissing, request.conflict */
export async function changeAlert(id: string, change: Change, context: Context): Promise<AlertRow> {
  const row = await lockRow(id);
  if (row === null) throw problems.notFound({ id });
  if (change.version !== undefined && change.version !== row.version)
    throw commonProblems.conflict({ expected: change.version, actual: row.version });
  const person = await nameOf(context);
  const fields = fieldsOf(row, change, { id: context.actor.id, name: person });
  const changed = (Object.keys(fields) as (keyof typeof fields & keyof AlertRow)[]).some((name) => fields[name] !== row[name]);
  if (!changed) return row;
  const next = await updateRow(row, fields);
  audit.change({ before: { state: row.state, severity: row.severity }, after: { state: next.state, severity: next.severity } });
  await publish(alertChanged, { alertId: id, severity: next.severity, state: next.state, title: next.title, byName: person });
  return next;
}

function fieldsOf(row: AlertRow, { severity, state, cause, note }: Change, person: { id: string; name: string }): Partial<AlertDraftRow> {
  const words: Partial<AlertDraftRow> = { ...(severity === undefined ? {} : { severity }), ...(note === undefined ? {} : { note }) };
  if (state === undefined || state === row.state) return words;
  if (!moves[row.state].includes(state)) throw problems.noSuchMove({ from: row.state, to: state });
  const now = new Date();
  if (state === 'new')
    return {
      ...words,
      state,
      acknowledgedBy: null,
      acknowledgedByName: null,
      acknowledgedAt: null,
      closedBy: null,
      closedByName: null,
      closedAt: null,
      closeCause: null,
    };
  if (state === 'acknowledged') return { ...words, state, acknowledgedBy: person.id, acknowledgedByName: person.name, acknowledgedAt: now };
  if (cause === undefined) throw problems.causeMissing();
  return { ...words, state, closedBy: person.id, closedByName: person.name, closedAt: now, closeCause: cause };
}

async function nameOf({ actor }: Context): Promise<string> {
  if (actor.kind !== 'user') return actor.kind === 'service' ? actor.id : 'The platform';
  try {
    return (await call(getUser, { id: actor.id })).name;
  } catch (error) {
    if (isProblem(error) && error.status === 404) return actor.id;
    throw error;
  }
}

export function toAlert(row: AlertRow): SecurityAlert {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    severity: row.severity,
    state: row.state,
    source: row.source,
    assetId: row.assetId,
    assetName: row.assetName,
    vulnerabilityId: row.vulnerabilityId,
    vulnerabilityNumber: row.vulnerabilityNumber,
    count: row.count,
    firstAt: row.firstAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
    acknowledgedByName: row.acknowledgedByName,
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    closedByName: row.closedByName,
    closedAt: row.closedAt?.toISOString() ?? null,
    closeCause: row.closeCause,
    note: row.note,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  };
}
