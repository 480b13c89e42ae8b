/** Raising, grouping and moving alerts. */
import { createHash } from 'node:crypto';
import type { Context } from '../../contract/actor.ts';
import { commonProblems, isProblem } from '../../contract/problem.ts';
import type { Severity } from '../../contract/severity.ts';
import { audit } from '../../platform/audit.ts';
import { publish } from '../../platform/events/publish.ts';
import { call } from '../../platform/http/call.ts';
import { getUser } from '../identity/contract.ts';
import {
  type AlertState,
  type AlertStatus,
  alertChanged,
  alertRaised,
  type CloseCause,
  evidenceLimitBytes,
  alertProblems as problems,
  type SecurityAlert,
  statusOf,
} from './contract.ts';
import { correlate, findRow, insertRow, linkRows, lockFingerprint, lockRow, lockSame, updateRow } from './store.ts';
import type { AlertDraftRow, AlertRow } from './table.ts';

/** The same thing again within a day of the last time is the same alert. */
export const windowMs = 86_400_000;

export type Raise = {
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly source: string;
  readonly fingerprint: string;
  readonly asset: { readonly id: string; readonly name: string } | null;
  readonly vulnerability: { readonly id: string; readonly number: string } | null;
  readonly at: Date;
  /** Default 'general'. */
  readonly category?: string;
  readonly technique?: readonly string[];
  /** At most 32 KiB as JSON. */
  readonly evidence?: SecurityAlert['evidence'];
  readonly detectionId?: string | null;
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
  const bytes = Buffer.byteLength(JSON.stringify(draft.evidence ?? {}));
  if (bytes > evidenceLimitBytes) throw problems.evidenceTooLarge({ bytes, limit: evidenceLimitBytes });
  const fingerprint = fingerprintOf(draft);
  await lockFingerprint(fingerprint);
  const same = await lockSame(fingerprint, new Date(draft.at.getTime() - windowMs));
  const row = same === null ? await correlate(await insertRow(newRow(draft, fingerprint))) : await updateRow(same, repeated(same, draft));
  if (same === null || row.severity !== same.severity) await tellRaised(row);
  else await tellChanged(row, null, true);
  return row;
}

function newRow(draft: Raise, fingerprint: Buffer): AlertDraftRow {
  const { title, description, severity, source, asset, vulnerability, at } = draft;
  return {
    fingerprint,
    title,
    description,
    severity,
    detectedSeverity: severity,
    source,
    category: draft.category ?? 'general',
    technique: [...(draft.technique ?? [])],
    evidence: draft.evidence ?? {},
    detectionId: draft.detectionId ?? null,
    assetId: asset?.id ?? null,
    assetName: asset?.name ?? null,
    vulnerabilityId: vulnerability?.id ?? null,
    vulnerabilityNumber: vulnerability?.number ?? null,
    firstAt: at,
    lastAt: at,
  };
}

const gravity: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'informational'];
function repeated(row: AlertRow, { severity, at, detectionId }: Raise): Partial<AlertDraftRow> {
  const graver = gravity.indexOf(severity) < gravity.indexOf(row.severity);
  const again: Partial<AlertDraftRow> = {
    count: row.count + 1,
    lastAt: at > row.lastAt ? at : row.lastAt,
    detectionId: detectionId ?? row.detectionId,
  };
  if (!graver) return again;
  return {
    ...again,
    severity,
    detectedSeverity: severity,
    ...(row.state === 'acknowledged' ? { state: 'new', acknowledgedBy: null, acknowledgedByName: null, acknowledgedAt: null } : {}),
  };
}

function tellRaised(row: AlertRow): Promise<void> {
  const { id, lastAt, severity, title, assetId, assetName, vulnerabilityId, category, source, technique, detectionId, incidentId, count } =
    row;
  return publish(alertRaised, {
    alertId: id,
    severity,
    title,
    assetId,
    assetName,
    vulnerabilityId,
    category,
    source,
    technique,
    detectionId,
    incidentId,
    count,
    at: lastAt.toISOString(),
  });
}

function tellChanged(row: AlertRow, byName: string | null, repeated: boolean): Promise<void> {
  const { id, severity, state, title, detectionId, incidentId } = row;
  return publish(alertChanged, { alertId: id, severity, state, title, byName, repeated, detectionId, incidentId });
}

/** Says which incident alerts belong to; null: to none any more. */
export async function linkToIncident(ids: readonly string[], incident: { id: string; number: number } | null): Promise<number> {
  const linked = await linkRows(ids, incident);
  for (const id of ids) {
    const row = await findRow(id);
    if (row !== null) await tellChanged(row, null, false);
  }
  return linked;
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
  readonly assigneeId?: string | null | undefined;
};

/** What a person may say, in either vocabulary. */
export type Said = Omit<Change, 'state'> & {
  readonly state?: AlertState | undefined;
  readonly status?: AlertStatus | undefined;
  readonly acknowledged?: true | undefined;
  readonly resolution?: { readonly reason: CloseCause; readonly note: string } | undefined;
};

const meant: Readonly<Record<AlertStatus, { readonly state: AlertState; readonly cause?: CloseCause }>> = {
  open: { state: 'new' },
  in_progress: { state: 'acknowledged' },
  resolved: { state: 'closed', cause: 'true-positive' },
  false_positive: { state: 'closed', cause: 'false-alarm' },
};

/** The change that is meant. @throws security-alerts.saidTwice */
export function changeOf({ state, status, acknowledged, resolution, ...rest }: Said): Change {
  const byStatus = status === undefined ? undefined : meant[status];
  const first = state ?? byStatus?.state ?? (acknowledged === true ? 'acknowledged' : undefined) ?? (resolution ? 'closed' : undefined);
  if (byStatus !== undefined && byStatus.state !== first)
    throw problems.saidTwice({ state: first ?? 'nothing', status: status ?? 'nothing' });
  return {
    ...rest,
    state: first,
    cause: rest.cause ?? resolution?.reason ?? (first === 'closed' ? byStatus?.cause : undefined),
    note: rest.note ?? resolution?.note,
  };
}

/** @throws security-alerts.notFound, .noSuchMove, .causeMissing, request.conflict */
export async function changeAlert(id: string, change: Change, context: Context): Promise<AlertRow> {
  const row = await lockRow(id);
  if (row === null) throw problems.notFound({ id });
  if (change.version !== undefined && change.version !== row.version)
    throw commonProblems.conflict({ expected: change.version, actual: row.version });
  const person = await nameOf(context);
  const fields = { ...fieldsOf(row, change, { id: context.actor.id, name: person }), ...(await ownerOf(change.assigneeId)) };
  const changed = (Object.keys(fields) as (keyof typeof fields & keyof AlertRow)[]).some((name) => fields[name] !== row[name]);
  if (!changed) return row;
  const next = await updateRow(row, fields);
  audit.change({ before: shownOf(row), after: shownOf(next) });
  await tellChanged(next, person, false);
  return next;
}

function shownOf({ state, severity, assigneeId }: AlertRow) {
  return { state, severity, assigneeId };
}

/** @throws security-alerts.personNotFound */
async function ownerOf(id: string | null | undefined): Promise<Partial<AlertDraftRow>> {
  if (id === undefined) return {};
  if (id === null) return { assigneeId: null, assigneeName: null };
  try {
    return { assigneeId: id, assigneeName: (await call(getUser, { id })).name };
  } catch (error) {
    if (isProblem(error) && error.status === 404) throw problems.personNotFound({ id });
    throw error;
  }
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
    detectedSeverity: row.detectedSeverity,
    state: row.state,
    status: statusOf(row.state, row.closeCause),
    source: row.source,
    category: row.category,
    technique: row.technique,
    evidence: row.evidence,
    fingerprint: row.fingerprint.toString('hex'),
    detectionId: row.detectionId,
    assigneeId: row.assigneeId,
    assigneeName: row.assigneeName,
    incidentId: row.incidentId,
    incidentNumber: row.incidentNumber,
    correlatedWith: row.correlatedWith,
    resolution: row.closeCause === null ? null : { reason: row.closeCause, note: row.note },
    occurrences: row.count,
    firstSeenAt: row.firstAt.toISOString(),
    lastSeenAt: row.lastAt.toISOString(),
    acknowledgedBy: row.acknowledgedBy,
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
