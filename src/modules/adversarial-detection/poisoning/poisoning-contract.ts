/** Was this training data tampered with? The promised body; the engine is the one of data quality. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { CallerId, Detection, Features, invalidCode, Label, mostFeatures } from '../detections/detection-shape.ts';

const mostSamples = 200_000;
const width = (rows: readonly { readonly features: readonly number[] }[]): boolean =>
  rows.every(({ features }) => features.length === rows[0]?.features.length);

export const PoisoningQuestion = z
  .strictObject({
    datasetId: CallerId,
    samples: z
      .array(
        z.strictObject({
          id: CallerId,
          features: Features,
          label: Label,
          observedAt: z.iso.datetime({ offset: true }).optional(),
          split: z.enum(['train', 'validation']).optional(),
          gradient: z.array(z.number()).min(1).max(2000).optional(),
        }),
      )
      .min(1)
      .max(mostSamples)
      .refine(width, 'Every sample needs as many features as the first.')
      .refine((rows) => new Set(rows.map(({ id }) => id)).size === rows.length, 'Each sample needs an id of its own.'),
    columns: z
      .array(z.string().min(1).max(200))
      .max(mostFeatures)
      .refine((names) => new Set(names).size === names.length, 'Each column needs a name of its own.')
      .optional()
      .describe('Names of the features, in their order; default x1, x2, …'),
    modelPredictions: z
      .array(z.strictObject({ modelId: CallerId, predictions: z.array(Label).max(mostSamples) }))
      .max(50)
      .optional()
      .describe('One prediction a sample, in the order of the samples.'),
    baselineId: CallerId.optional(),
    dryRun: z.boolean().default(false).describe('Nothing is raised and nothing is blocked.'),
  })
  .refine(
    ({ samples, modelPredictions = [] }) => modelPredictions.every(({ predictions }) => predictions.length === samples.length),
    'A model has another number of predictions than there are samples.',
  )
  .refine(
    ({ samples, columns }) => columns === undefined || columns.length === samples[0]?.features.length,
    'There are other columns named than a sample has features.',
  );
export type PoisoningQuestion = z.output<typeof PoisoningQuestion>;

export const analyzePoisoning = endpoint({
  method: 'POST',
  path: '/api/adversarial-detection/data-poisoning/analyze',
  tag: 'adversarial-detection',
  operation: 'analyze-poisoning',
  invalidCode,
  access: 'adversarial-detection:create',
  summary: 'Was this labelled data tampered with? Labels, triggers, floods, gradients, shifts; rows named',
  input: PoisoningQuestion,
  output: Detection,
  maxBodyBytes: 16 * 2 ** 20,
  timeoutMs: 190_000,
});
