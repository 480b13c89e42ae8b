/** Baselines: what a good table looked like, as immutable versions that need not keep its rows. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { problems } from '../../../contract/problem.ts';
import { Quality } from '../../data-quality/contract.ts';
import { DataEnvironment } from '../assessments/assessment-contract.ts';
import { TableSource } from '../sources/source-contract.ts';

const tag = 'data-quality';
const read = 'data-quality:read' as const;
const update = 'data-quality:update' as const;

export const baselineProblems = problems('data-quality', {
  baselineNotFound: [404, 'No baseline has the id {id}.'],
  baselineMoved: [409, 'The table changed while it was read. Try again.'],
  baselineExpired: [409, 'The baseline {name} has expired.'],
  baselineInUse: [409, 'Monitors compare with this baseline: {monitors}. Point them elsewhere first.'],
  baselineOfOther: [422, 'The baseline {id} belongs to another asset.'],
});

export const Baseline = z.object({
  id: z.uuid(),
  assetId: z.uuid(),
  name: z.string(),
  version: z.int().min(1).describe('Counts up within the asset and environment.'),
  environment: DataEnvironment,
  state: z.enum(['candidate', 'promoted', 'superseded', 'expired']),
  source: TableSource,
  sourceLabel: z.string(),
  dataSha256: z.string(),
  rows: z.int().min(0),
  columns: z.int().min(0),
  window: z.object({ from: z.iso.datetime().nullable(), to: z.iso.datetime().nullable() }).nullable(),
  bytes: z.int().min(0).describe('Size of the kept artefact.'),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  promotedBy: z.string().nullable(),
  promotedAt: z.iso.datetime().nullable(),
  expiredAt: z.iso.datetime().nullable(),
});
export type Baseline = z.infer<typeof Baseline>;

const draft = z.strictObject({
  assetId: z.uuid(),
  name: z.string().trim().min(1).max(200),
  environment: DataEnvironment.default('training'),
  source: TableSource.optional().describe('Left out: the file of the asset.'),
  window: z
    .strictObject({
      from: z.iso.datetime({ offset: true }).nullable().default(null),
      to: z.iso.datetime({ offset: true }).nullable().default(null),
    })
    .optional(),
  promote: z.boolean().default(false),
  idempotencyKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'up to 200 printable characters without spaces')
    .optional()
    .describe('Asked again under the same key, the same version is the answer; another one is not made.'),
});
/** What making one needs to know, also as the input of a job. */
export const BaselineWish = z.object({
  ...draft.shape,
  environment: DataEnvironment,
  source: TableSource,
  window: Baseline.shape.window,
  promote: z.boolean(),
  requestedBy: z.string(),
  idempotencyKey: z.string().max(500).nullable().default(null).describe('Kept with the version.'),
});
export type BaselineWish = z.infer<typeof BaselineWish>;

export const QueuedBaseline = z.object({ jobId: z.uuid(), assetId: z.uuid(), name: z.string(), environment: DataEnvironment });
export type QueuedBaseline = z.infer<typeof QueuedBaseline>;

export const addBaseline = endpoint({
  method: 'POST',
  path: '/api/data-quality/baselines',
  tag,
  operation: 'add-baseline',
  access: 'data-quality:create',
  status: 201,
  timeoutMs: 240_000,
  summary: 'Make a baseline of a table; 202 and a job when it is large',
  description:
    'Up to 20 MB the answer (201) holds the baseline; larger files and tables of databases answer 202 with a job whose result names it.',
  input: draft,
  output: z.union([Baseline, QueuedBaseline]),
});
/** The same, as a job whatever the size. */
export const queueBaseline = endpoint({
  method: 'POST',
  path: '/api/data-quality/baselines/jobs',
  tag,
  operation: 'queue-baseline',
  access: 'data-quality:create',
  status: 202,
  summary: 'Make a baseline as a job, whatever the size of the table: its result names the baseline',
  input: draft,
  output: QueuedBaseline,
});
export const listBaselines = endpoint({
  method: 'GET',
  path: '/api/data-quality/baselines/:assetId',
  tag,
  operation: 'baselines',
  access: read,
  summary: 'Baselines of an asset, newest first',
  input: z.object({ ...paging, assetId: z.uuid(), environment: DataEnvironment.optional(), state: Baseline.shape.state.optional() }),
  output: pageOf(Baseline),
});
export const getBaseline = endpoint({
  method: 'GET',
  path: '/api/data-quality/baselines/:id/detail',
  tag,
  operation: 'baseline',
  reading: { action: 'data-quality.read-values', shownTo: 'data-quality:read-values', resource: 'data-quality-baseline' },
  access: read,
  summary: 'One baseline with the profile of its columns',
  input: z.object({ id: z.uuid() }),
  output: Baseline.extend({ profile: Quality.shape.columns, columnsLeftOut: z.int().min(0), valuesMasked: z.boolean() }),
});
export const promoteBaseline = endpoint({
  method: 'POST',
  path: '/api/data-quality/baselines/:id/promote',
  tag,
  operation: 'promote-baseline',
  access: update,
  idempotent: true,
  summary: 'Make it the one that monitors follow; the one before is superseded',
  input: z.strictObject({ id: z.uuid() }),
  output: Baseline,
});
export const expireBaseline = endpoint({
  method: 'DELETE',
  path: '/api/data-quality/baselines/:id',
  tag,
  operation: 'expire-baseline',
  access: update,
  summary: 'End a baseline: its record stays, its artefact goes. Those of others need the right to delete',
  input: z.object({ id: z.uuid() }),
  output: Baseline,
});
const Side = z.object({
  missingRate: z.number(),
  distinct: z.int().nullable(),
  mean: z.number().nullable(),
  sd: z.number().nullable(),
  median: z.number().nullable(),
  type: z.string(),
});
export const compareBaselines = endpoint({
  method: 'GET',
  path: '/api/data-quality/baselines/:id/compare',
  tag,
  operation: 'compare-baselines',
  reading: {
    action: 'data-quality.read-values',
    shownTo: 'data-quality:read-values',
    resource: 'data-quality-baseline',
    repeats: ['with'],
  },
  access: read,
  summary: 'What differs between two baselines, column by column, from their profiles',
  input: z.object({ id: z.uuid(), with: z.uuid() }),
  output: z.object({
    a: Baseline,
    b: Baseline,
    columns: z.array(
      z.object({ name: z.string(), change: z.enum(['same', 'changed', 'added', 'removed']), a: Side.nullable(), b: Side.nullable() }),
    ),
  }),
});
