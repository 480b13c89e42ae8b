/** Weaknesses on assets that someone must decide about: what may be asked, by people and by other slices, and the news. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { Severity } from '../../contract/severity.ts';
import { Explanation } from '../risk/contract.ts';
import { Batch, BatchRow, BulkAction, BulkPreview, FixSummary, VulnerabilityStatistics } from './answer.ts';
import {
  FindingRecord,
  HistoryEntry,
  HoldKind,
  Resolution,
  Status,
  sorts,
  Transition,
  Vulnerability,
  VulnerabilityDetail,
  VulnerabilityFilter,
  vulnerabilityFilter,
} from './vulnerability.ts';

export * from './answer.ts';
export { type Cvss, parseCvss, severityOfScore } from './scores/cvss.ts';
export * from './vulnerability.ts';

/* ——— lists ——— */
const tag = 'vulnerabilities';
const read = 'vulnerabilities:read' as const;
const update = 'vulnerabilities:update' as const;
export const listVulnerabilities = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities',
  tag,
  operation: 'list',
  access: read,
  summary: 'Vulnerabilities, highest priority first unless sorted otherwise',
  input: z.object({ ...paging, ...vulnerabilityFilter, sort: z.enum(sorts).default('priority') }),
  output: pageOf(Vulnerability),
});
export const listVulnerabilitiesOfAsset = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities/asset/:id',
  tag,
  operation: 'list-of-asset',
  access: read,
  summary: 'Vulnerabilities of one asset',
  input: z.object({ ...paging, id: z.uuid(), status: vulnerabilityFilter.status, sort: z.enum(sorts).default('priority') }),
  output: pageOf(Vulnerability),
});
export const countVulnerabilities = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities/count',
  tag,
  operation: 'count',
  access: read,
  summary: 'How many a filter lists: exact to 10,000, estimated beyond',
  input: VulnerabilityFilter,
  output: z.object({ total: z.int(), totalIsEstimate: z.boolean() }),
});
export const getVulnerability = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities/:id',
  tag,
  operation: 'read',
  access: read,
  summary: 'One vulnerability and what the reader may do with it',
  input: z.object({ id: z.uuid() }),
  output: VulnerabilityDetail,
});

/* ——— writing ——— */
const CveId = z.string().regex(/^CVE-\d{4}-\d{4,19}$/, 'must look like CVE-2024-12345');
const written = {
  title: z.string().trim().min(3).max(300),
  description: z.string().trim().max(8000).default(''),
  severity: Severity.optional().describe('May be left out when a CVSS score or vector says it.'),
  cve_id: CveId.optional(),
  cvss_score: z.number().min(0).max(10).optional(),
  cvss_vector: z.string().max(400).optional(),
  remedy: z.string().trim().max(2000).optional(),
} as const;
export const VulnerabilityDraft = z.strictObject({ ...written, asset_id: z.uuid() });
export type VulnerabilityDraft = z.infer<typeof VulnerabilityDraft>;
const expected = z.int().min(1).describe('The version you saw; refused with 409 when it changed since.');
export const createVulnerability = endpoint({
  method: 'POST',
  path: '/api/vulnerabilities',
  tag,
  operation: 'create',
  access: 'vulnerabilities:create',
  status: 201,
  summary: 'Record a vulnerability by hand',
  input: VulnerabilityDraft,
  output: VulnerabilityDetail,
});
export const replaceVulnerability = endpoint({
  method: 'PUT',
  path: '/api/vulnerabilities/:id',
  tag,
  operation: 'replace',
  access: update,
  summary: 'Replace what a person may write: title, description, severity, CVSS, remedy',
  input: z.strictObject({ ...written, id: z.uuid(), version: expected.optional() }),
  output: VulnerabilityDetail,
});
export const changeVulnerability = endpoint({
  method: 'PATCH',
  path: '/api/vulnerabilities/:id',
  tag,
  operation: 'change',
  access: update,
  summary: 'Change some fields, the status or the assignee',
  input: z.strictObject({
    id: z.uuid(),
    version: expected.optional(),
    title: written.title.optional(),
    description: z.string().trim().max(8000).optional(),
    severity: Severity.optional(),
    cve_id: CveId.nullable().optional(),
    cvss_score: z.number().min(0).max(10).nullable().optional(),
    cvss_vector: z.string().max(400).nullable().optional(),
    remedy: z.string().trim().max(2000).optional(),
    status: Status.optional(),
    resolution: Resolution.optional(),
    reason: z.string().trim().max(2000).optional(),
    until: z.iso.datetime({ offset: true }).optional(),
    assignee_id: z
      .union([z.uuid(), z.literal('me')])
      .nullable()
      .optional(),
    due_at: z.iso.datetime({ offset: true }).nullable().optional(),
  }),
  output: VulnerabilityDetail,
});
export const assignVulnerability = endpoint({
  method: 'POST',
  path: '/api/vulnerabilities/:id/assign',
  tag,
  operation: 'assign',
  access: update,
  summary: 'Assign to a person, to yourself, or to nobody',
  input: z.strictObject({ id: z.uuid(), assignee_id: z.union([z.uuid(), z.literal('me')]).nullable(), version: expected }),
  output: VulnerabilityDetail,
});
export const transitionVulnerability = endpoint({
  method: 'POST',
  path: '/api/vulnerabilities/:id/transition',
  tag,
  operation: 'transition',
  access: update,
  summary: 'Move to another status; risk_accepted is asked for here and decided at /acceptance',
  input: Transition.extend({ id: z.uuid(), version: expected }),
  output: VulnerabilityDetail,
});
export const decideAcceptance = endpoint({
  method: 'POST',
  path: '/api/vulnerabilities/:id/acceptance',
  tag,
  operation: 'decide-acceptance',
  access: update,
  summary: 'Grant or refuse the request to accept this risk; never by the one who asked',
  input: z.strictObject({ id: z.uuid(), grant: z.boolean(), note: z.string().trim().max(2000).default(''), version: expected }),
  output: VulnerabilityDetail,
});
export const holdVulnerability = endpoint({
  method: 'POST',
  path: '/api/vulnerabilities/:id/hold',
  tag,
  operation: 'hold',
  access: update,
  summary: 'Stop the clock while something outside must happen, or start it again (hold: null)',
  input: z.strictObject({
    id: z.uuid(),
    version: expected,
    hold: z
      .strictObject({
        kind: HoldKind,
        note: z.string().trim().min(3).max(500),
        until: z.iso.datetime({ offset: true }).nullable().default(null),
      })
      .nullable(),
  }),
  output: VulnerabilityDetail,
});
export const commentVulnerability = endpoint({
  method: 'POST',
  path: '/api/vulnerabilities/:id/comment',
  tag,
  operation: 'comment',
  access: update,
  summary: 'Write a comment',
  input: z.strictObject({ id: z.uuid(), text: z.string().trim().min(1).max(8000) }),
  output: z.object({ id: z.uuid(), at: z.iso.datetime() }),
});

/* ——— evidence, history, explanation ——— */
export const listFindingsOfVulnerability = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities/:id/findings',
  tag,
  operation: 'findings',
  access: read,
  summary: 'The findings behind a vulnerability, newest first',
  input: z.object({ ...paging, id: z.uuid() }),
  output: pageOf(FindingRecord),
});
export const listHistory = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities/:id/history',
  tag,
  operation: 'history',
  access: read,
  summary: 'What happened to it, comments included, newest first',
  input: z.object({ ...paging, id: z.uuid(), kind: z.enum(['comment', 'all']).default('all') }),
  output: pageOf(HistoryEntry),
});

export const explainVulnerability = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities/:id/explain',
  tag,
  operation: 'explain',
  access: read,
  summary: 'Why it has this priority: factors whose points add up',
  input: z.object({ id: z.uuid() }),
  output: Explanation,
});

/* ——— statistics ——— */
export const vulnerabilityStatistics = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities/stats',
  tag,
  operation: 'statistics',
  access: read,
  summary: 'Counts, ages, due dates kept; parameters are those of the list',
  input: VulnerabilityFilter.extend({ days: z.int().min(1).max(366).default(30).describe('Length of perDay.') }),
  output: VulnerabilityStatistics,
});

/* ——— bulk ——— */
const bulkTarget = {
  ids: z.array(z.uuid()).min(1).max(10_000).optional(),
  filter: VulnerabilityFilter.optional().describe('All rows of this filter as of `as_of`.'),
  as_of: z.iso.datetime({ offset: true }).optional().describe('Rows made later are left out; default now.'),
  action: BulkAction,
} as const;
export const previewBulk = endpoint({
  method: 'POST',
  path: '/api/vulnerabilities/bulk/preview',
  tag,
  operation: 'preview-bulk',
  access: update,
  audit: false,
  idempotent: true,
  summary: 'What a bulk change would do, refusals by reason',
  input: z.strictObject(bulkTarget),
  output: BulkPreview,
  timeoutMs: 60_000,
});
export const runBulk = endpoint({
  method: 'POST',
  path: '/api/vulnerabilities/bulk',
  tag,
  operation: 'bulk',
  access: update,
  status: 202,
  summary: 'Change many; up to 200 rows at once, more as a job',
  input: z.strictObject(bulkTarget),
  output: Batch,
  timeoutMs: 60_000,
});
export const getBatch = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities/bulk/:batch',
  tag,
  operation: 'read-batch',
  access: read,
  summary: 'State of a bulk change',
  input: z.object({ batch: z.uuid() }),
  output: Batch,
});
export const listBatchRows = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities/bulk/:batch/rows',
  tag,
  operation: 'batch-rows',
  access: read,
  summary: 'Result of a bulk change row by row',
  input: z.object({ ...paging, batch: z.uuid() }),
  output: pageOf(BatchRow),
});
export const undoBatch = endpoint({
  method: 'POST',
  path: '/api/vulnerabilities/bulk/:batch/undo',
  tag,
  operation: 'undo-bulk',
  access: update,
  summary: 'Put rows back that nobody changed since; possible for 24 hours',
  input: z.strictObject({ batch: z.uuid() }),
  output: z.object({ restored: z.int(), kept: z.int() }),
  timeoutMs: 120_000,
});

export const exportVulnerabilities = endpoint({
  method: 'GET',
  path: '/api/vulnerabilities/exports',
  tag,
  operation: 'export',
  audit: 'vulnerabilities.export',
  access: read,
  kind: 'file',
  timeoutMs: 600_000,
  summary: 'All rows of a filter as CSV or NDJSON, streamed; the last line says how many',
  input: z.object({ ...vulnerabilityFilter, sort: z.enum(sorts).default('priority'), format: z.enum(['csv', 'ndjson']).default('csv') }),
  output: z.unknown(),
});

/* ——— for other slices ——— */
export const summariseFixes = endpoint({
  method: 'POST',
  path: '/api/vulnerabilities/summarise-fixes',
  tag,
  operation: 'summarise-fixes',
  access: 'service',
  audit: false,
  idempotent: true,
  summary: 'What open vulnerabilities stand behind these fixes',
  input: z.object({ fixKeys: z.array(z.string().length(64)).max(200) }),
  output: z.object({ fixes: z.array(FixSummary) }),
});

/* ——— events ——— */
const News = z.object({
  vulnerabilityId: z.uuid(),
  number: z.string(),
  assetId: z.uuid(),
  assetName: z.string(),
  severity: Severity,
  title: z.string(),
  status: Status,
  priority: z.number(),
  malicious: z.boolean(),
  source: z.string(),
});
export type VulnerabilityNews = z.infer<typeof News>;
/** Events carry up to 100 vulnerabilities each: a scan of 100,000 findings must not be 100,000 messages. */
const newsPayload = z.object({
  vulnerabilities: z.array(News).min(1).max(100),
  cause: z.string().max(80),
  causeId: z.string().max(200).nullable(),
});
export const vulnerabilityOpened = eventKind('vulnerability.opened', newsPayload, read);
/** Severity, priority, assignee, due date or status among open, in_progress changed. */
export const vulnerabilityChanged = eventKind('vulnerability.changed', newsPayload, read);
/** No longer open: resolved, false_positive or risk_accepted (`status` says which). */
export const vulnerabilityResolved = eventKind('vulnerability.resolved', newsPayload, read);
export const vulnerabilityReopened = eventKind('vulnerability.reopened', newsPayload, read);
/** A scan read everything of these assets to the end: they count as assessed. */
export const assessmentRecorded = eventKind(
  'assessment.recorded',
  z.object({ source: z.string(), runId: z.string().nullable(), at: z.iso.datetime(), assetIds: z.array(z.uuid()).min(1).max(500) }),
  null,
);
