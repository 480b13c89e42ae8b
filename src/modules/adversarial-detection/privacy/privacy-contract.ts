/** Does a model tell who was in its training data, or what they would keep to themselves? */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { CallerId, Confidence, Detection, invalidCode, Label } from '../detections/detection-shape.ts';

const tag = 'adversarial-detection';
const create = 'adversarial-detection:create' as const;
const base = '/api/adversarial-detection' as const;
const largestBody = 16 * 2 ** 20;
const dryRun = z.boolean().default(false).describe('Nothing is raised and nothing is blocked.');

export const analyzeMembership = endpoint({
  method: 'POST',
  path: `${base}/membership-inference/analyze`,
  tag,
  operation: 'analyze-membership',
  invalidCode,
  access: create,
  summary: 'Do these answers tell who was in the training set? Shadow models, losses of outsiders, or what an attacker gains',
  input: z.strictObject({
    queryId: CallerId,
    modelId: CallerId,
    samples: z
      .array(z.strictObject({ id: CallerId, confidence: Confidence, loss: z.number().min(0).max(1e6), isMember: z.boolean().optional() }))
      .min(1)
      .max(100_000)
      .refine((given) => new Set(given.map(({ id }) => id)).size === given.length, 'Each sample needs an id of its own.'),
    shadowPredictions: z
      .array(
        z.strictObject({
          modelId: CallerId,
          membershipScore: z.number().min(0).max(1),
          sampleId: CallerId.optional(),
          trainedOnSample: z.boolean().optional(),
        }),
      )
      .max(200_000)
      .optional(),
    profileId: z.uuid().optional().describe('Its losses outside of the training set are the comparison.'),
    clientId: CallerId.optional(),
    dryRun,
  }),
  output: Detection,
  maxBodyBytes: largestBody,
  timeoutMs: 150_000,
});

export const analyzeAttributes = endpoint({
  method: 'POST',
  path: `${base}/attribute-inference/analyze`,
  tag,
  operation: 'analyze-attributes',
  invalidCode,
  access: create,
  summary: 'What do the answers of a model add to guessing an attribute from everything else that is known?',
  input: z.strictObject({
    queryId: CallerId,
    modelId: CallerId,
    samples: z
      .array(
        z.strictObject({
          id: CallerId.optional(),
          prediction: Label,
          confidence: Confidence.optional(),
          trueLabel: Label.optional(),
          knownAttributes: z
            .record(CallerId, z.union([z.string().max(200), z.number(), z.boolean(), z.null()]))
            .refine((given) => Object.keys(given).length <= 100, 'At most 100 attributes.'),
        }),
      )
      .min(1)
      .max(100_000),
    targetAttributes: z.array(CallerId).min(1).max(20),
    clientId: CallerId.optional(),
    dryRun,
  }),
  output: Detection,
  maxBodyBytes: largestBody,
  timeoutMs: 150_000,
});
