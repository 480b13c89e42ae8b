/** One run of `ai-spm scan`: sources → scan → decisions → reports → exit code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isProblem, problems } from '../../../contract/problem.ts';
import { version } from '../../../platform/version.ts';
import { type AdvisoryAnswer, advisoryMatcher } from '../advisory-port.ts';
import type { ScanResult } from '../contract.ts';
import { escapeText } from '../engine/quote.ts';
import { type ScanProgress, scanFiles, scanTree, type TreeOptions } from '../engine/scan-tree.ts';
import type { SkippedEntry, WalkedFile } from '../engine/walk.ts';
import type { KnownScan } from '../reports/compare.ts';
import { exitCodeOf, exitCodes, gatedScan, type JudgedScan } from '../reports/gate.ts';
import type { Suppression } from '../reports/suppress.ts';
import type { ReportOutput } from '../reports/write-reports.ts';
import { rulesVersion } from '../rules-version.generated.ts';
import type { StoreWord } from '../stores/store-words.ts';
import type { ScanOptions } from './scan-options.ts';

export const commandProblems = problems('scan-command', {
  noSuchModel: [422, 'Nothing to scan: {detail}'],
  signerWithoutKey: [422, '--trusted-signer needs the authority that vouches for the name: give it with --trusted-key.'],
  noAdvisories: [501, 'This program has no vulnerability data to compare packages with.'],
});

/** Where a command speaks. */
export type Voice = ReportOutput & { complain(text: string): void };
export const standardVoice: Voice = {
  print: (text) => void process.stdout.write(text),
  write: (file, text) => writeFileSync(file, text),
  complain: (text) => void process.stderr.write(text),
};

/** @returns the exit code. */
export async function scanCommand(paths: readonly string[], options: ScanOptions, voice: Voice = standardVoice): Promise<number> {
  const ticker = progressTicker();
  try {
    const scanning = scan(paths, options, ticker.tell);
    // Read while the worker threads are at work; a mistake in these files is told before the scan has ended.
    const [decisions, scanned] = await Promise.all([readDecisions(options), scanning]);
    ticker.end();
    const advice = options.advisories === undefined ? null : await compareWithAdvisories(scanned, options.advisories);
    const judged = await judge(advice?.result ?? scanned, decisions);
    const { writeReports } = await import('../reports/write-reports.ts');
    const root = resolve(paths.length === 1 && options.source === undefined ? (paths[0] ?? '.') : '.');
    await writeReports({ judged, root, paths, options, advisoryBasis: advice?.basis ?? null }, voice);
    return exitCodeOf(gatedScan(judged), options.failOn);
  } catch (error) {
    ticker.end();
    const sentence = refusalOf(error, paths);
    if (sentence === null) throw error;
    voice.complain(`ai-spm: ${sentence}\n`);
    return exitCodes.usage;
  }
}

async function scan(paths: readonly string[], options: ScanOptions, onProgress: (progress: ScanProgress) => void): Promise<ScanResult> {
  const settings: TreeOptions = {
    rulesVersion,
    engineVersion: version,
    profile: options.profile,
    onProgress,
    ...(options.maxTime === undefined ? {} : { maxTimeMs: options.maxTime * 1000 }),
    ...(await trustOf(options)),
    ...(options.workers === undefined ? {} : { workers: Math.ceil(options.workers) }),
  };
  if (options.source === undefined) return scanTree(paths, settings);
  const { files, skipped } = await storedFiles(options.source, paths, options.store);
  return scanFiles(files, skipped, settings);
}

async function trustOf({ trustedKey, trustedSigner }: ScanOptions): Promise<Pick<TreeOptions, 'trust'>> {
  if (trustedKey === undefined) {
    if (trustedSigner !== undefined) throw commandProblems.signerWithoutKey();
    return {};
  }
  const { joinedTrust, readTrust } = await import('../signatures/read-trust.ts');
  return { trust: joinedTrust(trustedKey.map((file) => readTrust(textOf(file), escapeText(file), trustedSigner))) };
}

async function storedFiles(kind: StoreWord, names: readonly string[], roots: readonly string[] | undefined) {
  const [{ resolveSource }, { sourceNamed, usualRoots }] = await Promise.all([
    import('../stores/resolve-source.ts'),
    import('../stores/store-words.ts'),
  ]);
  const { statSync } = await import('node:fs');
  const files: WalkedFile[] = [];
  const skipped: SkippedEntry[] = [];
  for (const name of names) {
    const found = await resolveSource(sourceNamed(kind, name), roots ?? usualRoots(kind));
    const [problem] = found.problems;
    if (found.files.length === 0) throw commandProblems.noSuchModel({ detail: escapeText(problem?.detail ?? name) });
    const shown = (file: string) => (names.length > 1 ? `${name}/${file}` : file);
    for (const file of found.files) files.push({ path: file.path, name: shown(file.name), size: statSync(file.path).size });
    for (const { name: entry, detail } of found.problems) skipped.push({ name: shown(entry), reason: 'permission', detail });
  }
  return { files, skipped };
}

type Decisions = { readonly baseline: KnownScan | null; readonly suppressions: readonly Suppression[] | null };

async function readDecisions({ baseline, suppressions }: ScanOptions): Promise<Decisions> {
  return {
    baseline:
      baseline === undefined ? null : (await import('../reports/read-report.ts')).readReport(textOf(baseline), escapeText(baseline)),
    suppressions:
      suppressions === undefined
        ? null
        : (await import('../reports/suppression-file.ts')).readSuppressions(textOf(suppressions), escapeText(suppressions)),
  };
}

function textOf(path: string): string {
  return readFileSync(path, 'utf8');
}

async function judge(result: ScanResult, { baseline, suppressions }: Decisions): Promise<JudgedScan> {
  if (baseline === null && suppressions === null) return { result, suppressed: null, comparison: null };
  const [{ applySuppressions }, { compareScans }] = await Promise.all([import('../reports/suppress.ts'), import('../reports/compare.ts')]);
  return {
    result,
    suppressed: suppressions && applySuppressions(result.findings, suppressions, new Date()),
    comparison: baseline && compareScans(baseline, result),
  };
}

async function compareWithAdvisories(result: ScanResult, file: string): Promise<{ result: ScanResult; basis: AdvisoryAnswer['basis'] }> {
  const matcher = advisoryMatcher();
  if (matcher === null) throw commandProblems.noAdvisories();
  const { withPackageFindings } = await import('./package-findings.ts');
  const { matches, basis } = await matcher(
    file,
    result.files.flatMap(({ packages }) => packages),
  );
  return { result: withPackageFindings(result, matches), basis };
}

const unreadable = new Set(['ENOENT', 'EACCES', 'ENOTFILE', 'ENOTDIR', 'ELOOP', 'EISDIR', 'EROFS', 'ENOSPC']);

/** A sentence for what the caller can change; null: a defect. */
function refusalOf(error: unknown, paths: readonly string[]): string | null {
  if (isProblem(error)) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!unreadable.has(code)) return null;
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : null;
  // As it was typed, where it was.
  const named = path === null ? paths : [paths.find((given) => resolve(given) === path) ?? path];
  const verb = error instanceof Error && 'syscall' in error && /write|open/.test(String(error.syscall)) ? 'open' : 'read';
  return `cannot ${verb} ${named.map(escapeText).join(', ')} (${code})`;
}

/** One line that rewrites itself, on a terminal only. */
function progressTicker(): { tell: (progress: ScanProgress) => void; end: () => void } {
  if (process.stderr.isTTY !== true) return { tell: () => {}, end: () => {} };
  let last = 0;
  const tell = ({ filesDone, filesTotal }: ScanProgress) => {
    const now = performance.now();
    if (now - last < 100) return;
    last = now;
    process.stderr.write(`\r\u001b[K${filesDone} of ${filesTotal ?? '?'} files`);
  };
  return { tell, end: () => process.stderr.write('\r\u001b[K') };
}
