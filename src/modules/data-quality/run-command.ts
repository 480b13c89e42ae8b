/** One run of `ai-spm data-quality`: file → check in a child process → a page of text or JSON → exit code. */
import { existsSync, statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { isProblem } from '../../contract/problem.ts';
import type { Drift, IngestReport, Quality } from './answer-shape.ts';
import type { DriftTest } from './drift/drift-tests.ts';
import type { Sensitivity } from './drift/drift-verdict.ts';
import type { Source } from './ingest/ingest.ts';
import { dataProblems } from './refusal.ts';
import { type CheckLimits, runCheck } from './run-check.ts';

export type CommandOptions = {
  readonly json?: boolean;
  readonly key?: string;
  readonly failBelow?: number;
  readonly delimiter?: string;
  /** commander sets it to true unless --no-header is given. */
  readonly header?: boolean;
  readonly sensitivity?: Sensitivity;
  readonly tests?: readonly DriftTest[];
};
const exitCodes = { well: 0, found: 1, unread: 2 } as const;

/** One's own machine and one's own files: more room than a shared door gives. */
export const limits: CheckLimits = { memoryMb: 1024, threads: 1, diskMb: 65_536, timeoutMs: 3_600_000, processMb: 4096 };

type QualityAnswer = Quality & { readonly ingest: IngestReport };
export type DriftAnswer = Drift & { readonly reference: IngestReport; readonly current: IngestReport };

/** @returns the exit code. */
export function runQualityCommand(file: string, options: CommandOptions): Promise<number> {
  return reported(async () => {
    const question = async () => ({
      kind: 'quality' as const,
      data: await sourceOf(file, options),
      truth: null,
      options: { rules: [], key: options.key?.split(','), freshness: undefined, truth: undefined },
    });
    // The child is our own code: its answer has the shape the door checks.
    const answer = (await runCheck(question, { limits })) as QualityAnswer;
    print(options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : qualityText(answer));
    if (answer.score === null) return exitCodes.unread;
    return options.failBelow !== undefined && answer.score < options.failBelow ? exitCodes.found : exitCodes.well;
  });
}

export function runDriftCommand(reference: string, current: string, options: CommandOptions): Promise<number> {
  return reported(async () => {
    const question = async () => ({
      kind: 'drift' as const,
      reference: await sourceOf(reference, options),
      current: await sourceOf(current, options),
      options: { sensitivity: options.sensitivity ?? ('medium' as const), seed: 1, tests: options.tests },
    });
    const answer = (await runCheck(question, { limits })) as DriftAnswer;
    print(options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : driftText(answer));
    if (answer.verdict === 'unknown') return exitCodes.unread;
    return answer.verdict === 'drift' ? exitCodes.found : exitCodes.well;
  });
}

export async function reported(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!isProblem(error)) throw error;
    process.stderr.write(`ai-spm: ${printable(error.message)}\n`);
    return exitCodes.unread;
  }
}

export async function sourceOf(file: string, { delimiter, header }: CommandOptions): Promise<Source> {
  if (!existsSync(file) || !statSync(file).isFile()) throw dataProblems.unreadable({ reason: `there is no file ${file}.` });
  return { path: await realpath(file), name: basename(file), options: { delimiter, header: header === false ? false : undefined } };
}

function print(text: string): void {
  process.stdout.write(text);
}

function qualityText({ ingest, columns, metrics, score }: QualityAnswer): string {
  const lines = Object.entries(metrics).map(([name, { value, reason, numerator, denominator }]) =>
    value === null
      ? `  ${name.padEnd(14)} unknown  ${reason ?? ''}`
      : `  ${name.padEnd(14)} ${value.toFixed(4).padStart(7)}  ${numerator} of ${denominator}`,
  );
  const failures = Object.values(metrics).flatMap((metric) => metric.failures);
  const failed = failures.map(
    ({ check, columns: names, count, of, rows }) =>
      `  ${check}: ${count} of ${of}${names.length > 0 ? ` in ${names.join(', ')}` : ''}; rows ${rows.slice(0, 8).join(', ')}${count > 8 ? ' …' : ''}`,
  );
  const width = Math.min(30, Math.max(6, ...columns.map(({ name }) => name.length)));
  const held = columns.map(
    ({ name, type, missing, numbers, text }) =>
      `  ${cut(name, width)}  ${type.padEnd(8)} missing ${missing}${numbers === null ? '' : `  ${short(numbers.min)} … ${short(numbers.quantiles.p50)} … ${short(numbers.max)}`}${text === null ? '' : `  ${text.distinct} different`}`,
  );
  return printable(
    [
      readingText(ingest),
      '',
      'Columns',
      ...held,
      '',
      `Quality ${score === null ? 'unknown' : score.toFixed(4)} (mean of what is known)`,
      ...lines,
      ...(failed.length > 0 ? ['', 'Failing', ...failed] : []),
      '',
    ].join('\n'),
  );
}

export function driftText({
  reference,
  current,
  verdict,
  driftedColumns,
  comparedColumns,
  columns,
  pairs,
  newColumns,
}: DriftAnswer): string {
  const shown = columns.filter((column) => column.verdict !== 'stable');
  const lines = shown.map(({ name, verdict: judged, reason, flags, adjustedP }) => {
    const why = flags
      .map(({ effect, value, floor }) => (value === null ? effect : `${effect} ${short(value)} (floor ${short(floor ?? 0)})`))
      .join(', ');
    return `  ${judged.padEnd(8)} ${name}  ${[why, reason ?? '', adjustedP === null ? '' : `adjusted p ${short(adjustedP)}`].filter((part) => part !== '').join('; ')}`;
  });
  const changed = (pairs ?? []).map(
    ({ columns: [left, right], reference: before, current: after }) =>
      `  drift    ${left} × ${right}  correlation ${before.toFixed(3)} → ${after.toFixed(3)}`,
  );
  const fresh = newColumns.length === 0 ? [] : [`  new columns: ${newColumns.join(', ')}`];
  const head = `${verdict.toUpperCase()}  ${driftedColumns} of ${comparedColumns} columns drifted`;
  return printable([readingText(reference), readingText(current), '', head, ...lines, ...changed, ...fresh, ''].join('\n'));
}

export function readingText({ name, format, rows, columns, badCount, badRows, warnings }: IngestReport): string {
  const bad = badRows.slice(0, 5).map(({ line, reason }) => `  line ${line}: ${reason}`);
  const more = badCount > bad.length ? [`  and ${badCount - bad.length} more`] : [];
  return [
    `${name}: ${rows} rows, ${columns} columns (${format})${badCount > 0 ? `, ${badCount} bad lines` : ''}`,
    ...bad,
    ...(badCount > 0 ? more : []),
    ...warnings.map((warning) => `  ${warning}`),
  ].join('\n');
}

const short = (value: number): string => (Number.isInteger(value) && Math.abs(value) < 1e9 ? String(value) : value.toPrecision(4));
const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width));

/** Names come from whoever made the file: control and direction characters are shown as codes, so that a terminal stays ours. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
