/** What may be asked of the model scanner: the stateless door :8001 and the product door, their problems and events. */
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { problems } from '../../contract/problem.ts';
import { Severity, Verdict } from '../../contract/severity.ts';
import { AssetType, Name } from '../ai-assets/contract.ts';
import {
  ComparedFile,
  ComparedFinding,
  FileOfScan,
  FileOutline,
  OpcodeLine,
  Rule,
  Scan,
  ScannedFile,
  ScanProgress,
  ScanResult,
  StoredFinding,
  scanStates,
  Unread,
} from './scans/scan-shape.ts';
import { ScanSource } from './sources/source-contract.ts';

export * from './bills/bill-contract.ts';
export * from './bills/component-contract.ts';
export * from './scans/scan-shape.ts';
export * from './schedules/schedule-contract.ts';
export * from './sources/source-contract.ts';
export * from './suppressions/suppression-contract.ts';

export const scanProblems = problems('model-scanner', {
  notFound: [404, 'No scan has the id {id}.'],
  outsideRoots: [403, 'The path {path} is outside the folders this installation may scan.'],
  noSuchPath: [422, 'There is nothing at {path}.'],
  queueFull: [429, 'The scanner is busy. Try again in {seconds} s.'],
  stopped: [409, 'The scan was stopped.'],
  doorFailed: [503, 'The scanner could not finish: {reason}.'],
  alreadyEnded: [409, 'The scan has already ended: {state}.'],
  notFinished: [409, 'The scan {id} has not finished yet.'],
  tooManyWaiting: [429, '{count} scans are waiting already. Try again in {seconds} s.'],
  notBoth: [422, 'Name one thing to scan: either path or source.'],
  uploadGone: [409, 'The upload was removed after its scan. Upload it again to scan it again.'],
  notBothAssets: [422, 'Name one asset: either assetId or newAsset.'],
  newAssetUpload: [422, 'Only an upload can be registered as a new asset: files of the other sources find their asset by where they lie.'],
  retiredAsset: [409, 'The asset {name} is retired. Restore it first.'],
  noBytes: [409, 'This finding has no bytes of a pickle to disassemble.'],
});

/** How thorough: quick reads 64 MiB and 10 s a file at most, standard 1 GiB and 60 s, deep 16 GiB and 5 minutes. */
export const Profile = z.enum(['quick', 'standard', 'deep']);
export type Profile = z.infer<typeof Profile>;
export const reportFormats = ['json', 'sarif', 'cyclonedx', 'html'] as const;
export const ReportFormat = z.enum(reportFormats);
export type ReportFormat = z.infer<typeof ReportFormat>;
/** From this verdict or severity on a scan counts as failed. */
export const FailOn = z.enum(['malicious', 'suspicious', 'risky', 'low', 'medium', 'high', 'critical']);

export const ScanRequest = z.strictObject({
  source: ScanSource,
  workspace: z.uuid().optional().describe('Whose upload it is; only with an upload.'),
  profile: Profile.default('standard'),
  timeoutMs: z.int().min(1000).max(3_600_000).default(900_000),
  failOn: FailOn.optional(),
  formats: z.array(ReportFormat).max(4).optional().describe('Reports to answer with; only with wait.'),
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
  summary: 'Scan a file, a folder, an upload or a model of a store; answers an id, or the result when wait is true',
  input: ScanRequest,
  output: z.object({
    id: z.uuid(),
    result: ScanResult.optional(),
    failed: z.boolean().optional().describe('Reached failOn; only with failOn and wait.'),
    reports: z.partialRecord(ReportFormat, z.string()).optional(),
  }),
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
    state: z.enum(scanStates),
    progress: ScanProgress,
    result: ScanResult.nullable(),
    failed: z.boolean().nullable().describe('Reached failOn; null without failOn or result.'),
    problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
  }),
});
export const doorReport = endpoint({
  method: 'GET',
  path: '/scan/:id/report',
  door,
  tag,
  operation: 'scan-report',
  access: 'service',
  kind: 'file',
  summary: 'A finished scan of this process as JSON, SARIF, CycloneDX or HTML',
  input: z.object({ id: z.uuid(), format: ReportFormat.default('json') }),
  output: z.unknown(),
});
export const doorOpcodes = endpoint({
  method: 'POST',
  path: '/scan/opcodes',
  door,
  tag,
  operation: 'scan-opcodes',
  access: 'service',
  audit: false,
  idempotent: true,
  summary: 'The opcodes of a piece of a pickle',
  input: z.strictObject({
    start: z.int().min(0).describe('Offset of the first byte in its stream.'),
    base64: z.string().max(8192),
    anchor: z.int().min(0).describe('Offset of an opcode that is known: the piece is cut so that one begins there.'),
  }),
  output: z.object({ opcodes: z.array(OpcodeLine) }),
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
export const startScan = endpoint({
  method: 'POST',
  path: '/api/model-scanner/scans',
  tag,
  operation: 'start',
  access: 'model-scanner:create',
  status: 202,
  summary: 'Scan a file or folder under a configured root, an upload, or a model of a store',
  input: z.strictObject({
    path: z.string().min(1).max(4096).optional().describe('Short for source.path.'),
    source: ScanSource.optional(),
    profile: Profile.default('standard'),
    assetId: z.uuid().optional().describe('The asset whose files these are, when it is known.'),
    newAsset: z
      .strictObject({ name: Name, type: AssetType.default('model') })
      .optional()
      .describe('Register an asset for an upload; needs ai-assets:create. Without it and without assetId an upload is only looked at.'),
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
    state: z.enum(scanStates).optional(),
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
export const listScanFindings = endpoint({
  method: 'GET',
  path: '/api/model-scanner/scans/:id/findings',
  tag,
  operation: 'findings',
  access: 'model-scanner:read',
  summary: 'Findings of a scan, worst first',
  input: z.object({
    ...paging,
    id: z.uuid(),
    path: z.string().max(4096).optional().describe('One file.'),
    under: z.string().max(4096).optional().describe('Everything below a folder, relative to the scanned path.'),
    severity: Severity.optional(),
    suppressed: z.boolean().optional().describe('Only those that are, or are not, suppressed now.'),
  }),
  output: pageOf(StoredFinding),
});
export const listScanFiles = endpoint({
  method: 'GET',
  path: '/api/model-scanner/scans/:id/files',
  tag,
  operation: 'files',
  access: 'model-scanner:read',
  summary: 'Files of a scan with verdicts and the asset each belongs to',
  input: z.object({
    ...paging,
    id: z.uuid(),
    q: z.string().max(400).optional().describe('Part of the path.'),
    verdict: Verdict.optional(),
    severity: Severity.optional().describe('With a finding of this severity.'),
    format: z.string().max(60).optional(),
    judged: z.boolean().optional().describe('Only AI artefacts and what was not read.'),
    findings: z.boolean().optional().describe('Only with findings, or not read to the end.'),
    unread: z.boolean().optional().describe('Only not read to the end.'),
  }),
  output: pageOf(FileOfScan).extend({ outline: FileOutline.nullable().describe('With the first page only.') }),
});

/** The bytes that were kept with a finding, as pickle opcodes. */
export const findingOpcodes = endpoint({
  method: 'GET',
  path: '/api/model-scanner/findings/:id/opcodes',
  tag,
  operation: 'opcodes',
  access: 'model-scanner:read',
  summary: 'Pickle opcodes around the place of a finding',
  input: z.object({ id: z.uuid() }),
  output: z.object({ opcodes: z.array(OpcodeLine) }),
});
export const compareScans = endpoint({
  method: 'GET',
  path: '/api/model-scanner/compare',
  tag,
  operation: 'compare',
  access: 'model-scanner:read',
  summary: 'What is new, gone and unchanged in scan b against scan a, and verdicts that changed',
  input: z.object({ a: z.uuid(), b: z.uuid() }),
  output: z.object({
    a: Scan,
    b: Scan,
    sameRules: z.boolean().describe("false: they asked different questions, so a difference may be the scanner's."),
    counts: z.object({ new: z.int(), gone: z.int(), unchanged: z.int(), files: z.int() }),
    findings: z.array(ComparedFinding).max(2000).describe('New and gone ones first, worst first; 2,000 at most.'),
    files: z.array(ComparedFile).max(2000).describe('Files that are new, gone, or have another verdict.'),
  }),
});

export const rescan = endpoint({
  method: 'POST',
  path: '/api/model-scanner/scans/:id/rescan',
  tag,
  operation: 'rescan',
  access: 'model-scanner:create',
  status: 202,
  summary: 'Scan the same source again',
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
  audit: 'model-scanner.report',
  access: 'model-scanner:read',
  kind: 'file',
  summary: 'A finished scan as SARIF 2.1.0, JSON, CycloneDX or HTML',
  input: z.object({
    id: z.uuid(),
    format: ReportFormat.default('sarif'),
    version: z.enum(['1.6', '1.7']).default('1.6').describe('Of CycloneDX.'),
  }),
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
