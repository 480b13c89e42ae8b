/** Incidents, their timeline, merging and splitting. */

import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { publish } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { getAlert } from '../../security-alerts/contract.ts';
import { actsOfIncident } from '../acts/act-store.ts';
import { assetFacts } from '../asset-facts.ts';
import * as contract from '../contract.ts';
import { quarantinesOfIncident } from '../quarantine/quarantine-store.ts';
import { responseSettings } from '../response-settings.ts';
import type { IncidentRow } from '../table.ts';
import { waitingFor } from '../timers/timer-store.ts';
import { acknowledge, changeIncident, lockedIncident } from './incident.ts';
import { toIncident } from './incident-news.ts';
import { findIncident, type IncidentFilter, incidentOfAlert, listIncidentRows, listTimelineRows } from './incident-store.ts';
import { merge, split, unmerge } from './merge.ts';
import { open } from './open-incident.ts';
import { actingNow, note, toEntry } from './trail.ts';

const { incidentProblems: problems } = contract;

async function list(filter: IncidentFilter, paging: Parameters<typeof listIncidentRows>[1]) {
  const page = await listIncidentRows(filter, paging);
  return { ...page, items: page.items.map(toIncident) };
}

/** Names what was changed for the request's own audit record. */
function changed(row: IncidentRow, before?: IncidentRow): contract.Incident {
  audit.subject({ type: 'incident', id: row.id });
  const shown = ({ state, severity, assigneeId, version }: IncidentRow) => ({ state, severity, assigneeId, version });
  audit.change({ ...(before === undefined ? {} : { before: shown(before) }), after: shown(row) });
  return toIncident(row);
}

async function openByHand(asked: ParsedInputOf<typeof contract.openIncident>) {
  const asset = asked.assetId === undefined ? null : await assetFacts(asked.assetId);
  if (asked.assetId !== undefined && asset === null) throw problems.assetNotFound({ id: asked.assetId });
  const alerts = [];
  for (const id of new Set(asked.alertIds)) {
    const taken = await incidentOfAlert(id);
    if (taken !== null) throw problems.merged({ into: taken });
    alerts.push(await call(getAlert, { id }));
  }
  const { name } = await actingNow();
  const row = await open(
    {
      title: asked.title,
      summary: asked.summary,
      severity: asked.severity,
      category: asked.category,
      source: alerts[0]?.source ?? 'person',
      asset: asset === null ? null : { id: asset.id, name: asset.name },
      because: `${name} asked for it`,
    },
    alerts,
    await responseSettings(),
  );
  return changed(row);
}

async function readOne(id: string) {
  const row = await findIncident(id);
  if (row === null) throw problems.notFound({ id });
  const subjects = [id, ...(await actsOfIncident(id)).map((act) => act.id), ...(await quarantinesOfIncident(id)).map((one) => one.id)];
  const countdowns = (await waitingFor(subjects)).map(({ dueAt, ...one }) => ({ ...one, dueAt: dueAt.toISOString() }));
  return { ...toIncident(row), countdowns };
}

export const incidentRoutes: readonly Route[] = [
  handle(contract.listIncidents, ({ cursor, limit, page, per_page, ...filter }) => list(filter, { cursor, limit, page, per_page })),
  handle(contract.listThreatIncidents, ({ cursor, limit, page, per_page, ...filter }) =>
    list({ ...filter, source: 'adversarial-detection' }, { cursor, limit, page, per_page }),
  ),
  handle(contract.getIncident, ({ id }) => readOne(id)),
  handle(contract.openIncident, (asked) => openByHand(asked)),
  handle(contract.changeIncident, async ({ id, status, state, ...change }) => {
    const before = await findIncident(id);
    return changed(await changeIncident(id, { ...change, state: state ?? status }), before ?? undefined);
  }),
  handle(contract.acknowledgeIncident, async ({ id, version }) => changed(await acknowledge(id, version))),
  handle(contract.incidentTimeline, async ({ id, ...paging }) => {
    const page = await listTimelineRows(id, paging);
    return { ...page, items: page.items.map(toEntry) };
  }),
  handle(contract.addNote, async ({ id, text }) => {
    const row = await lockedIncident(id);
    const entry = await note(row.id, { kind: 'note', text });
    if (entry === null) throw problems.notFound({ id });
    audit.subject({ type: 'incident', id });
    await publish(contract.incidentNoted, { incidentId: id, entryId: entry.id });
    return toEntry(entry);
  }),
  handle(contract.mergeIncidents, async ({ id, incidentIds, reason }) => changed(await merge(id, incidentIds, reason))),
  handle(contract.unmergeIncident, async ({ id }) => changed(await unmerge(id))),
  handle(contract.splitIncident, async ({ id, alertIds, title }) => changed(await split(id, alertIds, title))),
];
