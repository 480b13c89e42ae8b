/** Rows as the contract shows them. Priorities are stored as millionths of a point. */
import type { FindingRow, HistoryRow } from './store.ts';
import type { VulnerabilityRow } from './table.ts';
import type { FindingRecord, HistoryEntry, Vulnerability } from './vulnerability.ts';

export const millionths = 1_000_000;

export function numberOf(row: Pick<VulnerabilityRow, 'number'>): string {
  return `VUL-${row.number}`;
}

export function toVulnerability(row: VulnerabilityRow): Vulnerability {
  return {
    id: row.id,
    number: numberOf(row),
    title: row.title,
    description: row.description,
    severity: row.severity,
    sourceSeverity: row.sourceSeverity,
    status: row.status,
    verification: row.verification,
    reason: row.reason,
    priority: row.priority / millionths,
    priorityLow: row.priorityLow / millionths,
    priorityHigh: row.priorityHigh / millionths,
    unknownFactors: row.unknownFactors,
    assetId: row.assetId,
    assetName: row.assetName,
    assetType: row.assetType,
    environment: row.environment,
    owner: row.owner,
    assigneeId: row.assigneeId,
    assigneeName: row.assigneeName,
    dueAt: row.dueAt?.toISOString() ?? null,
    clockStartedAt: row.clockStartedAt.toISOString(),
    hold: row.hold,
    acceptance: row.acceptance,
    weakness: row.weakness,
    component: row.component,
    location: row.location,
    source: row.source,
    mark: row.mark,
    cveId: row.cveId,
    cvssScore: row.cvssScore,
    cvssVector: row.cvssVector,
    kev: row.kev,
    epss: row.epss,
    malicious: row.malicious,
    remedy: row.remedy,
    fixKey: row.fixKey,
    findingCount: row.findingCount,
    reopenedCount: row.reopenedCount,
    firstSeen: row.firstSeen.toISOString(),
    lastSeen: row.lastSeen.toISOString(),
    lastVerified: row.lastVerified.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  };
}

export function toFinding(row: FindingRow): FindingRecord {
  const {
    key: _key,
    vulnerabilityId: _vulnerability,
    assetId: _asset,
    severityRank: _rank,
    path: _path,
    malicious: _malicious,
    ...rest
  } = row;
  return {
    ...rest,
    firstSeen: row.firstSeen.toISOString(),
    lastSeen: row.lastSeen.toISOString(),
    goneAt: row.goneAt?.toISOString() ?? null,
  };
}

export function toHistory({ id, at, kind, actorKind, actorId, actorName, before, after, why, batchId }: HistoryRow): HistoryEntry {
  return { id, at: at.toISOString(), kind, actor: { kind: actorKind, id: actorId, name: actorName }, before, after, why, batchId };
}
