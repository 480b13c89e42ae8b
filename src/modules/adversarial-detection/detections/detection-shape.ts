/** What a decision about an attack is made of: the words and shapes that every kind of detection shares. */
import { z } from 'zod';
import { problems } from '../../../contract/problem.ts';
import { Severity } from '../../../contract/severity.ts';

export const detectionProblems = problems('adversarial-detection', {
  notFound: [404, 'No detection has the id {id}.'],
  profileNotFound: [404, 'No profile has the id {id}.'],
  profileInUse: [409, 'Guards ask this profile: {guards}. Give them another one first.'],
  profileNotReady: [409, 'The profile {id} is {state}: only a ready one can be asked.'],
  profileRows: [422, 'A profile needs {least} to {most} rows; {rows} were given.'],
  profileShape: [422, 'The row {row} has {got} features where the first has {expected}.'],
  profileCells: [413, 'The profile has {cells} cells; at most {most} can be held.'],
  profileLabels: [422, 'A profile needs at least two labels with two rows each.'],
  featureCount: [422, 'The input has {got} features where the profile has {expected}.'],
  baselineShape: [422, 'The baseline has {got} features where the input has {expected}.'],
  referenceShape: [422, 'The row {row} has {got} answers of reference models where {expected} are named.'],
  referenceUnknown: [422, 'No asset has the id {id}, so it can be no reference model.'],
  referenceRows: [422, 'Reference models need rows with their answers that the model was not trained on.'],
  duplicateId: [422, 'The id {id} occurs twice.'],
  blockNotFound: [404, 'No block has the id {id}.'],
  blockSubject: [422, 'A block of kind {kind} needs {needed}.'],
  blockEnded: [409, 'The block {id} is {state} already.'],
  configurationChanged: [412, 'The configuration is at version {actual} and not at {expected}: somebody changed it.'],
  ifMatch: [422, 'If-Match must be a version, as "3", or *.'],
  invalidBody: [422, 'The request has {count} invalid value(s).'],
  disabled: [409, 'Detection of {kind} is switched off in the configuration.'],
});
/** Answered wherever a quarantined asset would have been used: the word is the product's, not this slice's. */
export const securityProblems = problems('security', {
  quarantined: [403, 'The asset behind the model {modelId} is quarantined.'],
  blocked: [403, 'The request is refused: {reason}.'],
});

/** Promised to callers: what a body that does not parse is answered with. */
export const invalidCode = 'adversarial-detection.invalidBody' as const;

export const kinds = [
  'data-poisoning',
  'model-evasion',
  'membership-inference',
  'attribute-inference',
  'extraction',
  'federated-update',
] as const;
export const Kind = z.enum(kinds);
export type Kind = z.infer<typeof Kind>;

export const decisions = ['threat', 'no-threat', 'insufficient-evidence'] as const;
export const Decision = z.enum(decisions);
export type Decision = z.infer<typeof Decision>;

export const actStates = [
  'planned',
  'awaiting_approval',
  'executing',
  'in_force',
  'reverting',
  'reverted',
  'failed',
  'partial',
  'expired',
  'skipped',
  'advised',
] as const;
export const ActState = z.enum(actStates);
export type ActState = z.infer<typeof ActState>;

/** Names that callers choose: of models, clients, inputs, rows. */
export const CallerId = z.string().min(1).max(200);
/** A cell. Kept in single precision, so what single precision cannot hold is refused. */
export const Cell = z.number().min(-1e30).max(1e30);
export const mostFeatures = 4096;
export const Features = z.array(Cell).min(1).max(mostFeatures);
export const Label = z.union([z.string().max(200), z.number()]);
export type Label = z.infer<typeof Label>;
/** Strictly between nothing and everything: 1 says that the model has no doubt, which many do say. */
export const Confidence = z.number().min(0).max(1);
/** An error rate that calibration can hold: below 1/10,000 no profile has rows enough. */
export const FalsePositiveRate = z.number().min(0.0001).max(0.2);
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal');

export const Subject = z.object({
  datasetId: z.string().optional(),
  modelId: z.string().optional(),
  queryId: z.string().optional(),
  inputId: z.string().optional(),
  clientId: z.string().optional(),
  assetId: z.uuid().nullable(),
});
export type Subject = z.infer<typeof Subject>;

export const Family = z.object({
  family: z.string(),
  status: z.enum(['evaluated', 'not-evaluated']),
  reason: z.string().nullable().describe('Why it was not evaluated, or what its answer is worth.'),
  statistic: z.record(z.string(), z.number().nullable()),
  pValue: z.number().min(0).max(1).nullable(),
  flaggedCount: z.int().min(0),
  method: z.string(),
});
export type Family = z.infer<typeof Family>;

export const FlaggedRow = z.object({
  id: z.string(),
  families: z.array(z.string()),
  pValue: z.number().min(0).max(1),
  adjustedPValue: z.number().min(0).max(1),
  evidence: z.record(z.string(), z.json()),
});
export type FlaggedRow = z.infer<typeof FlaggedRow>;

export const MissingEvidence = z.object({ needed: z.string(), enables: z.string(), howToSupply: z.string() });
export type MissingEvidence = z.infer<typeof MissingEvidence>;

export const CalibrationNote = z.object({
  profileId: z.uuid(),
  version: z.int().min(1),
  rows: z.int().min(0).describe('Calibration rows behind the p-value.'),
  targetFalsePositiveRate: z.number(),
  harmlessFlagRate: z.number().min(0).max(1).nullable().describe('Share of harmlessly changed rows that the profile flagged.'),
});
export type CalibrationNote = z.infer<typeof CalibrationNote>;

export const Act = z.object({
  id: z.uuid(),
  action: z.string(),
  state: ActState,
  dueAt: z.iso.datetime(),
  inForceAt: z.iso.datetime().nullable(),
});
export type Act = z.infer<typeof Act>;

export const EngineNote = z.object({
  version: z.string(),
  seed: z.int(),
  inputSha256: Sha256,
  durationMs: z.number().min(0),
});
export type EngineNote = z.infer<typeof EngineNote>;

export const verdictWords = ['confirmed', 'false-positive'] as const;
export const Verdict = z.object({
  verdict: z.enum(verdictWords).nullable().describe('null: nobody contested it.'),
  reason: z.string(),
  by: z.string().nullable(),
  at: z.iso.datetime().nullable(),
});

export const Detection = z.object({
  id: z.uuid(),
  kind: Kind,
  decision: Decision,
  severity: Severity.nullable(),
  detectedSeverity: Severity.nullable().describe('What the severity table gave; a person may have changed severity since.'),
  pValue: z.number().min(0).max(1).nullable(),
  summary: z.string(),
  technique: z.array(z.string()),
  signatures: z.array(z.string()).describe('Rows of the signature table that its evidence fits.'),
  subject: Subject,
  families: z.array(Family),
  flagged: z.array(FlaggedRow).max(1000).describe('The first 1,000; all by the rows endpoint.'),
  flaggedTotal: z.int().min(0),
  missingEvidence: z.array(MissingEvidence),
  calibration: CalibrationNote.nullable(),
  acts: z.array(Act),
  alertId: z.uuid().nullable(),
  incidentId: z.uuid().nullable(),
  engine: EngineNote,
  verdict: Verdict,
  dryRun: z.boolean().describe('Nothing was raised and nothing was done.'),
  source: z.enum(['analysis', 'screening', 'stream', 'test']),
  createdAt: z.iso.datetime(),
  version: z.int().min(1),
});
export type Detection = z.infer<typeof Detection>;

/** A detection as lists show it: without its rows. */
export const DetectionSummary = Detection.omit({ flagged: true, families: true, missingEvidence: true, engine: true });
export type DetectionSummary = z.infer<typeof DetectionSummary>;
