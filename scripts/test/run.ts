/** The test command: runs each part of the files in one process, three parts at a time where there are two cores, and closes with the totals of all. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../files.ts';
import { findTests, groupTests, type Part, select, splitGroups } from './files.ts';
import { prepare } from './prepare.ts';
import { type Counts, keepSlowest, type Report, reportVariable, type Slow } from './reporter.ts';
import { makeRunFolder, type RunFolder } from './run-folder.ts';

const testTimeoutMs = 180_000;
const groupTimeoutMs = 20 * 60_000;
const stopGraceMs = 10_000;
const emptyCounts: Counts = { tests: 0, suites: 0, passed: 0, failed: 0, cancelled: 0, skipped: 0, todo: 0 };

type Outcome = { readonly part: Part; readonly report: Report | null; readonly exit: string | null };

async function main(words: readonly string[]): Promise<number> {
  const started = performance.now();
  const options = words.filter((word) => word.startsWith('-'));
  const choice = select(
    findTests(root),
    words.filter((word) => !word.startsWith('-')),
  );
  const nodeOptions = [...options, ...choice.namePatterns.map((pattern) => `--test-name-pattern=${pattern}`)];
  const run = makeRunFolder();
  try {
    const groups = groupTests(root, choice.files);
    const needsMore = groups.some(({ name }) => name !== 'unit');
    const prepared = needsMore ? prepare({ ...process.env, ...foldersFor(run.share()) }) : Promise.resolve();
    const outcomes = await inLanes(splitGroups(groups), { nodeOptions, run, prepared });
    return conclude(outcomes, { durationMs: performance.now() - started, everyFileMustRun: choice.namePatterns.length === 0 });
  } finally {
    await run.remove();
  }
}

type Run = { readonly nodeOptions: readonly string[]; readonly run: RunFolder; readonly prepared: Promise<void> };

/**
 * One more than there are cores: parts wait much, for processes and for the database. What cannot be divided begins first; one part of
 * those that need nothing prepared begins while the rest is.
 */
const mostLanes = 3;
async function inLanes(parts: readonly Part[], how: Run): Promise<Outcome[]> {
  const early = parts.filter(needsNothing).slice(0, 1);
  const waiting = [...early, ...parts.filter((part) => !early.includes(part))];
  const lanes = Math.max(1, Math.min(mostLanes, availableParallelism() + 1, waiting.length));
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      if (!needsNothing(part)) await how.prepared;
      outcomes.push(await runPart(part, { ...how, isAlone: lanes === 1 }));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return outcomes;
}

const needsNothing = ({ title }: Part): boolean => title.startsWith('unit');

async function runPart(part: Part, { nodeOptions, run, isAlone }: Run & { isAlone: boolean }): Promise<Outcome> {
  const reportPath = join(run.folder, `${part.title.replaceAll(' ', '-')}.json`);
  const title = `\n▶ ${part.title}: ${part.files.length} ${part.files.length === 1 ? 'file' : 'files'}`;
  print(isAlone ? title : `${title}, started`);
  const args = [
    // A part loads hundreds of modules before its first test.
    `--import=${new URL('../../src/apps/quick-resolve.ts', import.meta.url).href}`,
    `--import=${new URL('whole-files.ts', import.meta.url).href}`,
    '--test',
    '--test-isolation=none',
    `--test-timeout=${testTimeoutMs}`,
    `--test-reporter=${new URL('reporter.ts', import.meta.url).href}`,
    '--test-reporter-destination=stdout',
    ...nodeOptions,
    ...part.files,
  ];
  const { exit, text } = await runNode(args, { env: environmentOf({ folder: run.share(), reportPath }), isAlone });
  // Side by side, each part's lines are kept together.
  if (!isAlone) print(`${title}\n${text}`);
  return { part, report: readReport(reportPath), exit };
}

function environmentOf({ folder, reportPath }: { folder: string; reportPath: string }): NodeJS.ProcessEnv {
  return { ...process.env, [reportVariable]: reportPath, ...foldersFor(folder) };
}

function foldersFor(folder: string): NodeJS.ProcessEnv {
  return {
    // Every temporary file of the tests is made here: fast where memory allows, and gone after the run.
    [tmpdirVariable]: folder,
    // What the platform's own processes use: the tests start many.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(root, 'node_modules/.cache/compiled'),
  };
}
const tmpdirVariable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';

type Ended = { /** null: it ended well; else how. */ readonly exit: string | null; readonly text: string };
/** What a group writes is kept up to here; its failures come last. */
const mostText = 4 * 2 ** 20;

/** A run alone shows its lines as they come. */
function runNode(args: readonly string[], { env, isAlone }: { env: NodeJS.ProcessEnv; isAlone: boolean }): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env,
      stdio: ['ignore', isAlone ? 'inherit' : 'pipe', isAlone ? 'inherit' : 'pipe'],
    });
    let text = '';
    const keep = (chunk: Buffer): void => {
      text = (text + chunk.toString()).slice(-mostText);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const timer = setTimeout(() => child.kill('SIGKILL'), groupTimeoutMs);
    const stop = (): void => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), stopGraceMs).unref();
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
    child.once('error', (error) => resolve({ exit: error.message, text }));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      process.off('SIGINT', stop).off('SIGTERM', stop);
      const end = (): void => resolve({ exit: code === 0 ? null : `it ended with ${signal ?? `exit code ${code}`}`, text });
      child.once('close', end);
      // A process left behind by a test would hold the pipe open for ever.
      setTimeout(end, 2000).unref();
    });
  });
}

function readReport(path: string): Report | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    // No report is itself the news: the group died before its summary.
    return null;
  }
}

type Circumstances = { readonly durationMs: number; readonly everyFileMustRun: boolean };

/** Prints slowest, failures and totals; answers the exit code. */
export function conclude(outcomes: readonly Outcome[], { durationMs, everyFileMustRun }: Circumstances): number {
  const faults = outcomes.flatMap((outcome) => faultsOf(outcome, everyFileMustRun));
  const reports = outcomes.flatMap(({ report }) => (report ? [report] : []));
  const counts = reports.map((report) => report.counts).reduce(addCounts, emptyCounts);
  if (counts.tests === 0) faults.push('No test ran.');
  printSlowest(reports);
  const skips = reports.flatMap((report) => report.skips);
  if (skips.length > 0)
    print(`\nSkipped:\n${skips.map(({ name, file, reason }) => `  ${name} (${file})${reason ? `: ${reason}` : ''}`).join('\n')}`);
  const failures = reports.flatMap((report) => report.failures);
  if (failures.length > 0)
    print(`\nFailed:\n${failures.map(({ name, file, line, why }) => `  ✖ ${name} (${file}:${line ?? '?'})\n${why}`).join('\n')}`);
  for (const fault of faults) print(`✖ ${fault}`);
  // A group that died counts as a failure in the lines that machines read.
  printTotals({ ...counts, failed: counts.failed + faults.length, tests: counts.tests + faults.length }, durationMs);
  return faults.length + counts.failed + counts.cancelled === 0 ? 0 : 1;
}

function faultsOf({ part, report, exit }: Outcome, everyFileMustRun: boolean): string[] {
  if (!report) return [`The group "${part.title}" gave no summary: ${exit ?? 'it ended early'}.`];
  const failed = report.counts.failed + report.counts.cancelled > 0;
  const exitFault =
    exit !== null && !failed && report.faults.length === 0 ? [`The group "${part.title}" passed its tests, but ${exit}.`] : [];
  const silent = everyFileMustRun ? report.silent : [];
  return [...report.faults, ...exitFault, ...silent.map((file) => `${file} contains no test.`)];
}

function addCounts(left: Counts, right: Counts): Counts {
  return {
    tests: left.tests + right.tests,
    suites: left.suites + right.suites,
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    cancelled: left.cancelled + right.cancelled,
    skipped: left.skipped + right.skipped,
    todo: left.todo + right.todo,
  };
}

function printSlowest(reports: readonly Report[]): void {
  const slowest: Slow[] = [];
  for (const entry of reports.flatMap((report) => report.slowest)) keepSlowest(slowest, entry);
  if (slowest.length === 0) return;
  print(
    `\nSlowest:\n${slowest.map(({ name, file, durationMs }) => `  ${String(Math.round(durationMs)).padStart(6)} ms  ${name} (${file})`).join('\n')}`,
  );
}

/** The closing lines of node's own spec reporter. */
function printTotals(counts: Counts, durationMs: number): void {
  const lines = {
    tests: counts.tests,
    suites: counts.suites,
    pass: counts.passed,
    fail: counts.failed,
    cancelled: counts.cancelled,
    skipped: counts.skipped,
    todo: counts.todo,
    duration_ms: Math.round(durationMs * 1000) / 1000,
  };
  print(
    `\n${Object.entries(lines)
      .map(([name, value]) => `ℹ ${name} ${value}`)
      .join('\n')}`,
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
