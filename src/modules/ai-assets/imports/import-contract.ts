/** Files of assets in and out. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { assetFilter } from '../asset-shape.ts';

const tag = 'ai-assets';
export const ImportRow = z.object({
  line: z.int(),
  name: z.string(),
  outcome: z.enum(['new', 'updated', 'unchanged', 'rejected']),
  reason: z.string().nullable(),
});
export const BalanceSheet = z.object({
  dryRun: z.boolean(),
  read: z.int().describe('= new + updated + unchanged + rejected'),
  new: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
  rows: z.array(ImportRow).describe('Every rejected row and the first of the others, up to 1,000 rows.'),
  rowsLeftOut: z.int(),
});
export type BalanceSheet = z.infer<typeof BalanceSheet>;
export const importAssets = endpoint({
  method: 'POST',
  path: '/api/ai-assets/import',
  tag,
  operation: 'import',
  access: 'ai-assets:create',
  ofDepartment: true,
  kind: 'upload',
  maxBodyBytes: 33_554_432,
  timeoutMs: 300_000,
  summary: 'Import assets from CSV or JSON; a dry run changes nothing',
  input: z.object({ format: z.enum(['csv', 'json']), dry_run: z.enum(['true', 'false']).default('true') }),
  output: BalanceSheet,
});
export const exportAssets = endpoint({
  method: 'GET',
  path: '/api/ai-assets/export',
  tag,
  operation: 'export',
  audit: 'ai-assets.export',
  access: 'ai-assets:read',
  kind: 'file',
  timeoutMs: 600_000,
  summary: 'All assets of a filter as CSV or JSON, streamed',
  input: z.object({ ...assetFilter, format: z.enum(['csv', 'json']).default('csv') }),
  output: z.unknown(),
});
