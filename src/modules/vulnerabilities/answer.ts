/** Larger answers of this slice: statistics, bulk changes, what stands behind a fix. Part of the contract. */
import { z } from 'zod';
import { Mark, Severity } from '../../contract/severity.ts';
import { Transition } from './vulnerability.ts';

const Bucket = z.object({ value: z.string(), count: z.int().min(0), filter: z.string().describe('Query that lists the rows.') });
export const VulnerabilityStatistics = z.object({
  total: z.int(),
  open: z.int(),
  bySeverity: z.array(Bucket).describe('Of open ones.'),
  byStatus: z.array(Bucket),
  byEnvironment: z.array(Bucket),
  byAssetType: z.array(Bucket),
  bySource: z.array(Bucket),
  byOwner: z.array(Bucket).describe('Twenty with the most open ones; unowned is a bucket.'),
  byAge: z.array(Bucket),
  perDay: z.array(z.object({ day: z.iso.date(), opened: z.int(), resolved: z.int(), verified: z.int() })),
  sla: z.object({
    breached: z.int(),
    dueInWeek: z.int(),
    withoutDate: z.int(),
    fellDue: z.int().describe('In the last 90 days.'),
    kept: z.int(),
    bySeverity: z.array(z.object({ severity: Severity, fellDue: z.int(), kept: z.int() })),
  }),
  timeToFix: z
    .object({ medianMs: z.number().nullable(), fixed: z.int(), stillOpen: z.int() })
    .describe('Median of those fixed in the last 90 days; those still open stand beside it.'),
  reopened: z.int(),
  kev: z.object({ yes: z.int(), no: z.int(), unknown: z.int() }),
  epssAboveTenth: z.object({ yes: z.int(), no: z.int(), unknown: z.int() }),
  unowned: z.int(),
  unassigned: z.int(),
  malicious: z.int(),
});
export type VulnerabilityStatistics = z.infer<typeof VulnerabilityStatistics>;
export const BulkAction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('assign'), assignee_id: z.union([z.uuid(), z.literal('me')]).nullable() }),
  Transition.extend({ kind: z.literal('transition') }),
  z.strictObject({
    kind: z.literal('due'),
    due_at: z.iso.datetime({ offset: true }).nullable(),
    reason: z.string().trim().min(3).max(2000),
  }),
]);
export type BulkAction = z.infer<typeof BulkAction>;
const Refusal = z.object({ code: z.string(), reason: z.string(), count: z.int() });
export const Batch = z.object({
  id: z.uuid(),
  jobId: z.uuid().nullable(),
  state: z.enum(['running', 'done', 'undone']),
  matched: z.int(),
  changed: z.int(),
  refusals: z.array(Refusal),
  createdAt: z.iso.datetime(),
});
export type Batch = z.infer<typeof Batch>;
export const BulkPreview = z.object({
  matched: z.int(),
  willChange: z.int(),
  refusals: z.array(Refusal),
  closes: z.int().describe('Open ones that would no longer be open.'),
  breachesEnded: z.int(),
});
export const BatchRow = z.object({
  vulnerabilityId: z.uuid(),
  number: z.string(),
  title: z.string(),
  outcome: z.enum(['changed', 'refused', 'undone', 'kept']),
  code: z.string().nullable(),
  reason: z.string().nullable(),
});
export const FixSummary = z.object({
  fixKey: z.string(),
  vulnerabilities: z.int(),
  worstSeverity: Severity,
  earliestDueAt: z.iso.datetime().nullable(),
  owners: z.array(z.string()).max(3),
  assignees: z.array(z.string()).max(3),
  topVulnerabilityId: z.uuid(),
  topTitle: z.string(),
  topMark: Mark,
  topUnknownFactors: z.array(z.string()),
  assetNames: z.array(z.string()).max(3),
});
export type FixSummary = z.infer<typeof FixSummary>;
