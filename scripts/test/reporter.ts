/** A node:test reporter: one line a file, failures in full, and the figures of the group as JSON for the runner. */
import { writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { inspect } from 'node:util';
import { brokenOff } from './whole-files.ts';

export type Counts = { tests: number; suites: number; passed: number; failed: number; cancelled: number; skipped: number; todo: number };
export type Slow = { readonly name: string; readonly file: string; readonly durationMs: number };
export type Named = { readonly name: string; readonly file: string; readonly line: number | null; readonly reason?: string };
/** The last lines of a long output are often all that is kept of it: the reason stands there too, in short. */
export type Failed = Named & { readonly why: string };
export type Report = {
  readonly counts: Counts;
  readonly slowest: readonly Slow[];
  readonly failures: readonly Failed[];
  readonly skips: readonly Named[];
  /** Files that registered no test; node counts each as one passed test, which it is not. */
  readonly silent: readonly string[];
  /** Why the group failed although its tests may have passed. */
  readonly faults: readonly string[];
};

/** Where the report goes. */
export const reportVariable = 'AI_SPM_TEST_REPORT';
/** How long the process may live after the last test. */
const lingerMs = 60_000;
export const slowestKept = 10;
const mostWhy = 1500;

type Details = { readonly duration_ms?: number; readonly error?: unknown; readonly type?: string };
type TestData = {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string;
  readonly line?: number;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: Details;
};
type SummaryData = { readonly file?: string; readonly counts: Counts };
type TestEvent = { readonly type: string; readonly data: unknown };

type State = {
  file: string;
  inFile: number;
  failedInFile: number;
  msInFile: number;
  readonly slowest: Slow[];
  readonly failures: Failed[];
  readonly skips: Named[];
  readonly silent: string[];
  readonly faults: string[];
  /** Own counts, for the case that node never gets to its summary. */
  readonly counted: { tests: number; suites: number; failed: number; skipped: number };
};

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const state: State = {
    file: '',
    inFile: 0,
    failedInFile: 0,
    msInFile: 0,
    slowest: [],
    failures: [],
    skips: [],
    silent: [],
    faults: [],
    counted: { tests: 0, suites: 0, failed: 0, skipped: 0 },
  };
  const watch = watchForLingering(state);
  for await (const event of events) {
    watch(event);
    if (event.type === 'test:pass' || event.type === 'test:fail') yield record(state, event.data as TestData, event.type === 'test:fail');
    if (event.type === 'test:diagnostic') noteLateError(state, event.data as { readonly message: string });
    if (event.type === 'test:summary') yield finish(state, event.data as SummaryData);
  }
}

function record(state: State, data: TestData, failed: boolean): string {
  const file = relative(process.cwd(), data.file ?? '').replaceAll('\\', '/');
  const opening = file === state.file ? '' : fileLine(state);
  if (file !== state.file) Object.assign(state, { file, inFile: 0, failedInFile: 0, msInFile: 0 });
  if (!failed && data.nesting === 0 && resolve(data.name) === data.file) {
    state.silent.push(file);
    return opening;
  }
  count(state, data, failed);
  if (!failed || isOnlyAboutChildren(data.details.error)) return opening;
  state.failedInFile += 1;
  const explained = indent(explain(data.details.error));
  state.failures.push({ name: data.name, file, line: data.line ?? null, why: explained.slice(0, mostWhy) });
  return `${opening}\n✖ ${data.name} (${file}:${data.line ?? '?'})\n${explained}\n\n`;
}

/** node only remarks on an error that comes after its test has passed (a promise nobody awaited): here it fails the run. */
function noteLateError(state: State, { message }: { readonly message: string }): void {
  if (message.includes('generated asynchronous activity after the test ended')) state.faults.push(message.replace(/^Error: /, ''));
}

function count(state: State, { name, nesting, line, skip, details }: TestData, failed: boolean): void {
  const { file, counted } = state;
  const durationMs = details.duration_ms ?? 0;
  if (nesting === 0) state.msInFile += durationMs;
  // A suite has no assertion of its own: its tests are counted and shown instead.
  if (details.type === 'suite') {
    counted.suites += 1;
    return;
  }
  state.inFile += 1;
  counted.tests += 1;
  keepSlowest(state.slowest, { name, file, durationMs });
  if (failed) counted.failed += 1;
  if (skip === undefined || skip === false) return;
  counted.skipped += 1;
  state.skips.push({ name, file, line: line ?? null, ...(typeof skip === 'string' ? { reason: skip } : {}) });
}

function fileLine(state: State): string {
  if (state.file === '') return '';
  const mark = state.failedInFile === 0 ? '✔' : '✖';
  return `${mark} ${state.file} (${state.inFile} ${state.inFile === 1 ? 'test' : 'tests'}, ${Math.round(state.msInFile)} ms)\n`;
}

/** Parents fail because a subtest failed; the subtest tells the story. */
function isOnlyAboutChildren(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'failureType' in error && error.failureType === 'subtestsFailed';
}

function explain(error: unknown): string {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : error;
  const text = inspect(cause, { colors: process.stdout.isTTY, depth: 6, maxStringLength: 4000 });
  return text
    .split('\n')
    .filter((line) => !/^\s+at .*\bnode:internal\//.test(line))
    .join('\n');
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  ');

export function keepSlowest(slowest: Slow[], entry: Slow): void {
  slowest.push(entry);
  slowest.sort((left, right) => right.durationMs - left.durationMs);
  slowest.length = Math.min(slowest.length, slowestKept);
}

function finish(state: State, { file, counts }: SummaryData): string {
  // With one process per group only the summary without a file is the group's.
  if (file !== undefined) return '';
  const { silent } = state;
  writeReport(state, { ...counts, tests: counts.tests - silent.length, passed: counts.passed - silent.length });
  return fileLine(state);
}

function writeReport(state: State, counts: Counts): void {
  const path = process.env[reportVariable];
  if (path === undefined) return;
  for (const file of brokenOff())
    state.faults.push(
      `${relative(process.cwd(), file).replaceAll('\\', '/')} threw before its last line: tests after that place are missing.`,
    );
  const { slowest, failures, skips, silent, faults } = state;
  const { tests, suites, passed, failed, cancelled, skipped, todo } = counts;
  const figures: Report = { counts: { tests, suites, passed, failed, cancelled, skipped, todo }, slowest, failures, skips, silent, faults };
  writeFileSync(path, JSON.stringify(figures));
}

/**
 * A forgotten server or connection must not hang the build: node gives its summary only when the event loop is empty.
 * When every announced test is complete and the process still lives some time later, what is open is named and the run fails.
 */
function watchForLingering(state: State): (event: TestEvent) => void {
  let open = 0;
  let timer: NodeJS.Timeout | undefined;
  return ({ type }) => {
    if (type === 'test:enqueue') open += 1;
    if (type === 'test:complete') open -= 1;
    clearTimeout(timer);
    if (open <= 0) timer = setTimeout(() => giveUp(state), lingerMs).unref();
  };
}

function giveUp(state: State): void {
  state.faults.push(`The tests are over but the process does not end; still open: ${process.getActiveResourcesInfo().join(', ')}.`);
  const { tests, suites, failed, skipped } = state.counted;
  writeReport(state, { tests, suites, passed: tests - failed - skipped, failed, skipped, cancelled: 0, todo: 0 });
  process.exit(1);
}
