/** An incident as it is told and as it is answered. */
import type { Incident } from '../contract.ts';
import type { IncidentRow } from '../table.ts';

export function newsOf({ id, number, severity, state, title, assetId, assetName, category, version }: IncidentRow) {
  return { incidentId: id, number, severity, state, title, assetId, assetName, category, version };
}

export function toIncident(row: IncidentRow): Incident {
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    summary: row.summary,
    severity: row.severity,
    detectedSeverity: row.detectedSeverity,
    state: row.state,
    status: row.state,
    category: row.category,
    source: row.source,
    assetId: row.assetId,
    assetName: row.assetName,
    assigneeId: row.assigneeId,
    assigneeName: row.assigneeName,
    openedBy: { kind: row.openedByKind, id: row.openedById, name: row.openedByName },
    reason: row.reason,
    rootCause: row.rootCause,
    alertCount: row.alertCount,
    reopenCount: row.reopenCount,
    mergedInto: row.mergedInto,
    falsePositiveBy: row.falsePositiveByName,
    escalationLevel: row.escalationLevel,
    escalationPolicyId: row.escalationPolicyId,
    openedAt: row.openedAt.toISOString(),
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    acknowledgedByName: row.acknowledgedByName,
    containedAt: row.containedAt?.toISOString() ?? null,
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    closedAt: row.closedAt?.toISOString() ?? null,
    digest: row.digest,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
