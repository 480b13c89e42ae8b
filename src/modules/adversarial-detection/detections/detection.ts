/** A detection's row as the contract shows it. */
import type { Detection, DetectionSummary, FlaggedRow } from '../contract.ts';
import type { DetectionRow } from '../table.ts';

export function toSummary(row: DetectionRow): DetectionSummary {
  return {
    id: row.id,
    kind: row.kind,
    decision: row.decision,
    severity: row.severity,
    detectedSeverity: row.detectedSeverity,
    pValue: row.pValue,
    summary: row.summary,
    technique: row.technique,
    signatures: row.signatures,
    subject: subjectOf(row),
    flaggedTotal: row.flaggedTotal,
    calibration: row.calibration,
    acts: row.acts,
    alertId: row.alertId,
    incidentId: row.incidentId,
    verdict: { verdict: row.verdict, reason: row.verdictReason, by: row.verdictBy, at: row.verdictAt?.toISOString() ?? null },
    dryRun: row.dryRun,
    source: row.source,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
  };
}

export function toDetection(row: DetectionRow, flagged: FlaggedRow[]): Detection {
  return { ...toSummary(row), families: row.families, flagged, missingEvidence: row.missingEvidence, engine: row.engine };
}

function subjectOf({ datasetId, modelId, queryId, inputId, clientId, assetId }: DetectionRow): Detection['subject'] {
  return {
    ...(datasetId === null ? {} : { datasetId }),
    ...(modelId === null ? {} : { modelId }),
    ...(queryId === null ? {} : { queryId }),
    ...(inputId === null ? {} : { inputId }),
    ...(clientId === null ? {} : { clientId }),
    assetId,
  };
}
