/** What may be asked of the model scanner: the stateless door :8001 and the product door, their problems and events. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { Finding } from '../../contract/finding.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { problems } from '../../contract/problem.ts';
import { Severity, Verdict } from '../../contract/severity.ts';

export const scanProblems = problems('model-scanner', {
  notFound: [404, 'No scan has the id {id}.'],
  outsideRoots: [403, 'The path {path} is outside the folders this installation may scan.'],
  noSuchPath: [422, 'There is nothing at {path}.'],
  queueFull: [429, 'The scanner is busy. Try again in {seconds} s.'],
  stopped: [409, 'The scan was stopped.'],
  doorFailed: [503, 'The scanner could not finish: {reason}.'],
  alreadyEnded: [409, 'The scan has already ended: {state}.'],
  notFinished: [409, 'The scan {id} has not finished yet.'],
});

export const SeverityCounts = z.object({
  critical: z.int().min(0),
  high: z.int().min(0),
  medium: z.int().min(0),
  low: z.int().min(0),
  informational: z.int().min(0),
});

/** Something that could not be read to the end. */
export const Unread = z.object({
  path: z.string(),
  reason: z.enum(['unsupported', 'encrypted', 'budget', 'reader-failed', 'truncated', 'permission']),
  detail: z.string(),
});

/** A package that a file asks for or fixes. */
export const ScannedPackage = z.object({
  ecosystem: z.enum(['PyPI', 'npm', 'Go', 'crates.io', 'Maven', 'NuGet', 'conda', 'RubyGems', 'Packagist']),
  name: z.string().max(300),
  version: z.string().max(200).nullable().describe('null: only a range is known.'),
  requirement: z.string().max(500).nullable(),
  relation: z.enum(['direct', 'transitive', 'unknown']),
  scope: z.enum(['runtime', 'development', 'optional']),
  digest: z.string().max(300).nullable(),
  origin: z.string().max(500).nullable().describe('When it is not the public index of its ecosystem.'),
  purl: z.string().max(1000),
  place: z.string().max(5000),
});
export type ScannedPackage = z.infer<typeof ScannedPackage>;
export const ScannedLicence = z.object({
  expression: z.string().max(500),
  source: z.enum(['card', 'licence-text', 'manifest', 'file-header']),
  terms: z.enum(['permissive', 'copyleft', 'use-restricted', 'non-commercial', 'research-only', 'unknown']),
  place: z.string().max(5000),
});
export type ScannedLicence = z.infer<typeof ScannedLicence>;

/** One file of the scanned tree; `path` is relative to the scanned path ('' when that is a file itself). */
export const ScannedFile = z.object({
  path: z.string().max(4096),
  size: z.int().min(0),
  format: z.string().max(60),
  role: z.enum(['model', 'dataset', 'config', 'code', 'container']).nullable(),
  verdict: Verdict.nullable().describe('null: not an AI artefact, nothing to judge.'),
  counts: SeverityCounts,
  metadata: z.record(z.string(), z.union([z.string(), z.number()])),
  packages: z.array(ScannedPackage).max(50_000),
  licences: z.array(ScannedLicence).max(1000),
});
export type ScannedFile = z.infer<typeof ScannedFile>;
/** A finding of a file in the tree. */
export const ScanFinding = Finding.extend({
  path: z.string().max(4096).describe('File, relative to the scanned path.'),
  excerpt: z
    .object({ start: z.int().min(0), base64: z.string().max(1400) })
    .optional()
    .describe('Up to 1 KiB of the innermost stream around the offset, for the byte view; absent when the place has no bytes.'),
});
export type ScanFinding = z.infer<typeof ScanFinding>;

export const ScanProgress = z.object({
  filesDone: z.int(),
  filesTotal: z.int().nullable(),
  bytesRead: z.int(),
  current: z.string().nullable(),
});

export const ScanResult = z.object({
  verdict: Verdict,
  counts: SeverityCounts,
  files: z.array(ScannedFile),
  findings: z.array(ScanFinding),
  unread: z.array(Unread),
  filesRead: z.int().min(0),
  filesTotal: z.int().min(0),
  bytesRead: z.int().min(0),
  durationMs: z.number().min(0),
  engineVersion: z.string(),
  rulesVersion: z.string().describe('Hash over detectors and catalog.'),
});
export type ScanResult = z.infer<typeof ScanResult>;

export const ScanRequest = z.strictObject({
  source: z.strictObject({ path: z.string().min(1).max(4096) }),
  timeoutMs: z.int().min(1000).max(3_600_000).default(900_000),
  wait: z.boolean().default(false),
});

/* ——— door :8001, stateless ——— */
const tag = 'model-scanner';
const door = 'ai-scanner' as const;
export const scanModel = endpoint({
  method: 'POST',
  path: '/scan/model',
  door,
  tag,
  operation: 'scan-model',
  access: 'service',
  status: 202,
  timeoutMs: 3_600_000,
  summary: 'Scan a file or folder; answers an id, or the result when wait is true',
  input: ScanRequest,
  output: z.object({ id: z.uuid(), result: ScanResult.optional() }),
});
export const scanStatus = endpoint({
  method: 'GET',
  path: '/scan/status/:id',
  door,
  tag,
  operation: 'scan-status',
  access: 'service',
  summary: 'Progress and result of a scan of this process, kept for an hour',
  input: z.object({ id: z.uuid() }),
  output: z.object({
    id: z.uuid(),
    state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
    progress: ScanProgress,
    result: ScanResult.nullable(),
    problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  }),
});
export const cancelDoorScan = endpoint({
  method: 'DELETE',
  path: '/scan/:id',
  door,
  tag,
  operation: 'cancel-scan',
  access: 'service',
  status: 200,
  summary: 'Stop a running scan',
  input: z.object({ id: z.uuid() }),
  output: z.object({ cancelled: z.boolean() }),
});
export const Rule = z.object({
  id: z.string(),
  title: z.string(),
  axis: z.enum(['effect', 'integrity', 'posture']),
  severity: z.string(),
  references: z.array(z.string()),
  remedy: z.string(),
});
export const doorRules = endpoint({
  method: 'GET',
  path: '/scan/rules',
  door,
  tag,
  operation: 'scan-rules',
  access: 'service',
  summary: 'Every rule with its references',
  input: z.object({}),
  output: z.object({ rulesVersion: z.string(), rules: z.array(Rule) }),
});

/** Facts about files without judging them: for discovery. Identified by content; findings are the business of a scan. */
export const inspectSource = endpoint({
  method: 'POST',
  path: '/scan/inspect',
  door,
  tag,
  operation: 'inspect',
  access: 'service',
  timeoutMs: 600_000,
  idempotent: true,
  summary: 'What the files under a path are: format, role and facts, without a verdict',
  input: z.strictObject({
    path: z.string().min(1).max(4096),
    files: z.array(z.string().max(4096)).max(500).optional().describe('Only these, relative to path; without it every file under path.'),
  }),
  output: z.object({
    files: z.array(ScannedFile.omit({ verdict: true, counts: true, packages: true, licences: true })),
    unread: z.array(Unread),
  }),
});

/* ——— product door ——— */
export const Scan = z.object({
  id: z.uuid(),
  jobId: z.uuid(),
  path: z.string(),
  assetId: z.uuid().nullable(),
  trigger: z.enum(['person', 'discovery', 'schedule', 'rescan']),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  verdict: Verdict.nullable(),
  counts: SeverityCounts.nullable(),
  filesRead: z.int().nullable(),
  filesTotal: z.int().nullable(),
  unreadCount: z.int().nullable(),
  bytesRead: z.number().nullable(),
  durationMs: z.number().nullable(),
  engineVersion: z.string().nullable(),
  rulesVersion: z.string().nullable(),
  progress: ScanProgress.nullable(),
  problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  requestedBy: z.string(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
});
export type Scan = z.infer<typeof Scan>;
export const startScan = endpoint({
  method: 'POST',
  path: '/api/model-scanner/scans',
  tag,
  operation: 'start',
  access: 'model-scanner:create',
  status: 202,
  summary: 'Scan a file or folder under a configured root',
  input: z.strictObject({
    path: z.string().min(1).max(4096),
    assetId: z.uuid().optional(),
    trigger: z.enum(['person', 'discovery', 'schedule', 'rescan']).default('person'),
  }),
  output: Scan,
});
export const listScans = endpoint({
  method: 'GET',
  path: '/api/model-scanner/scans',
  tag,
  operation: 'list',
  access: 'model-scanner:read',
  summary: 'Scans, newest first',
  input: z.object({
    ...paging,
    state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']).optional(),
    verdict: Verdict.optional(),
    asset_id: z.uuid().optional(),
    q: z.string().max(200).optional(),
  }),
  output: pageOf(Scan),
});
export const getScan = endpoint({
  method: 'GET',
  path: '/api/model-scanner/scans/:id',
  tag,
  operation: 'read',
  access: 'model-scanner:read',
  summary: 'One scan',
  input: z.object({ id: z.uuid() }),
  output: Scan,
});
/** A finding as kept by the product: which asset its file belongs to. */
export const StoredFinding = ScanFinding.extend({ id: z.uuid(), scanId: z.uuid(), assetId: z.uuid().nullable() });
export const listScanFindings = endpoint({
  method: 'GET',
  path: '/api/model-scanner/scans/:id/findings',
  tag,
  operation: 'findings',
  access: 'model-scanner:read',
  summary: 'Findings of a scan, worst first',
  input: z.object({ ...paging, id: z.uuid(), path: z.string().max(4096).optional(), severity: Severity.optional() }),
  output: pageOf(StoredFinding),
});
/** A file as kept by the product; `id` is its path, `.` for the scanned path itself. */
export const FileOfScan = ScannedFile.omit({ packages: true, licences: true }).extend({
  id: z.string(),
  assetId: z.uuid().nullable(),
  unread: z.array(Unread),
});
export type FileOfScan = z.infer<typeof FileOfScan>;
export const listScanFiles = endpoint({
  method: 'GET',
  path: '/api/model-scanner/scans/:id/files',
  tag,
  operation: 'files',
  access: 'model-scanner:read',
  summary: 'Files of a scan with verdicts and the asset each belongs to',
  input: z.object({ ...paging, id: z.uuid() }),
  output: pageOf(FileOfScan),
});

export const rescan = endpoint({
  method: 'POST',
  path: '/api/model-scanner/scans/:id/rescan',
  tag,
  operation: 'rescan',
  access: 'model-scanner:create',
  status: 202,
  summary: 'Scan the same path again',
  input: z.object({ id: z.uuid() }),
  output: Scan,
});
export const cancelScan = endpoint({
  method: 'POST',
  path: '/api/model-scanner/scans/:id/cancel',
  tag,
  operation: 'cancel',
  access: 'model-scanner:update',
  summary: 'Stop a scan that is queued or running',
  input: z.object({ id: z.uuid() }),
  output: Scan,
});
export const scanReport = endpoint({
  method: 'GET',
  path: '/api/model-scanner/scans/:id/report',
  tag,
  operation: 'report',
  access: 'model-scanner:read',
  kind: 'file',
  summary: 'A finished scan as SARIF 2.1.0 or JSON',
  input: z.object({ id: z.uuid(), format: z.enum(['sarif', 'json']).default('sarif') }),
  output: z.unknown(),
});
export const listRules = endpoint({
  method: 'GET',
  path: '/api/model-scanner/rules',
  tag,
  operation: 'rules',
  access: 'model-scanner:read',
  summary: 'Every rule with its references, as the scanner service runs them',
  input: z.object({}),
  output: z.object({ rulesVersion: z.string(), rules: z.array(Rule) }),
});
export const scannableRoots = endpoint({
  method: 'GET',
  path: '/api/model-scanner/roots',
  tag,
  operation: 'roots',
  access: 'model-scanner:read',
  summary: 'Folders this installation may scan, and folders below a typed path',
  input: z.object({ path: z.string().max(4096).optional() }),
  output: z.object({ roots: z.array(z.string()), folders: z.array(z.string()).max(200) }),
});

/** All files of a scan were looked at (or listed as unread); findings are stored and can be listed. */
export const scanFinished = eventKind(
  'model-scanner.scan-finished',
  z.object({ scanId: z.uuid(), path: z.string(), verdict: Verdict, findings: z.int(), filesRead: z.int(), filesTotal: z.int() }),
  'model-scanner:read',
);
