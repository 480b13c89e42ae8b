/** Was this training data tampered with? The promised body; the engine is the one of data quality. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { problems } from '../../../contract/problem.ts';
import { CallerId, Detection, Features, invalidCode, Label, mostFeatures } from '../detections/detection-shape.ts';

const mostSamples = 200_000;
const width = (rows: readonly { readonly features: readonly number[] }[]): boolean =>
  rows.every(({ features }) => features.length === rows[0]?.features.length);

export const poisoningProblems = problems('adversarial-detection', {
  notDataset: [422, 'The asset {name} is a {type}, not a dataset.'],
  datasetWithoutFile: [422, 'The data set {name} names no file: give it a key like file:/data/table.csv, or send its rows.'],
});

const columnName = z.string().min(1).max(1000);
/** Rows that are read where they lie, instead of rows in the request. */
export const DatasetReference = z.strictObject({
  assetId: z.uuid().describe('A registered data set; its key file:… names the file, in one of the folders of SCAN_ROOTS.'),
  label: columnName.describe('Column that holds the label.'),
  columns: z.array(columnName).min(1).max(2000).optional().describe('Features; left out: every column but the label, split and order.'),
  split: columnName.optional().describe('Column that names the part of a row (training, validation).'),
  order: columnName.optional().describe('Column of time or number by which rows came in.'),
});
export type DatasetReference = z.output<typeof DatasetReference>;

export const PoisoningQuestion = z
  .strictObject({
    datasetId: CallerId,
    datasetRef: DatasetReference.optional().describe('In place of samples. What stands in its cells is not kept with the detection.'),
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
      .refine((rows) => new Set(rows.map(({ id }) => id)).size === rows.length, 'Each sample needs an id of its own.')
      .optional(),
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
      .describe('One prediction a sample, in the order of the samples or of the rows of the data set.'),
    baselineId: CallerId.optional(),
    dryRun: z.boolean().default(false).describe('Nothing is raised and nothing is blocked.'),
  })
  .refine(({ samples, datasetRef }) => (samples === undefined) !== (datasetRef === undefined), 'Give either samples or a datasetRef.')
  .refine(
    ({ samples, modelPredictions = [] }) =>
      samples === undefined || modelPredictions.every(({ predictions }) => predictions.length === samples.length),
    'A model has another number of predictions than there are samples.',
  )
  .refine(
    ({ samples, columns }) => samples === undefined || columns === undefined || columns.length === samples[0]?.features.length,
    'There are other columns named than a sample has features.',
  );
export type PoisoningQuestion = z.output<typeof PoisoningQuestion>;
/** With the rows in it. */
export type GivenQuestion = PoisoningQuestion & { readonly samples: NonNullable<PoisoningQuestion['samples']> };

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
