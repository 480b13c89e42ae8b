/** What a scan is made of: files, findings, what was not read, its result, and the same as the product keeps it. */
import { z } from 'zod';
import { Finding } from '../../../contract/finding.ts';
import { Severity, Verdict, verdicts } from '../../../contract/severity.ts';
import { ScanSource } from '../sources/source-contract.ts';
import { FindingSuppression } from '../suppressions/suppression-contract.ts';

/** Worst first, as filters offer them. */
export const verdictChoices = verdicts;
/** Worst first, for what a folder holds: a file that no reader knows stands before one that somebody must decide about. */
export const folderVerdicts = [
  'malicious',
  'suspicious',
  'incomplete',
  'unsupported',
  'risky',
  'clean',
] as const satisfies readonly Verdict[];
export const scanStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;

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
  unrated: z
    .literal(true)
    .optional()
    .describe('The advisory gives no severity. The finding is counted with the medium ones; a bill of materials says unknown.'),
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

export const Rule = z.object({
  id: z.string(),
  title: z.string(),
  axis: z.enum(['effect', 'integrity', 'posture']),
  severity: z.string(),
  references: z.array(z.string()),
  remedy: z.string(),
});

export const Scan = z.object({
  id: z.uuid(),
  jobId: z.uuid(),
  path: z.string().describe('A path, or the source in words: `huggingface:org/name@main`.'),
  source: ScanSource,
  profile: z.enum(['quick', 'standard', 'deep']),
  assetId: z.uuid().nullable(),
  trigger: z.enum(['person', 'discovery', 'schedule', 'rescan']),
  state: z.enum(scanStates),
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
/** A finding as kept by the product: which asset its file belongs to. */
export const StoredFinding = ScanFinding.extend({
  id: z.uuid(),
  scanId: z.uuid(),
  assetId: z.uuid().nullable(),
  suppression: FindingSuppression.nullable().describe('The suppression that holds it now.'),
});
export type StoredFinding = z.infer<typeof StoredFinding>;
/** A file as kept by the product; `id` is its path, `.` for the scanned path itself. */
export const FileOfScan = ScannedFile.omit({ packages: true, licences: true }).extend({
  id: z.string(),
  assetId: z.uuid().nullable(),
  unread: z.array(Unread),
});
export type FileOfScan = z.infer<typeof FileOfScan>;

/** What the pages of a list of files cannot say each on its own. */
export const FileOutline = z.object({
  folders: z
    .array(z.object({ path: z.string(), verdict: Verdict, files: z.int().min(1) }))
    .max(1000)
    .describe('Worst verdict of all judged files below, filtered like the list; the upper folders first. Empty when one page holds all.'),
  foldersLeftOut: z.boolean(),
  formats: z
    .array(z.object({ format: z.string(), files: z.int().min(1) }))
    .max(200)
    .describe('Of the whole scan, most frequent first.'),
});
export type FileOutline = z.infer<typeof FileOutline>;

/** One opcode of a pickle. */
export const OpcodeLine = z.object({
  offset: z.int().min(0),
  name: z.string(),
  argument: z.string().max(4000).nullable().describe('Escaped, cut at 200 characters.'),
  inferred: z.boolean().describe('Before the place, and the beginning of the stream is not at hand: the likeliest reading.'),
});
export type OpcodeLine = z.infer<typeof OpcodeLine>;

/** A finding that is in one of two scans, or in both. */
export const ComparedFinding = z.object({
  change: z.enum(['new', 'gone', 'unchanged']),
  id: z.uuid(),
  scanId: z.uuid(),
  ruleId: z.string(),
  title: z.string(),
  severity: Severity,
  path: z.string(),
  fingerprint: z.string(),
});
export type ComparedFinding = z.infer<typeof ComparedFinding>;
export const ComparedFile = z.object({
  path: z.string(),
  change: z.enum(['new', 'gone', 'verdict']),
  before: Verdict.nullable(),
  after: Verdict.nullable(),
});
export type ComparedFile = z.infer<typeof ComparedFile>;
