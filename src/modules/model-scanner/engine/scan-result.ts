/** The reports of many files put together to the result of a scan: what counts as an AI artefact, and the verdict of the whole. */

import { printWhere } from '../../../contract/print-where.ts';
import type { Severity } from '../../../contract/severity.ts';
import type { ScanFinding, ScannedFile, ScannedLicence, ScannedPackage, ScanResult } from '../contract.ts';
import { withActivations } from '../source-code/activation.ts';
import type { FileReport } from './file-report.ts';
import { severityOrder, worstVerdict } from './verdict.ts';
import type { SkippedEntry } from './walk.ts';

export type Totals = {
  readonly listPlain: boolean;
  readonly engineVersion: string;
  readonly rulesVersion: string;
  readonly filesTotal: number;
  readonly bytes: number;
  readonly durationMs: number;
};

export function resultOf(
  reports: readonly FileReport[],
  skipped: readonly SkippedEntry[],
  { listPlain, engineVersion, rulesVersion, filesTotal, bytes, durationMs }: Totals,
): ScanResult {
  const all = withActivations(reports);
  const modelFolders = new Set(all.filter(({ role }) => role === 'model').map(({ path }) => folderOf(path)));
  // Bytes that a model file names as its values have no format of their own.
  const companions = new Set(all.flatMap(({ path, companions: names }) => names.map((name) => joinPath(folderOf(path), name))));
  const judged = all
    .filter((report) => !companions.has(report.path) || report.format !== 'unknown')
    .filter((report) => isArtefact(report, modelFolders));
  const kept = new Set(judged);
  const listed = listPlain ? all : judged;
  const findings = judged.flatMap(({ path, findings }) => findings.map((finding): ScanFinding => ({ ...finding, path })));
  const unread = judged.flatMap(({ path, unread, unreadLeftOut, findingsLeftOut }) => [
    ...unread.map(({ reason, detail, where }) => ({
      path,
      reason,
      detail: where.containerPath.length > 1 ? `${where.containerPath.slice(1).join('!')}: ${detail}` : detail,
    })),
    ...(unreadLeftOut > 0 ? [{ path, reason: 'budget' as const, detail: `${unreadLeftOut} more parts of this file were not read.` }] : []),
    // The verdict knows them; nobody can look at them or suppress them.
    ...(findingsLeftOut > 0
      ? [{ path, reason: 'budget' as const, detail: `${findingsLeftOut} more findings of this file are not listed.` }]
      : []),
  ]);
  const left = skipped.filter(isWorthNaming).map(({ name, detail }) => ({ path: name, reason: 'permission' as const, detail }));
  const verdicts = [...judged.map(({ verdict }) => verdict), ...(left.length > 0 ? (['incomplete'] as const) : [])];
  return {
    verdict: worstVerdict(verdicts),
    counts: countSeverities(findings),
    files: listed.map((report) => scannedFile(report, kept.has(report))),
    findings: findings.sort((a, b) => severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity)),
    unread: [...unread, ...left],
    filesRead: all.filter(({ unread }) => unread.length === 0).length,
    filesTotal,
    bytesRead: bytes,
    durationMs,
    engineVersion,
    rulesVersion,
  };
}

/** An unknown binary counts only where a model lies, or when a person named it: any repository holds pictures and fonts. */
function isArtefact(report: FileReport, modelFolders: ReadonlySet<string>): boolean {
  if (report.role !== null || report.findings.length > 0) return true;
  if (report.unread.length === 0) return false;
  const onlyUnknown = report.format === 'unknown' && report.unread.every(({ reason }) => reason === 'unsupported');
  return !onlyUnknown || report.path === '' || modelFolders.has(folderOf(report.path));
}

function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Names that weights go by: a link to one that was not followed leaves the scan incomplete; a link to a program does not. */
const weightNames = /\.(safetensors|bin|pt|pth|ckpt|gguf|onnx|h5|hdf5|keras|pb|pkl|pickle|joblib|npy|npz|msgpack|tflite)$/i;

function isWorthNaming({ name, reason }: SkippedEntry): boolean {
  return reason !== 'outside-link' || weightNames.test(name);
}

function scannedFile(report: FileReport, judged: boolean): ScannedFile {
  const { path, size, format, role, verdict, findings, metadata } = report;
  const packages = report.packages.map(({ where, ...known }): ScannedPackage => ({ ...known, place: printWhere(where) }));
  const licences = report.licences.map(({ where, ...known }): ScannedLicence => ({ ...known, place: printWhere(where) }));
  return { path, size, format, role, verdict: judged ? verdict : null, counts: countSeverities(findings), metadata, packages, licences };
}

function countSeverities(findings: readonly { readonly severity: Severity }[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, informational: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}
