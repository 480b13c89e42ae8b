/** What rules, pages of failing rows, near duplicates and suggestions look like in answers. */
import { z } from 'zod';
import { Severity } from '../../contract/severity.ts';
import { Rule } from './rule-shape.ts';

const count = z.int().min(0);
const rows = z.array(count).describe('0-based data rows (the header not counted): the first hundred.');
const share = z.number().min(0).max(1);

export const RuleFinding = z.object({
  place: count.describe('Place of the rule in the request.'),
  id: z.string().nullable(),
  kind: z.string(),
  says: z.string().describe('The rule in words.'),
  severity: Severity.nullable(),
  owner: z.string().nullable(),
  scope: z.string().nullable(),
  columns: z.array(z.string()),
  verdict: z.enum(['passed', 'tolerated', 'failed', 'unknown']),
  reason: z.string().nullable(),
  observed: z.number().nullable().describe('Of rules about the table: the number that was judged.'),
  count: count.nullable().describe('Rows that fail.'),
  of: count.nullable().describe('Rows looked at.'),
  rows,
});
export type RuleFinding = z.infer<typeof RuleFinding>;

export const RowsPage = z.object({
  rule: count,
  offset: count,
  total: count,
  columns: z.array(z.string()),
  masked: z.boolean().describe('Letters stand as a or A, digits as 9.'),
  rows: z.array(z.object({ row: count, cells: z.array(z.string().nullable()) })),
});
export type RowsPage = z.infer<typeof RowsPage>;

export const NearDuplicates = z.object({
  count: count.nullable().describe('null: not run.'),
  reason: z.string().nullable(),
  method: z.string(),
  rows,
  pairs: z.array(z.object({ rows: z.tuple([count, count]), similarity: share })),
  crowded: count.describe('Buckets too full to compare everything in them.'),
});
export type NearDuplicates = z.infer<typeof NearDuplicates>;

export const Suggestion = z.object({
  rule: Rule,
  says: z.string(),
  evidence: z.string(),
  confidence: share.nullable().describe('Share of further rows that keep the rule, at least; `method` says how sure.'),
  method: z.string(),
});
export type Suggestion = z.infer<typeof Suggestion>;
