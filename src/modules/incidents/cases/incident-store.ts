/** Incidents, their alerts and their timeline in the database. */
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { incidentProblems as problems } from '../contract.ts';
import {
  counter,
  type IncidentAlertRow,
  type IncidentDraftRow,
  type IncidentRow,
  incident,
  incidentAlert,
  type TimelineDraftRow,
  type TimelineRow,
  timeline,
} from '../table.ts';

export type IncidentFilter = {
  readonly state?: string | undefined;
  readonly status?: string | undefined;
  readonly severity?: string | undefined;
  readonly asset_id?: string | undefined;
  readonly assignee_id?: string | undefined;
  readonly category?: string | undefined;
  readonly source?: string | undefined;
  readonly q?: string | undefined;
};
const latestFirst = keyset({ id: incident.id, sort: [{ by: incident.openedAt, direction: 'desc' }] });
const newestFirst = keyset({ id: timeline.id, sort: [{ by: timeline.at, direction: 'desc' }] });

export function listIncidentRows(filter: IncidentFilter, paging: Paging): Promise<Page<IncidentRow>> {
  return latestFirst.page({ fields: getTableColumns(incident), from: incident, where: whereOf(filter), paging }, (row) => row);
}

function whereOf({ state, status, severity, asset_id, assignee_id, category, source, q }: IncidentFilter): SQL {
  const states = state ?? status;
  // As its index says it. One that was merged lives on in the other.
  const parts: SQL[] = [
    states === undefined
      ? sql`${incident.state} not in ('closed', 'false_positive') and ${incident.mergedInto} is null`
      : sql`${incident.state} = any(${sql.param(states.split(','))}::text[])`,
  ];
  if (severity !== undefined) parts.push(sql`${incident.severity} = any(${sql.param(severity.split(','))}::text[])`);
  if (asset_id !== undefined) parts.push(sql`${incident.assetId} = ${asset_id}::uuid`);
  if (assignee_id !== undefined) parts.push(sql`${incident.assigneeId} = ${assignee_id}::uuid`);
  if (category !== undefined) parts.push(sql`${incident.category} = ${category}`);
  if (source !== undefined) parts.push(sql`${incident.source} = ${source}`);
  if (q !== undefined) parts.push(textOf(q));
  return sql.join(parts, sql` and `);
}

/** Beginnings of words of title, asset and number, all of them; what holds no letter and no digit finds nothing. */
function textOf(q: string): SQL {
  const words = q.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return sql`false`;
  const query = words.slice(0, 10).map((word) => `'${word}':*`);
  return sql`${incident.id} in (select incidents.matching(${query.join(' & ')}))`;
}

export async function findIncident(id: string): Promise<IncidentRow | null> {
  const [row] = await db().select().from(incident).where(eq(incident.id, id));
  return row ?? null;
}
export async function lockIncident(id: string): Promise<IncidentRow | null> {
  const [row] = await db().select().from(incident).where(eq(incident.id, id)).for('update');
  return row ?? null;
}

export async function insertIncident(draft: Omit<IncidentDraftRow, 'number'>): Promise<IncidentRow> {
  const [taken] = await db()
    .insert(counter)
    .values({ last: 1 })
    .onConflictDoUpdate({ target: counter.workspaceId, set: { last: sql`${counter.last} + 1` } })
    .returning({ number: counter.last });
  const [row] = await db()
    .insert(incident)
    .values({ ...draft, number: taken?.number ?? 1 })
    .returning();
  if (row === undefined) throw problems.notFound({ id: 'new' });
  return row;
}

/**
 * One change of a row that was seen in this state and version.
 * @throws incidents.raced when it is not as it was seen any more
 */
export async function updateIncident(row: IncidentRow, change: Partial<IncidentDraftRow>): Promise<IncidentRow> {
  const [next] = await db()
    .update(incident)
    .set({ ...change, version: row.version + 1, updatedAt: sql`now()` })
    .where(and(eq(incident.id, row.id), eq(incident.state, row.state), eq(incident.version, row.version)))
    .returning();
  if (next === undefined) throw problems.raced({ expected: row.state });
  return next;
}

/** One opener of a matter at a time, so that two alerts of one asset and category do not both open an incident. */
export async function lockMatter(category: string, assetId: string | null): Promise<void> {
  await db().execute(
    sql`select pg_advisory_xact_lock(hashtextextended('incidents/' || platform.current_workspace()::text || '/' || ${category} || '/' || ${assetId ?? ''}, 0))`,
  );
}

/** The incident that a further alert of this asset and category belongs to. Without an asset nothing is known to be one matter. */
export async function findJoinable(category: string, assetId: string | null): Promise<IncidentRow | null> {
  if (assetId === null) return null;
  const [row] = await db()
    .select()
    .from(incident)
    .where(
      sql`${incident.category} = ${category} and ${incident.assetId} = ${assetId}::uuid and ${incident.state} in ('open', 'investigating', 'contained') and ${incident.mergedInto} is null`,
    )
    .orderBy(sql`${incident.openedAt} desc`)
    .limit(1)
    .for('update');
  return row ?? null;
}

/** The incident that ended within `withinMs` and had an alert of this fingerprint. */
export async function findReopenable(fingerprint: string, withinMs: number): Promise<IncidentRow | null> {
  const [row] = await db()
    .select(getTableColumns(incident))
    .from(incident)
    .innerJoin(incidentAlert, eq(incidentAlert.incidentId, incident.id))
    .where(
      sql`${incidentAlert.fingerprint} = ${fingerprint} and ${incident.state} in ('resolved', 'closed') and ${incident.mergedInto} is null
        and coalesce(${incident.closedAt}, ${incident.resolvedAt}) > clock_timestamp() - make_interval(secs => ${withinMs / 1000})`,
    )
    .orderBy(sql`${incident.openedAt} desc`)
    .limit(1);
  return row === undefined ? null : await lockIncident(row.id);
}

export type AlertOfIncident = Pick<IncidentAlertRow, 'alertId' | 'fingerprint' | 'detectionId' | 'lastAt'>;
/** False when the alert belongs to an incident already; its last time is kept up to date. */
export async function addAlert(incidentId: string, draft: AlertOfIncident): Promise<boolean> {
  const { rows } = await db().execute<{ fresh: boolean }>(sql`
    insert into incidents.incident_alert (incident_id, alert_id, fingerprint, detection_id, last_at)
    values (${incidentId}, ${draft.alertId}, ${draft.fingerprint}, ${draft.detectionId}, ${draft.lastAt.toISOString()}::timestamptz)
    on conflict (workspace_id, alert_id) do update
      set last_at = greatest(incident_alert.last_at, excluded.last_at), detection_id = coalesce(excluded.detection_id, incident_alert.detection_id)
    returning xmax = 0 as fresh`);
  return rows[0]?.fresh === true;
}

export async function incidentOfAlert(alertId: string): Promise<string | null> {
  const [row] = await db().select({ id: incidentAlert.incidentId }).from(incidentAlert).where(eq(incidentAlert.alertId, alertId));
  return row?.id ?? null;
}

/** The incident that took in an alert of this detection. */
export async function incidentOfDetection(detectionId: string): Promise<string | null> {
  const [row] = await db().select({ id: incidentAlert.incidentId }).from(incidentAlert).where(eq(incidentAlert.detectionId, detectionId));
  return row?.id ?? null;
}

export function alertsOf(incidentId: string): Promise<IncidentAlertRow[]> {
  return db().select().from(incidentAlert).where(eq(incidentAlert.incidentId, incidentId)).orderBy(incidentAlert.joinedAt).limit(1000);
}

/** Moves alerts between incidents; `mergedFrom` says where they came from. */
export async function moveAlerts(alertIds: readonly string[], to: string, mergedFrom: string | null): Promise<void> {
  await db()
    .update(incidentAlert)
    .set({ incidentId: to, mergedFrom })
    .where(sql`${incidentAlert.alertId} = any(${sql.param([...alertIds])}::uuid[])`);
}

export async function countAlerts(incidentId: string): Promise<number> {
  const { rows } = await db().execute<{ count: number }>(
    sql`select count(*)::int as count from incidents.incident_alert where incident_id = ${incidentId}`,
  );
  return rows[0]?.count ?? 0;
}

/** Whether an alert of it was seen after it was resolved. */
export async function hasAlertAfter(incidentId: string, resolvedAt: Date): Promise<boolean> {
  const { rows } = await db().execute(sql`
    select 1 from incidents.incident_alert where incident_id = ${incidentId} and last_at > ${resolvedAt.toISOString()}::timestamptz limit 1`);
  return rows.length > 0;
}

export async function writeTimeline(entries: readonly TimelineDraftRow[]): Promise<TimelineRow[]> {
  return entries.length === 0
    ? []
    : await db()
        .insert(timeline)
        .values([...entries])
        .returning();
}
export function listTimelineRows(incidentId: string, paging: Paging): Promise<Page<TimelineRow>> {
  return newestFirst.page(
    { fields: getTableColumns(timeline), from: timeline, where: sql`${timeline.incidentId} = ${incidentId}::uuid`, paging },
    (row) => row,
  );
}
/** Everything, oldest first, for its digest; 20,000 entries at most. */
export function wholeTimeline(incidentId: string): Promise<TimelineRow[]> {
  return db().select().from(timeline).where(eq(timeline.incidentId, incidentId)).orderBy(timeline.at, timeline.id).limit(20_000);
}
export function mergedInto(incidentId: string): Promise<IncidentRow[]> {
  return db().select().from(incident).where(eq(incident.mergedInto, incidentId)).limit(100);
}
