/** Incidents that turn out to be one matter, or two: alerts and acts go along, and every step can be taken back. */
import { publish } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { getAlert, linkAlerts, type SecurityAlert } from '../../security-alerts/contract.ts';
import { actsOfIncident, moveActs } from '../acts/act-store.ts';
import { incidentChanged, incidentProblems as problems } from '../contract.ts';
import { endEscalation } from '../escalation/escalation.ts';
import { responseSettings } from '../response-settings.ts';
import type { IncidentAlertRow, IncidentRow } from '../table.ts';
import { lockedIncident } from './incident.ts';
import { newsOf } from './incident-news.ts';
import { alertsOf, countAlerts, findIncident, moveAlerts, updateIncident } from './incident-store.ts';
import { open } from './open-incident.ts';
import { actingNow, note, seal } from './trail.ts';

/** @throws incidents.notFound, .merged, .mergeItself */
export async function merge(id: string, others: readonly string[], reason: string): Promise<IncidentRow> {
  if (others.includes(id)) throw problems.mergeItself();
  // Always in one order, so that two merges do not wait for each other.
  for (const one of [id, ...others].sort()) await lockedIncident(one);
  let into = await unmerged(id);
  for (const other of new Set(others)) into = await take(into, await unmerged(other), reason);
  return into;
}

async function unmerged(id: string): Promise<IncidentRow> {
  const row = await lockedIncident(id);
  if (row.mergedInto !== null) throw problems.merged({ into: row.mergedInto });
  return row;
}

async function take(into: IncidentRow, from: IncidentRow, reason: string): Promise<IncidentRow> {
  const alerts = await alertsOf(from.id);
  await carry(alerts, { from: from.id, to: into, mergedFrom: from.id });
  await endEscalation(from, await actsOfIncident(from.id));
  const gone = await updateIncident(from, { mergedInto: into.id, alertCount: 0 });
  const next = await updateIncident(into, { alertCount: await countAlerts(into.id) });
  const why = reason === '' ? '' : `: ${reason}`;
  await note(into.id, {
    kind: 'merge',
    text: `INC-${from.number} was merged into this one${why}`,
    subject: { type: 'incident', id: from.id },
  });
  await note(from.id, { kind: 'merge', text: `Merged into INC-${into.number}${why}`, subject: { type: 'incident', id: into.id } });
  await seal('incident.merged', { type: 'incident', id: from.id }, { after: { into: into.id, alerts: alerts.length, reason } });
  await told(gone);
  return await told(next);
}

type Carrying = { readonly from: string; readonly to: IncidentRow; readonly mergedFrom: string | null };
async function carry(alerts: readonly IncidentAlertRow[], { from, to, mergedFrom }: Carrying): Promise<void> {
  const ids = alerts.map(({ alertId }) => alertId);
  if (ids.length === 0) return;
  await moveAlerts(ids, to.id, mergedFrom);
  await moveActs(
    alerts.flatMap(({ detectionId }) => (detectionId === null ? [] : [detectionId])),
    from,
    to.id,
  );
  await call(linkAlerts, { alertIds: ids, incidentId: to.id, incidentNumber: to.number });
}

/** Takes a merged incident out again, with the alerts that it brought. @throws incidents.notMerged */
export async function unmerge(id: string): Promise<IncidentRow> {
  const row = await lockedIncident(id);
  if (row.mergedInto === null) throw problems.notMerged();
  const from = await lockedIncident(row.mergedInto);
  const back = (await alertsOf(from.id)).filter(({ mergedFrom }) => mergedFrom === id);
  await carry(back, { from: from.id, to: row, mergedFrom: null });
  const next = await updateIncident(row, { mergedInto: null, alertCount: await countAlerts(id) });
  await told(await updateIncident(from, { alertCount: await countAlerts(from.id) }));
  await note(from.id, { kind: 'merge', text: `INC-${row.number} was taken out again.`, subject: { type: 'incident', id } });
  await note(id, { kind: 'merge', text: `Taken out of INC-${from.number} again.`, subject: { type: 'incident', id: from.id } });
  await seal('incident.unmerged', { type: 'incident', id }, { before: { into: from.id }, after: { alerts: back.length } });
  return await told(next);
}

/** Moves alerts into an incident of their own. @throws incidents.notItsAlert, .lastAlert */
export async function split(id: string, alertIds: readonly string[], title: string | undefined): Promise<IncidentRow> {
  const row = await unmerged(id);
  const all = await alertsOf(id);
  const chosen = all.filter(({ alertId }) => alertIds.includes(alertId));
  const foreign = alertIds.find((one) => !chosen.some(({ alertId }) => alertId === one));
  if (foreign !== undefined) throw problems.notItsAlert({ id: foreign });
  if (chosen.length === all.length) throw problems.lastAlert();
  const alerts: SecurityAlert[] = [];
  for (const { alertId } of chosen) alerts.push(await call(getAlert, { id: alertId }));
  const asset = row.assetId === null ? null : { id: row.assetId, name: row.assetName ?? 'An asset' };
  const first = alerts[0];
  const made = await open(
    {
      title: title ?? first?.title ?? row.title,
      summary: '',
      severity: alerts.reduce(
        (worst, alert) => (order.indexOf(alert.severity) < order.indexOf(worst) ? alert.severity : worst),
        first?.severity ?? row.severity,
      ),
      category: first?.category ?? row.category,
      source: row.source,
      asset: first?.assetId == null ? asset : { id: first.assetId, name: first.assetName ?? 'An asset' },
      because: `split from INC-${row.number}`,
    },
    [],
    await responseSettings(),
  );
  await carry(chosen, { from: id, to: made, mergedFrom: null });
  await told(await updateIncident(row, { alertCount: await countAlerts(id) }));
  await note(id, {
    kind: 'merge',
    text: `${chosen.length} alert(s) became INC-${made.number}.`,
    subject: { type: 'incident', id: made.id },
  });
  await seal('incident.split', { type: 'incident', id }, { after: { into: made.id, alerts: chosen.length } });
  const current = (await findIncident(made.id)) ?? made;
  return await told(await updateIncident(current, { alertCount: await countAlerts(made.id) }));
}
const order = ['critical', 'high', 'medium', 'low', 'informational'] as const;

async function told(row: IncidentRow): Promise<IncidentRow> {
  await publish(incidentChanged, { ...newsOf(row), byName: (await actingNow()).name });
  return row;
}
