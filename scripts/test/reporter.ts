/** A node:test reporter: one line a file, failures in full, and the figures of the group as JSON for the runner. */
import { writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { inspect } from 'node:util';

export type Counts = { tests: number; suites: number; passed: number; failed: number; cancelled: number; skipped: number; todo: number };
export type Slow = { readonly name: string; readonly file: string; readonly durationMs: number };
export type Named = { readonly name: string; readonly file: string; readonly line: number | null; readonly reason?: string };
export type Report = {
  readonly counts: Counts;
  readonly slowest: readonly Slow[];
  readonly failures: readonly Named[];
  readonly skips: readonly Named[];
  /** Files that registered no test; node counts each as one passed test, which it is not. */
  readonly silent: readonly string[];
};

/** Where the report goes, and how long the process may linger after the last test. */
export const reportVariable = 'AI_SPM_TEST_REPORT';
const lingerMs = 20_000;
export const slowestKept = 10;

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
type SummaryData = { readonly file?: string; readonly counts: Counts & { topLevel: number } };
type TestEvent = { readonly type: string; readonly data: unknown };

type State = {
  file: string;
  inFile: number;
  failedInFile: number;
  msInFile: number;
  readonly slowest: Slow[];
  readonly failures: Named[];
  readonly skips: Named[];
  readonly silent: string[];
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
  };
  for await (const event of events) {
    if (event.type === 'test:pass' || event.type === 'test:fail') yield record(state, event.data as TestData, event.type === 'test:fail');
    if (event.type === 'test:summary') yield finish(state, event.data as SummaryData);
  }
}

function record(state: State, data: TestData, failed: boolean): string {
  const file = relative(process.cwd(), data.file ?? '').replaceAll('\\', '/');
  const opening = file === state.file ? '' : `${fileLine(state)}`;
  if (file !== state.file) Object.assign(state, { file, inFile: 0, failedInFile: 0, msInFile: 0 });
  if (!failed && data.nesting === 0 && resolve(data.name) === data.file) {
    state.silent.push(file);
    return opening;
  }
  const durationMs = data.details.duration_ms ?? 0;
  if (data.nesting === 0) state.msInFile += durationMs;
  // A suite has no assertion of its own: its tests are counted and shown instead.
  const isSuite = data.details.type === 'suite';
  if (!isSuite) {
    state.inFile += 1;
    keepSlowest(state.slowest, { name: data.name, file, durationMs });
  }
  const named = { name: data.name, file, line: data.line ?? null };
  if (data.skip !== undefined && data.skip !== false) state.skips.push({ ...named, ...(typeof data.skip === 'string' ? { reason: data.skip } : {}) });
  if (!failed || isOnlyAboutChildren(data.details.error)) return opening;
  state.failedInFile += 1;
  state.failures.push(named);
  return `${opening}\n✖ ${data.name} (${file}:${data.line ?? '?'})\n${indent(explain(data.details.error))}\n\n`;
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
  const { tests, suites, passed, failed, cancelled, skipped, todo } = counts;
  const { slowest, failures, skips, silent } = state;
  const path = process.env[reportVariable];
  const figures: Report = {
    counts: { tests: tests - silent.length, suites, passed: passed - silent.length, failed, cancelled, skipped, todo },
    slowest,
    failures,
    skips,
    silent,
  };
  if (path !== undefined) writeFileSync(path, JSON.stringify(figures));
  endEvenIfSomethingIsOpen();
  return fileLine(state);
}

/** A forgotten timer or connection must not hang the build: it is named, and it fails the run. */
function endEvenIfSomethingIsOpen(): void {
  setTimeout(() => {
    process.stderr.write(`\nThe tests are over but the process does not end; still open: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit(1);
  }, lingerMs).unref();
}
