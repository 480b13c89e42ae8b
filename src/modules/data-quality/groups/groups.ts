/** A table looked at group by group: an average over countries or sites hides the one that went wrong. */
import { frameSide } from '../drift/drift-side.ts';
import { fewestRows, type Sensitivity } from '../drift/drift-verdict.ts';
import type { Column, Frame } from '../frame.ts';
import type { FreshnessOptions } from '../quality/freshness.ts';
import { assessTable, type TableQuality } from '../quality/quality.ts';
import { dataProblems } from '../refusal.ts';
import { columnNamed, type Rule } from '../rule.ts';
import { countGroups, type GroupCount, withGroup } from './group-frame.ts';
import type { Group, Groups } from './group-shape.ts';
import { groupSignals, type Subject } from './group-signals.ts';
import { type Comparison, type JudgedComparison, judgeTogether, measureSides } from './judge-together.ts';

export type GroupOptions = {
  readonly column: string;
  /** The largest so many groups are looked at. */
  readonly mostGroups: number;
  readonly rules: readonly Rule[];
  readonly key: readonly string[] | undefined;
  readonly freshness: FreshnessOptions | undefined;
  readonly sensitivity: Sensitivity;
  readonly seed: number;
};

/** A column with more values than this names rows, not groups. */
const mostValues = 10_000;
const mostNamed = 20;
/** These judge the table as a whole, or need a further one. */
const ofTheTable: ReadonlySet<Rule['kind']> = new Set([
  'rowCount',
  'freshness',
  'distribution',
  'customAggregate',
  'foreignKey',
  'sameInSource',
]);

/**
 * Quality of every group, what makes it differ from the rest, and its drift against the same group of the reference.
 * @param reference an earlier table of the same columns; null: drift is unknown.
 * @throws data-quality.noSuchColumn, .noColumns when the column names rows rather than groups, .badRule
 */
export async function checkGroups(frame: Frame, options: GroupOptions, reference: Frame | null): Promise<Groups> {
  const column = columnNamed(frame, options.column);
  const { groups, inAll, missingRows } = await countGroups(frame, column, options.mostGroups);
  if (inAll > mostValues)
    throw dataProblems.noColumns({ reason: `${column.name.slice(0, 100)} has ${inAll} different values: they name rows, not groups` });
  const rules = options.rules.filter(({ kind }) => !ofTheTable.has(kind));
  const whole = await assessTable(frame, assessing(options, rules), alone);
  const before = reference === null ? null : referenceColumn(reference, options.column);
  const looked = await lookAtGroups({ frame, column, groups, rules, before }, options);
  const { signals, tests } = groupSignals(subjectsOf(whole, looked, column.name), groups.length, options.sensitivity);
  const comparisons = looked.flatMap(({ comparison }) => (comparison === null ? [] : [comparison]));
  const judged = new Map(judgeTogether(comparisons, options.sensitivity).map((one) => [one.name, one]));
  return {
    column: column.name,
    groups: looked.map((one, k) => groupOf(one, signals[k] ?? [], judged.get(one.value))),
    groupsInAll: inAll,
    rowsLeftOut: frame.rows - missingRows - groups.reduce((sum, { rows }) => sum + rows, 0),
    missingRows,
    ...(await comingAndGoing(before, { groups, isCut: inAll > groups.length })),
    rulesLeftOut: options.rules.length - rules.length,
    tests,
    driftTests: comparisons.reduce((sum, { measured }) => sum + measured.length, 0),
    driftUnknown:
      reference === null ? 'there is no table to compare with' : before === null ? 'the reference has no such column to group by' : null,
    limits: { mostGroups: options.mostGroups, fewestRows },
    sensitivity: options.sensitivity,
    seed: options.seed,
    method:
      'Each group against all other rows (chi-square, Fisher for small counts), and against the same group of the reference (as drift of a table); each of the two is one Benjamini–Hochberg family over all groups.',
  };
}

const alone = { truth: null, sources: new Map<string, Frame>() };

function assessing({ key, freshness }: GroupOptions, rules: readonly Rule[]) {
  return { rules, key, freshness, truth: undefined };
}

type Reference = { readonly frame: Frame; readonly column: Column };

function referenceColumn(frame: Frame, name: string): Reference | null {
  const column = frame.columns.find((known) => known.name === name);
  return column === undefined ? null : { frame, column };
}

type Looked = GroupCount & { readonly quality: TableQuality; readonly referenceRows: number; readonly comparison: Comparison | null };
type Looking = {
  readonly frame: Frame;
  readonly column: Column;
  readonly groups: readonly GroupCount[];
  readonly rules: readonly Rule[];
  readonly before: Reference | null;
};

async function lookAtGroups({ frame, column, groups, rules, before }: Looking, options: GroupOptions): Promise<Looked[]> {
  const looked: Looked[] = [];
  for (const { value, rows } of groups)
    looked.push(
      await withGroup(frame, { column, value, side: 'now' }, async (group) => {
        const quality = await assessTable(group, assessing(options, rules), alone);
        const compared =
          before === null ? { referenceRows: 0, comparison: null } : await compareGroup(group, { ...before, value }, options);
        return { value, rows, quality, ...compared };
      }),
    );
  return looked;
}

/** The column of the groups holds one value in each: it is no part of the comparison. */
function compareGroup(
  group: Frame,
  { frame, column, value }: Reference & { readonly value: string },
  { seed }: GroupOptions,
): Promise<Pick<Looked, 'referenceRows' | 'comparison'>> {
  return withGroup(frame, { column, value, side: 'before' }, async (earlier) => {
    if (earlier.rows === 0) return { referenceRows: 0, comparison: null };
    const alone = { sampled: false };
    const sides = { reference: frameSide(earlier, alone), current: frameSide(group, alone), seed };
    return { referenceRows: earlier.rows, comparison: { name: value, measured: await measureSides(sides, new Set([column.name])) } };
  });
}

function subjectsOf(whole: TableQuality, looked: readonly Looked[], grouping: string): Subject[] {
  const missing = whole.columns
    .map(({ name, missing: count, rows: of }, k): Subject => {
      const groups = looked.map(({ quality }) => ({ count: quality.columns[k]?.missing ?? 0, of: quality.columns[k]?.rows ?? 0 }));
      return { about: 'missing', name, groups, whole: { count, of } };
    })
    .filter(({ name }) => name !== grouping);
  const broken = whole.rules.flatMap(({ place, says, id, count, of }): Subject[] => {
    if (count === null || of === null) return [];
    const groups = looked.map(({ quality }) => tallyOf(quality.rules[place]));
    return [{ about: 'rule', name: id ?? says, groups, whole: { count, of } }];
  });
  return [...missing, ...broken];
}

function tallyOf(finding: TableQuality['rules'][number] | undefined) {
  return finding === undefined || finding.count === null || finding.of === null ? null : { count: finding.count, of: finding.of };
}

function groupOf({ value, rows, quality, referenceRows }: Looked, signals: Group['signals'], judged: JudgedComparison | undefined): Group {
  const { completeness, consistency, validity, uniqueness, freshness } = quality.metrics;
  return {
    value,
    rows,
    score: quality.score,
    metrics: {
      completeness: completeness.value,
      consistency: consistency.value,
      validity: validity.value,
      uniqueness: uniqueness.value,
      freshness: freshness.value,
    },
    brokenRules: quality.rules.filter(({ verdict }) => verdict === 'failed').length,
    signals: signals.slice(0, mostNamed),
    drift: judged === undefined ? null : driftOf(judged, referenceRows),
  };
}

function driftOf({ verdict, driftedColumns, comparedColumns, columns }: JudgedComparison, referenceRows: number): Group['drift'] {
  const drifted = columns.filter((column) => column.verdict === 'drift').slice(0, mostNamed);
  const shown = drifted.map(({ name, verdict: own, reason, strength, severity, flags, adjustedP }) => ({
    ...{ name, verdict: own, reason, strength, severity, adjustedP },
    flags: [...flags],
  }));
  return { referenceRows, verdict, driftedColumns, comparedColumns, columns: shown };
}

type Known = { readonly groups: readonly GroupCount[]; readonly isCut: boolean };

/** When the smallest groups were left out nobody can say that a group is new or gone from them. */
async function comingAndGoing(before: Reference | null, { groups, isCut }: Known): Promise<Pick<Groups, 'newGroups' | 'vanishedGroups'>> {
  if (before === null) return { newGroups: [], vanishedGroups: [] };
  const { groups: earlier } = await countGroups(before.frame, before.column, mostValues);
  const [then, now] = [new Set(earlier.map(({ value }) => value)), new Set(groups.map(({ value }) => value))];
  return {
    newGroups: [...now].filter((value) => !then.has(value)).slice(0, mostNamed),
    vanishedGroups: isCut ? [] : [...then].filter((value) => !now.has(value)).slice(0, mostNamed),
  };
}
