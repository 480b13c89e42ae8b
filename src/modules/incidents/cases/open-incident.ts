/** From alerts to an incident: opened, joined or reopened, each with everything that follows in the same transaction. */
import type { Severity } from '../../../contract/severity.ts';
import { severityRank } from '../../../contract/severity.ts';
import { publish } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { linkAlerts, type SecurityAlert } from '../../security-alerts/contract.ts';
import { adoptActs } from '../acts/act-store.ts';
import { incidentChanged, incidentOpened } from '../contract.ts';
import { beginEscalation } from '../escalation/escalation.ts';
import { startMatching } from '../playbooks/run-playbook.ts';
import { adoptQuarantines } from '../quarantine/quarantine-store.ts';
import { isAtLeast, type ResponseSettings, responseSettings } from '../response-settings.ts';
import type { IncidentRow } from '../table.ts';
import { cancelTimers } from '../timers/timer-store.ts';
import { newsOf } from './incident-news.ts';
import { addAlert, countAlerts, findIncident, incidentOfDetection, insertIncident, updateIncident } from './incident-store.ts';
import { actingNow, note, seal } from './trail.ts';

export const closeTimer = 'incident-close';

export type Opening = {
  readonly title: string;
  readonly summary: string;
  readonly severity: Severity;
  readonly category: string;
  readonly source: string;
  readonly asset: { readonly id: string; readonly name: string } | null;
  readonly because: string;
};

/** Opens an incident: numbers it, tells everybody, promises escalation, starts the playbooks that fit. */
export async function open(opening: Opening, alerts: readonly SecurityAlert[], settings: ResponseSettings): Promise<IncidentRow> {
  const actor = await actingNow();
  const row = await insertIncident({
    title: opening.title.slice(0, 300),
    summary: opening.summary.slice(0, 8000),
    severity: opening.severity,
    detectedSeverity: opening.severity,
    category: opening.category,
    source: opening.source,
    assetId: opening.asset?.id ?? null,
    assetName: opening.asset?.name ?? null,
    openedByKind: actor.kind,
    openedById: actor.id,
    openedByName: actor.name,
  });
  await seal(
    'incident.open',
    { type: 'incident', id: row.id },
    { after: { state: 'open', severity: row.severity, because: opening.because } },
  );
  await note(row.id, { kind: 'state', text: `Opened: ${opening.because}` });
  const { row: joined } = await take(row, alerts);
  await publish(incidentOpened, newsOf(joined));
  if (isAtLeast(joined.severity, settings.escalateAtSeverity)) await beginEscalation(joined, settings.escalateAfterMs, settings.simulate);
  await startMatching(joined.id, settings.simulate);
  return (await findIncident(row.id)) ?? joined;
}

/** Adds alerts to an incident, tells it, and begins to escalate one that was not grave enough before and that nobody looks at. */
export async function join(row: IncidentRow, alerts: readonly SecurityAlert[]): Promise<IncidentRow> {
  const { row: joined, isChanged } = await take(row, alerts);
  if (!isChanged) return row;
  await publish(incidentChanged, { ...newsOf(joined), byName: null });
  const { escalateAtSeverity, escalateAfterMs, simulate } = await responseSettings();
  const isGraveNow = !isAtLeast(row.severity, escalateAtSeverity) && isAtLeast(joined.severity, escalateAtSeverity);
  if (joined.state === 'open' && isGraveNow) await beginEscalation(joined, escalateAfterMs, simulate);
  return (await findIncident(row.id)) ?? joined;
}

type Taking = { readonly row: IncidentRow; readonly isChanged: boolean };
/** Severity only rises; acts of the alerts' detections become the incident's own. Nothing happens for alerts it has. */
async function take(row: IncidentRow, alerts: readonly SecurityAlert[]): Promise<Taking> {
  const fresh: SecurityAlert[] = [];
  for (const alert of alerts) {
    const isFresh = await addAlert(row.id, {
      alertId: alert.id,
      fingerprint: alert.fingerprint,
      detectionId: alert.detectionId,
      lastAt: new Date(alert.lastAt),
    });
    if (isFresh) fresh.push(alert);
  }
  const gravest = alerts.reduce<Severity>(
    (worst, { severity }) => (severityRank(severity) < severityRank(worst) ? severity : worst),
    row.severity,
  );
  // Of an alert that came again too: its latest occurrence is a detection of its own.
  await adopt(row.id, alerts);
  if (fresh.length === 0 && gravest === row.severity) return { row, isChanged: false };
  const detected = severityRank(gravest) < severityRank(row.detectedSeverity) ? gravest : row.detectedSeverity;
  const next = await updateIncident(row, { severity: gravest, detectedSeverity: detected, alertCount: await countAlerts(row.id) });
  await call(linkAlerts, { alertIds: fresh.map(({ id }) => id), incidentId: row.id, incidentNumber: row.number });
  for (const alert of fresh.slice(0, 20))
    await note(row.id, { kind: 'alert', text: `Alert: ${alert.title}`, subject: { type: 'security-alert', id: alert.id } });
  if (gravest !== row.severity) await note(row.id, { kind: 'severity', text: `Severity rose from ${row.severity} to ${gravest}.` });
  return { row: next, isChanged: true };
}

/** An act that was committed after its incident had looked for it. */
export async function adoptStray(detectionId: string): Promise<void> {
  const incidentId = await incidentOfDetection(detectionId);
  if (incidentId !== null) await adoptDetections(incidentId, [detectionId]);
}

async function adopt(incidentId: string, alerts: readonly SecurityAlert[]): Promise<void> {
  await adoptDetections(
    incidentId,
    alerts.flatMap(({ detectionId }) => (detectionId === null ? [] : [detectionId])),
  );
}

async function adoptDetections(incidentId: string, detectionIds: readonly string[]): Promise<void> {
  const acts = await adoptActs(detectionIds, incidentId);
  await adoptQuarantines(
    acts.map(({ id }) => id),
    incidentId,
  );
  for (const act of acts)
    await note(incidentId, { kind: 'act', text: `Answered by itself: ${act.title}`, subject: { type: 'act', id: act.id } });
}

/** The same thing came back: the incident is investigated again, and somebody has to say so once more. */
export async function reopenByRule(row: IncidentRow, alert: SecurityAlert, settings: ResponseSettings): Promise<IncidentRow> {
  await cancelTimers(row.id, [closeTimer]);
  const reopened = await updateIncident(row, {
    state: 'investigating',
    reason: 'The same alert came back.',
    reopenCount: row.reopenCount + 1,
    acknowledgedAt: null,
    acknowledgedByName: null,
    resolvedAt: null,
    closedAt: null,
    containedAt: null,
    escalationLevel: 0,
  });
  await seal(
    'incident.investigating',
    { type: 'incident', id: row.id },
    { before: { state: row.state }, after: { state: 'investigating', reopenCount: reopened.reopenCount, alertId: alert.id } },
  );
  await note(row.id, { kind: 'state', text: 'Reopened: the same alert came back.', subject: { type: 'security-alert', id: alert.id } });
  const { row: joined } = await take(reopened, [alert]);
  await publish(incidentChanged, { ...newsOf(joined), byName: null });
  if (isAtLeast(joined.severity, settings.escalateAtSeverity)) await beginEscalation(joined, settings.escalateAfterMs, settings.simulate);
  return joined;
}
