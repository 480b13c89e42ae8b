/** Keeps a decision: graded, stored, told, and what it asks to be blocked is blocked before anybody is answered. */
import { randomUUID } from 'node:crypto';
import { type Severity, severityRank } from '../../../contract/severity.ts';
import { currentContext } from '../../../platform/ambient.ts';
import { audit } from '../../../platform/audit.ts';
import { publish } from '../../../platform/events/publish.ts';
import { putBlock, recordBlock } from '../blocks/block.ts';
import {
  type CalibrationNote,
  type Configuration,
  type Decision,
  type Detection,
  detectionMade,
  detectionProblems,
  type EngineNote,
  type Family,
  type FlaggedRow,
  type Kind,
  type MissingEvidence,
  type Subject,
} from '../contract.ts';
import { type ScreeningState, screeningState } from '../screening/screening-state.ts';
import { toDetection } from './detection.ts';
import { insertDetection } from './detection-store.ts';
import { type Evidence, type Grade, gradeEvidence, reaches } from './severity.ts';

export type DetectionDraft = {
  readonly kind: Kind;
  readonly decision: Decision;
  /** One line for lists and alerts; used when the decision is `threat`. */
  readonly title: string;
  readonly summary: string;
  readonly pValue: number | null;
  readonly subject: Subject;
  readonly families: readonly Family[];
  /** All flagged rows, the least likely first. */
  readonly flagged: readonly FlaggedRow[];
  readonly missingEvidence: readonly MissingEvidence[];
  readonly calibration: CalibrationNote | null;
  readonly profileId?: string | null;
  readonly engine: EngineNote;
  /** Fields that the severity table asks; `families` is how many speak for an attack on their own. */
  readonly evidence: Evidence;
  readonly evidenceFamilies: number;
  /** Its calibration no longer holds: graded medium at most, so that nothing is quarantined on it. */
  readonly stale?: boolean;
  /** Hash of the one input that may be blocked; null: there is none. */
  readonly blockInput: string | null;
  /** Nothing is raised and nothing is blocked. */
  readonly dryRun: boolean;
  /** Found by a guard that only watches: told as any other, and nothing is blocked. */
  readonly shadow?: boolean;
  readonly source: Detection['source'];
  /** performance.now() at the receipt, for the deadline of a block. */
  readonly receivedAtMs: number;
};

/** What is contained is the attacker's input and the attacker, never the model that is attacked. */
const blockingKinds: readonly Kind[] = ['model-evasion', 'extraction', 'membership-inference', 'attribute-inference'];
const mostShown = 1000;

/**
 * Grades, stores and tells a decision; joins the ambient transaction. Blocks what it names when its severity asks for it.
 * @returns the detection as the contract shows it.
 * @throws whatever the database throws; blocks already set in memory stay.
 */
export async function recordDetection(draft: DetectionDraft): Promise<Detection> {
  const workspaceId = currentContext()?.actor.workspaceId;
  if (workspaceId === undefined) throw detectionProblems.notFound({ id: 'outside a workspace' });
  const state = await screeningState(workspaceId);
  const grade = gradeDraft(draft, state.configuration);
  const id = randomUUID();
  const acts = await contain(state, draft, { id, severity: grade.severity });
  const row = await insertDetection(
    {
      id,
      kind: draft.kind,
      decision: draft.decision,
      severity: grade.severity,
      detectedSeverity: grade.severity,
      pValue: draft.pValue,
      summary: draft.summary,
      technique: grade.technique,
      signatures: grade.signatures,
      datasetId: draft.subject.datasetId ?? null,
      modelId: draft.subject.modelId ?? null,
      queryId: draft.subject.queryId ?? null,
      inputId: draft.subject.inputId ?? null,
      clientId: draft.subject.clientId ?? null,
      assetId: draft.subject.assetId,
      profileId: draft.profileId ?? null,
      inputSha256: draft.blockInput ?? draft.engine.inputSha256,
      families: [...draft.families],
      missingEvidence: [...draft.missingEvidence],
      calibration: draft.calibration,
      engine: draft.engine,
      durationMs: draft.engine.durationMs,
      flaggedTotal: draft.flagged.length,
      acts,
      dryRun: draft.dryRun,
      source: draft.source,
    },
    draft.flagged,
  );
  await tell(draft, { id, grade });
  return toDetection(row, draft.flagged.slice(0, mostShown));
}

/** Severity and technique of a threat; nothing else has any. A threat that no rule names is low. */
export function gradeDraft(
  {
    kind,
    decision,
    evidence,
    evidenceFamilies,
    pValue,
    stale,
  }: Pick<DetectionDraft, 'kind' | 'decision' | 'evidence' | 'evidenceFamilies' | 'pValue' | 'stale'>,
  { detectors }: Configuration,
): Grade {
  if (decision !== 'threat') return { severity: null, technique: [], signatures: [] };
  const disabled = detectors[kind].disabledSignatures;
  const grade = gradeEvidence(kind, evidence, { pValue, families: evidenceFamilies, disabled });
  const severity = grade.severity ?? 'low';
  return { ...grade, severity: stale && severityRank(severity) < severityRank('medium') ? 'medium' : severity };
}

/** Does this severity refuse the input, and does it refuse the client? */
export function blocksOf(
  {
    kind,
    subject,
    blockInput,
    dryRun,
    shadow,
    source,
  }: Pick<DetectionDraft, 'kind' | 'subject' | 'blockInput' | 'dryRun' | 'shadow' | 'source'>,
  severity: Severity | null,
  { response }: Configuration,
): { input: boolean; client: boolean } {
  const acts =
    blockingKinds.includes(kind) &&
    !dryRun &&
    shadow !== true &&
    source !== 'test' &&
    !response.simulate &&
    reaches(severity, response.blockAtSeverity);
  if (!acts) return { input: false, client: false };
  const client = subject.clientId !== undefined && (blockInput === null || reaches(severity, 'high'));
  return { input: blockInput !== null, client };
}

async function contain(
  state: ScreeningState,
  draft: DetectionDraft,
  { id, severity }: { id: string; severity: Severity | null },
): Promise<Detection['acts']> {
  const blocks = blocksOf(draft, severity, state.configuration);
  const shared = {
    modelId: draft.subject.modelId ?? null,
    detectionId: id,
    incidentId: null,
    expiresInMs: state.configuration.response.blockForMs,
    decidedAtMs: draft.receivedAtMs,
    reason: draft.title.slice(0, 1000),
  };
  const clientId = draft.subject.clientId ?? null;
  const rows = [];
  if (blocks.input) rows.push(await putBlock(state, { ...shared, kind: 'input', inputSha256: draft.blockInput, clientId }));
  if (blocks.client) rows.push(await putBlock(state, { ...shared, kind: 'client', inputSha256: null, clientId }));
  for (const row of rows) await recordBlock(row);
  return rows.map((row) => ({
    id: row.id,
    action: row.kind === 'input' ? 'block-input' : 'block-client',
    state: 'in_force' as const,
    dueAt: new Date(row.decidedAt.getTime() + state.configuration.response.blockDeadlineMs).toISOString(),
    inForceAt: row.inForceAt.toISOString(),
  }));
}

async function tell(draft: DetectionDraft, { id, grade }: { id: string; grade: Grade }): Promise<void> {
  if (draft.source === 'screening' || draft.source === 'stream')
    await audit.record({
      action: 'adversarial-detection.detect',
      resource: { type: 'detection', id },
      outcome: 'done',
      change: { after: { kind: draft.kind, decision: draft.decision, severity: grade.severity } },
    });
  if (draft.decision !== 'threat' || draft.dryRun || draft.source === 'test' || grade.severity === null) return;
  const { subject } = draft;
  await publish(detectionMade, {
    detectionId: id,
    kind: draft.kind,
    decision: 'threat',
    severity: grade.severity,
    title: draft.title.slice(0, 300),
    summary: draft.summary,
    technique: grade.technique,
    assetId: subject.assetId,
    clientId: subject.clientId ?? null,
    inputSha256: draft.blockInput,
    fingerprint: [
      draft.kind,
      subject.modelId ?? subject.datasetId ?? subject.queryId ?? '',
      subject.clientId ?? draft.blockInput ?? draft.engine.inputSha256,
    ].join('|'),
    dryRun: false,
  });
}
