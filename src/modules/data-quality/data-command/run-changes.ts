/** `ai-spm data changes` and `ai-spm data groups`. */
import type { z } from 'zod';
import type { IngestReport } from '../answer-shape.ts';
import type { Changes } from '../drift/changes.ts';
import type { Groups } from '../groups/group-shape.ts';
import type { PartitionChange } from '../groups/partitions.ts';
import { runCheck } from '../run-check.ts';
import { limits, printable, readingText, sourceOf } from '../run-command.ts';
import { answered, asJson, type DataCommandOptions, type Ended, ended, exitCodes, unusable } from './data-options.ts';
import { readRulesFile } from './rules-file.ts';

type Ingest = z.infer<typeof IngestReport>;
type PartitionsAnswer = { readonly ingests: readonly Ingest[]; readonly changes: readonly PartitionChange[] };
type ChangesAnswer = Changes & { readonly ingest: Ingest };
type GroupsAnswer = Groups & { readonly ingest: Ingest; readonly reference: Ingest | null };

const dayMs = 86_400_000;
const mostParts = 64;
const shownColumns = 8;
const settingsOf = ({ sensitivity = 'medium', seed = 1 }: DataCommandOptions) => ({ sensitivity, seed });

export function runChangesCommand(files: readonly string[], options: DataCommandOptions): Promise<Ended> {
  return ended(() => (files.length > 1 ? comparedParts(files, options) : windowsOf(files[0] ?? '', options)));
}

async function comparedParts(files: readonly string[], options: DataCommandOptions): Promise<Ended> {
  if (files.length > mostParts) return unusable(`The list of ${files.length} files`, `it has more than ${mostParts}.`);
  const question = async () => ({
    kind: 'partitions' as const,
    parts: await Promise.all(files.map((file) => sourceOf(file, options))),
    options: { against: options.against ?? ('previous' as const), ...settingsOf(options) },
  });
  const answer = (await runCheck(question, { limits })) as PartitionsAnswer;
  const out = options.json === true ? asJson(answer) : partsText(answer);
  if (answer.changes.some(({ verdict }) => verdict === 'drift')) return answered(exitCodes.found, out);
  return answered(answer.changes.every(({ verdict }) => verdict === 'unknown') ? exitCodes.unread : exitCodes.well, out);
}

function partsText({ ingests, changes }: PartitionsAnswer): string {
  const lines = changes.flatMap(({ name, against, verdict, driftedColumns, comparedColumns, columns, newColumns }) => [
    `${verdict.toUpperCase().padEnd(8)} ${name} against ${against}: ${driftedColumns} of ${comparedColumns} columns`,
    ...columns
      .filter((column) => column.verdict === 'drift')
      .slice(0, shownColumns)
      .map(columnLine),
    ...(newColumns.length === 0 ? [] : [`    new columns: ${newColumns.join(', ')}`]),
  ]);
  return printable([...ingests.map(readingText), '', ...lines, ''].join('\n'));
}

type DriftedColumn = Pick<PartitionChange['columns'][number], 'name' | 'flags' | 'reason'>;
function columnLine({ name, flags, reason }: DriftedColumn): string {
  const why = flags.map(({ effect, value, floor }) =>
    value === null || floor === null ? effect : `${effect} ${value.toPrecision(3)} (floor ${floor.toPrecision(3)})`,
  );
  return `    ${name}  ${[...why, ...(reason === null ? [] : [reason])].join(', ')}`;
}

async function windowsOf(file: string, options: DataCommandOptions): Promise<Ended> {
  const { time, rollingDays, burst = 1, seed = 1 } = options;
  if (rollingDays !== undefined && time === undefined) return unusable('--rolling-days', 'it needs --time.');
  const question = async () => ({
    kind: 'changes' as const,
    data: await sourceOf(file, options),
    options: {
      columns: options.columns?.split(','),
      time,
      window: rollingDays === undefined ? undefined : { kind: 'rolling' as const, lengthMs: rollingDays * dayMs, gapMs: 0 },
      referenceRows: 100,
      burst: Math.max(1, burst),
      seed,
    },
  });
  const answer = (await runCheck(question, { limits })) as ChangesAnswer;
  const out = options.json === true ? asJson(answer) : windowsText(answer);
  return answered(answer.changes.length > 0 ? exitCodes.found : exitCodes.well, out);
}

function windowsText({ ingest, windows, changes, series, step }: ChangesAnswer): string {
  const when = (at: number | null): string => (at === null ? '' : ` from ${new Date(at).toISOString()}`);
  const lines = windows.map(({ from, to, fromTime }) => `  rows ${from} to ${to - 1}${when(fromTime)}`);
  const alarms = series
    .filter((one) => one.alarms > 0)
    .map(({ name, alarms: count, cusum, pageHinkley }) => {
      const first = Math.min(...[...cusum, ...pageHinkley].map(({ at }) => at));
      return `  ${name}: ${count} alarms, the first at row ${first}`;
    });
  const head = changes.length === 0 ? 'NO CHANGE' : `CHANGED ${changes.length} times, each placed to within ${step} rows`;
  return printable(
    [readingText(ingest), '', head, ...lines, ...(alarms.length > 0 ? ['', 'Columns as series', ...alarms] : []), ''].join('\n'),
  );
}

export function runGroupsCommand(file: string, options: DataCommandOptions): Promise<Ended> {
  return ended(async () => {
    const read = options.rules === undefined ? { rules: [] } : readRulesFile(options.rules);
    if ('refused' in read) return unusable(options.rules ?? '', read.refused);
    const question = async () => ({
      kind: 'groups' as const,
      data: await sourceOf(file, options),
      reference: options.reference === undefined ? null : await sourceOf(options.reference, options),
      options: {
        column: options.by ?? '',
        mostGroups: Math.min(100, Math.max(1, options.most ?? 50)),
        rules: read.rules,
        key: undefined,
        freshness: undefined,
        ...settingsOf(options),
      },
    });
    const answer = (await runCheck(question, { limits })) as GroupsAnswer;
    const out = options.json === true ? asJson(answer) : groupsText(answer);
    const differs = answer.groups.some(
      ({ signals, drift, brokenRules }) => signals.length > 0 || brokenRules > 0 || drift?.verdict === 'drift',
    );
    if (differs) return answered(exitCodes.found, out);
    return answered(answer.groups.length === 0 ? exitCodes.unread : exitCodes.well, out);
  });
}

function groupsText({
  ingest,
  column,
  groups,
  groupsInAll,
  rowsLeftOut,
  missingRows,
  newGroups,
  vanishedGroups,
  driftUnknown,
}: GroupsAnswer): string {
  const share = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(4));
  const lines = groups.flatMap(({ value, rows, score, signals, brokenRules, drift }) => [
    `  ${value}  ${rows} rows  score ${share(score)}${brokenRules > 0 ? `  ${brokenRules} rules broken` : ''}${drift === null ? '' : `  ${drift.verdict} (${drift.driftedColumns} of ${drift.comparedColumns} columns)`}`,
    ...signals
      .slice(0, shownColumns)
      .map(
        ({ about, name, share: own, rest, adjustedP }) =>
          `    ${about} ${name}: ${share(own)} against ${share(rest)} elsewhere, adjusted p ${adjustedP.toPrecision(2)}`,
      ),
    ...(drift?.columns ?? []).slice(0, shownColumns).map(columnLine),
  ]);
  const aside = [
    ...(rowsLeftOut > 0 ? [`  ${rowsLeftOut} rows in ${groupsInAll - groups.length} smaller groups were left out`] : []),
    ...(missingRows > 0 ? [`  ${missingRows} rows are in no group`] : []),
    ...(newGroups.length > 0 ? [`  new: ${newGroups.join(', ')}`] : []),
    ...(vanishedGroups.length > 0 ? [`  gone: ${vanishedGroups.join(', ')}`] : []),
    ...(driftUnknown === null ? [] : [`  drift is unknown: ${driftUnknown}`]),
  ];
  return printable([readingText(ingest), '', `${groupsInAll} groups by ${column}`, ...lines, ...aside, ''].join('\n'));
}
