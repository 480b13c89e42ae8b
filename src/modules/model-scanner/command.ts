/** `ai-spm scan`: the scanner on a laptop or in a pipeline, without server, database or network. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { keepCompiledCode } from '../../platform/workers/compile-cache.ts';
import type { ScanResult } from './contract.ts';
import type { ScanProgress } from './engine/scan-tree.ts';
import { severityOrder, verdictOrder } from './engine/verdict.ts';

export const exitCodes = { clean: 0, found: 1, incomplete: 2, usage: 3 } as const;

const verdictBars = ['malicious', 'suspicious', 'risky'] as const;
const severityBars = ['low', 'medium', 'high', 'critical'] as const;
export type Bar = (typeof verdictBars)[number] | (typeof severityBars)[number];

type Options = { failOn: Bar; json?: boolean; sarif?: string; maxTime?: number; workers?: number };

export function register(program: Command): void {
  program
    .command('scan')
    .description('Say what loading the models under PATH would do, and whether their files are what they seem')
    .argument('<path...>', 'files or folders')
    .option(
      '--fail-on <bar>',
      `exit 1 from this verdict or severity on: ${[...verdictBars, ...severityBars].join(', ')}`,
      barOf,
      'suspicious' as Bar,
    )
    .option('--json', 'print the whole result as JSON')
    .option('--sarif <file>', 'also write SARIF 2.1.0 to this file ("-" prints it instead of the report)')
    .option('--max-time <seconds>', 'stop beginning new files after this many seconds', positive)
    .option('--workers <count>', 'worker threads (default: one for each core)', positive)
    .addHelpText(
      'after',
      '\nExit codes: 0 below the bar; 1 at or above it; 2 something could not be read and nothing reached the bar; 3 wrong usage.',
    )
    .exitOverride((error) => {
      // Help and version are no mistake; everything else commander refuses is wrong usage.
      throw Object.assign(error, { exitCode: error.exitCode === 0 ? exitCodes.clean : exitCodes.usage });
    })
    .action(async (paths: string[], options: Options) => {
      process.exitCode = await scanCommand(paths, options);
    });
}

function barOf(word: string): Bar {
  const bar = [...verdictBars, ...severityBars].find((known) => known === word);
  if (!bar) throw new InvalidArgumentError(`Choose one of ${[...verdictBars, ...severityBars].join(', ')}.`);
  return bar;
}

function positive(word: string): number {
  const value = Number(word);
  if (!(value > 0 && value < 1e6)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** @returns the exit code. */
async function scanCommand(paths: readonly string[], options: Options): Promise<number> {
  keepCompiledCode();
  const ticker = progressTicker();
  try {
    const { scanTree } = await import('./engine/scan-tree.ts');
    const catalog = loadCatalog();
    const result = await scanTree(paths, {
      tables: catalog.then(({ tables }) => tables),
      rulesVersion: catalog.then(({ rulesVersion }) => rulesVersion),
      engineVersion: catalog.then(({ engineVersion }) => engineVersion),
      onProgress: ticker.tell,
      ...(options.maxTime === undefined ? {} : { maxTimeMs: options.maxTime * 1000 }),
      ...(options.workers === undefined ? {} : { workers: Math.ceil(options.workers) }),
    });
    ticker.end();
    await print(result, paths, options);
    return exitCodeOf(result, options.failOn);
  } catch (error) {
    ticker.end();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'ENOTFILE' && code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
    const { escapeText } = await import('./engine/quote.ts');
    process.stderr.write(`ai-spm: cannot read ${paths.map(escapeText).join(', ')} (${code})\n`);
    return exitCodes.usage;
  }
}

/** In a turn of its own, so that the worker threads are already loading when the catalogs are read. */
async function loadCatalog() {
  await new Promise((resolve) => setImmediate(resolve));
  const [{ loadScanTables, rulesVersionOf }, { detectors }, { version }] = await Promise.all([
    import('./engine/load-tables.ts'),
    import('./detectors.generated.ts'),
    import('../../platform/version.ts'),
  ]);
  const { tables, digest } = loadScanTables();
  return { tables, rulesVersion: rulesVersionOf(detectors, digest), engineVersion: version };
}

/** 1 when a verdict or finding reaches the bar; 2 when something was not read and nothing did; else 0. */
export function exitCodeOf(result: Pick<ScanResult, 'verdict' | 'findings' | 'files' | 'unread'>, bar: Bar): number {
  if (reaches(result, bar)) return exitCodes.found;
  return result.unread.length > 0 ? exitCodes.incomplete : exitCodes.clean;
}

function reaches({ findings, files, verdict }: Pick<ScanResult, 'verdict' | 'findings' | 'files'>, bar: Bar): boolean {
  const severity = severityBars.find((word) => word === bar);
  if (severity) return findings.some((finding) => severityOrder.indexOf(finding.severity) <= severityOrder.indexOf(severity));
  const barWord = verdictBars.find((word) => word === bar);
  const barIndex = barWord === undefined ? -1 : verdictOrder.indexOf(barWord);
  const reached = (word: ScanResult['verdict'] | null) =>
    word !== null && word !== 'incomplete' && word !== 'unsupported' && verdictOrder.indexOf(word) <= barIndex;
  return reached(verdict) || files.some((file) => reached(file.verdict));
}

async function print(result: ScanResult, paths: readonly string[], options: Options): Promise<void> {
  if (options.sarif !== undefined) {
    const { sarifReport } = await import('./reports/sarif.ts');
    const root = resolve(paths.length === 1 ? (paths[0] ?? '.') : '.');
    const text = `${JSON.stringify(sarifReport({ root, ...result }), null, 2)}\n`;
    if (options.sarif === '-') return void process.stdout.write(text);
    writeFileSync(options.sarif, text);
  }
  if (options.json) {
    const { jsonReport } = await import('./reports/json.ts');
    process.stdout.write(`${JSON.stringify(jsonReport(result), null, 2)}\n`);
    return;
  }
  const { paintFor, textReport } = await import('./reports/text.ts');
  // One folder: the result's paths are relative to it. A file itself, or several paths: they are whole already.
  const [only = ''] = paths;
  const isFolder = paths.length === 1 && result.files.every(({ path }) => path !== '') && result.unread.every(({ path }) => path !== '');
  const folder = isFolder && only !== '.' ? `${only.replace(/\/+$/, '')}/` : '';
  process.stdout.write(textReport(result, paintFor(process.stdout.isTTY === true), folder));
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
