/** Model evasion: profiles of what is normal for a model, the analysis of one input, and screening in line. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import {
  CallerId,
  Cell,
  Confidence,
  Detection,
  FalsePositiveRate,
  Features,
  invalidCode,
  Label,
  mostFeatures,
  Sha256,
} from '../detections/detection-shape.ts';

const tag = 'adversarial-detection';
const read = 'adversarial-detection:read' as const;
const create = 'adversarial-detection:create' as const;
const base = '/api/adversarial-detection' as const;
/** The largest body of this slice; larger sets go by reference. */
export const largestBody = 16 * 2 ** 20;

export const leastProfileRows = 200;
export const mostProfileRows = 50_000;
const FeatureKind = z.string().regex(/^(?:continuous|integer|one-hot:[\w.-]{1,80})$/, 'must be continuous, integer or one-hot:<group>');

export const ProfileDraft = z.strictObject({
  modelId: CallerId,
  targetFalsePositiveRate: FalsePositiveRate.default(0.01),
  samples: z
    .array(
      z.strictObject({
        id: CallerId,
        features: Features,
        label: Label,
        prediction: Label.optional().describe('What the model says; default is the label, which the profile then notes.'),
        confidence: Confidence.optional(),
        referencePredictions: z.array(Label).max(20).optional().describe('What each of referenceModels says of the row, in their order.'),
        trainedOn: z.boolean().optional().describe('The model learnt from this row: it is compared with, and sets no threshold.'),
      }),
    )
    .min(leastProfileRows)
    .max(500_000),
  bounds: z
    .array(z.strictObject({ min: Cell, max: Cell }))
    .max(mostFeatures)
    .optional(),
  featureKinds: z.array(FeatureKind).max(mostFeatures).optional(),
  referenceModels: z
    .array(z.strictObject({ assetId: z.uuid() }))
    .min(1)
    .max(20)
    .refine((models) => new Set(models.map(({ assetId }) => assetId)).size === models.length, 'Each model once.')
    .optional()
    .describe('Other models, whose answers to the rows come with them: how often they deny the model by chance.'),
  mistakes: z
    .enum(['count', 'set-aside'])
    .default('count')
    .describe(
      'Clean rows that the model answers wrong look as attacks do. count: they set thresholds, and of all clean inputs the asked share is flagged. set-aside: they set none; the asked share holds among inputs answered right, and most that are answered wrong are flagged as well.',
    ),
  nonMemberLosses: z.array(z.number().min(0).max(1e6)).max(100_000).optional(),
  seed: z.int().min(0).max(4_294_967_295).default(1),
});

export const profileStates = ['building', 'ready', 'failed', 'superseded', 'removed'] as const;
export const detectorStatuses = ['used', 'excluded', 'evidence-only', 'not-calibrated'] as const;
export const CalibratedDetector = z.object({
  id: z.string(),
  title: z.string(),
  role: z
    .enum(['answer', 'doubt', 'change'])
    .default('answer')
    .describe('answer: what the model says does not fit the input. The others count beside it, as far as it lets them, never alone.'),
  status: z.enum(detectorStatuses),
  reason: z.string().nullable(),
  weight: z.number().min(0),
  calibrationRows: z.int().min(0),
  threshold: z.number().nullable().describe('Score at the asked false-positive rate, all classes pooled.'),
  harmlessFlagRate: z.number().min(0).max(1).nullable(),
  harmlessCopies: z.int().min(0),
  scores: z.array(z.number()).max(201).describe('Quantiles of the calibration scores in equal steps: the distribution to draw.'),
});
export type CalibratedDetector = z.infer<typeof CalibratedDetector>;

export const Profile = z.object({
  id: z.uuid(),
  modelId: z.string(),
  assetId: z.uuid().nullable(),
  version: z.int().min(1),
  state: z.enum(profileStates),
  stale: z.boolean().describe('Live flags left the band of the asked rate: it still reports, but quarantines nothing.'),
  staleReason: z.string().nullable(),
  contentSha256: Sha256.nullable(),
  targetFalsePositiveRate: z.number(),
  rowsGiven: z.int(),
  rowsUsed: z.int(),
  sampled: z.boolean(),
  seed: z.int(),
  dimensions: z.int(),
  constantFeatures: z.array(z.int()).describe('Columns with one value; they are not compared.'),
  labels: z.array(Label),
  scale: z
    .enum(['percentiles', 'ranges', 'one-unit'])
    .nullable()
    .describe('How columns are compared: the way in which clean rows agree best with their neighbours.'),
  referenceModels: z
    .object({ assetIds: z.array(z.uuid()), denials: z.array(z.int().min(0)) })
    .nullable()
    .describe('denials[k]: clean rows of which k of these models deny what the model says.'),
  predictionsGiven: z.int().describe('Rows that came with the model’s own prediction; the others take their label.'),
  confidencesGiven: z.int(),
  split: z.object({ reference: z.int(), calibration: z.int(), fusion: z.int(), leaveOneOut: z.boolean() }).nullable(),
  detectors: z.array(CalibratedDetector),
  fused: z
    .object({
      calibrationRows: z.int(),
      smallestPValue: z.number(),
      canDecide: z.boolean(),
      decisionThreshold: z.number().nullable().describe('Fused p at or below which an input is flagged.'),
      leastScore: z
        .number()
        .nullable()
        .default(null)
        .describe('Combined score that a flagged input has to exceed as well, because harmless change reaches it.'),
      cleanFlagRate: z.number().nullable(),
      harmlessFlagRate: z.number().nullable(),
      mistakes: z
        .object({ rows: z.int().min(0), flagged: z.int().min(0) })
        .nullable()
        .default(null)
        .describe('Clean rows that the model answers wrong, and how many of them are flagged.'),
      mistakesSetAside: z.boolean().default(false),
      note: z.string().nullable(),
    })
    .nullable(),
  nonMemberLosses: z.int().min(0),
  problem: z.string().nullable(),
  jobId: z.uuid().nullable(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  readyAt: z.iso.datetime().nullable(),
  live: z.object({ screened: z.int(), flagged: z.int(), contested: z.int() }),
});
export type Profile = z.infer<typeof Profile>;

export const createProfile = endpoint({
  method: 'POST',
  path: `${base}/profiles`,
  tag,
  operation: 'create-profile',
  invalidCode,
  access: create,
  status: 202,
  summary: 'Learn what is normal for a model: thresholds that hold the asked false-positive rate',
  input: ProfileDraft,
  output: z.object({ jobId: z.uuid(), profileId: z.uuid(), version: z.int() }),
  maxBodyBytes: largestBody,
  timeoutMs: 60_000,
});
export const listProfiles = endpoint({
  method: 'GET',
  path: `${base}/profiles`,
  tag,
  operation: 'list-profiles',
  access: read,
  summary: 'Profiles, newest first',
  input: z.object({ ...paging, model_id: CallerId.optional(), state: z.enum(profileStates).optional() }),
  output: pageOf(Profile),
});
export const getProfile = endpoint({
  method: 'GET',
  path: `${base}/profiles/:id`,
  tag,
  operation: 'read-profile',
  access: read,
  summary: 'One profile with every detector’s calibration and harmless flag rate',
  input: z.object({ id: z.uuid() }),
  output: Profile,
});
export const removeProfile = endpoint({
  method: 'DELETE',
  path: `${base}/profiles/:id`,
  tag,
  operation: 'remove-profile',
  access: 'adversarial-detection:delete',
  summary: 'Remove the rows and numbers of a profile; what detections cite of it stays: model, version and hash',
  input: z.object({ id: z.uuid() }),
  output: Profile,
});
export const simulatedRates = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1] as const;
export const simulateRates = endpoint({
  method: 'GET',
  path: `${base}/profiles/:id/simulation`,
  tag,
  operation: 'simulate-rates',
  access: read,
  summary: 'What other false-positive rates would have refused of the screened inputs of the last days',
  input: z.object({ id: z.uuid(), days: z.coerce.number().int().min(1).max(8).default(7) }),
  output: z.object({
    days: z.int(),
    screened: z.int(),
    rates: z.array(
      z.object({
        rate: z.number(),
        refused: z.int().describe('Inputs with a combined p at or below the rate.'),
        clients: z.int().describe('Clients they came from.'),
        wereBlocked: z.int().describe('How many of them were refused then.'),
      }),
    ),
  }),
});
/** Losses of rows the model never saw, for the privacy detectors. */
export const readNonMemberLosses = endpoint({
  method: 'GET',
  path: `${base}/profiles/:id/non-member-losses`,
  tag,
  operation: 'read-non-member-losses',
  access: read,
  summary: 'Losses on rows outside the training set that a profile was given',
  input: z.object({ id: z.uuid() }),
  output: z.object({ profileId: z.uuid(), version: z.int(), targetFalsePositiveRate: z.number(), losses: z.array(z.number()) }),
});
export const profileReady = eventKind(
  'adversarial-detection.profile-ready',
  z.object({ profileId: z.uuid(), modelId: z.string(), version: z.int() }),
  read,
);
export const calibrationDrifted = eventKind(
  'adversarial-detection.calibration-drifted',
  z.object({
    profileId: z.uuid(),
    modelId: z.string(),
    assetId: z.uuid().nullable(),
    severity: z.literal('low'),
    title: z.string(),
    summary: z.string(),
  }),
  read,
);

const Input = z.strictObject({ id: CallerId, features: Features });
const Predictions = z
  .array(z.strictObject({ modelId: CallerId, prediction: Label, confidence: Confidence }))
  .min(1)
  .max(50)
  .describe('The first is the model in question, the others are asked whether they agree.');

export const EvasionQuestion = z.strictObject({
  inputSample: Input,
  predictions: Predictions,
  baselineInput: Input.optional(),
  profileId: z.uuid().optional().describe('Default: the newest fresh profile of the first model.'),
  clientId: CallerId.optional(),
  gradientNorm: z.number().min(0).max(1e30).optional(),
  dryRun: z.boolean().default(false).describe('Nothing is raised and nothing is blocked.'),
});
export type EvasionQuestion = z.output<typeof EvasionQuestion>;
export const analyzeEvasion = endpoint({
  method: 'POST',
  path: `${base}/model-evasion/analyze`,
  tag,
  operation: 'analyze-evasion',
  invalidCode,
  access: create,
  summary: 'Is this input made to mislead a model? Decision, calibrated p-value, evidence by detector',
  input: EvasionQuestion,
  output: Detection,
  maxBodyBytes: largestBody,
});

export const ScreenQuestion = z.strictObject({
  profileId: z.uuid(),
  clientId: CallerId,
  input: Input,
  predictions: Predictions,
});
export type ScreenQuestion = z.output<typeof ScreenQuestion>;
export const screenDecisions = ['allow', 'block', 'unscreened'] as const;
export const ScreenAnswer = z.object({
  decision: z.enum(screenDecisions),
  pValue: z.number().nullable(),
  detectionId: z.uuid().optional(),
  blockId: z.uuid().optional().describe('The block that refused it.'),
  reason: z.enum(['flagged', 'input-blocked', 'client-blocked', 'simulated', 'failed-open', 'failed-closed']).optional(),
});
export type ScreenAnswer = z.infer<typeof ScreenAnswer>;
export const screenInput = endpoint({
  method: 'POST',
  path: `${base}/screen`,
  tag,
  operation: 'screen',
  invalidCode,
  access: create,
  summary: 'Screen one live input before its answer is used: allow, block, or unscreened',
  input: ScreenQuestion,
  output: ScreenAnswer,
  // One request a live input: what is blocked leaves its own record.
  audit: false,
  ratePerMinute: 1_000_000,
  timeoutMs: 5000,
});
