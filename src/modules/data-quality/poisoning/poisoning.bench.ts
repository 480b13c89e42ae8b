/** How well poisoning and outliers are found, and how often a clean table is accused: on made-up tables and on sets scikit-learn ships. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { randomSource } from '../../../math/random.ts';
import { areaUnderCurve, recallAtMarked } from '../../../math/ranking.ts';
import { judgeEnsemble } from '../anomalies/ensemble.ts';
import { ensembleMembers } from '../anomalies/ensemble-detectors.ts';
import { prepareColumns } from '../prepared-columns.ts';
import { classOutliers } from './class-outliers.ts';
import { duplicateFlood } from './duplicate-flood.ts';
import { type FamilyOutcome, isRun } from './evidence.ts';
import { outOfFoldModel } from './label-model.ts';
import { labelQuality } from './label-quality.ts';
import type { LabelledTable } from './labelled-table.ts';
import { judgePoisoning } from './poisoning.ts';
import {
  cloudSet,
  type PlainSet,
  type PlantedSet,
  subsetOf,
  tableOf,
  withBackdoor,
  withCrudeOutliers,
  withFlood,
  withPairFlips,
  withRandomFlips,
} from './test-planted-sets.ts';
import { triggerSearch } from './trigger-search.ts';

const system = '/usr/bin/python3';
const hasPublicSets = existsSync(system) && existsSync('/usr/lib/python3/dist-packages/sklearn');
if (!hasPublicSets) process.stdout.write("– data quality: figures on public sets are skipped: Debian's python3-sklearn is not installed\n");

let read: ReadonlyMap<string, PlainSet> | undefined;
/** Exported when first asked for; nothing of them is kept. */
function publicSet(name: string): PlainSet {
  if (read === undefined) {
    const script = join(import.meta.dirname, '../../../../scripts/bench/public_sets.py');
    const printed = execFileSync(system, [script], { encoding: 'utf8', maxBuffer: 2 ** 28, env: {} });
    read = new Map(Object.entries(JSON.parse(printed) as Record<string, PlainSet>));
  }
  const set = read.get(name);
  if (set === undefined) throw new TypeError(`There is no public set ${name}.`);
  return set;
}

type Quality = (scores: Float64Array, isMarked: (row: number) => boolean) => number | null;

/** Mean over three seeds. */
function found(plant: (seed: number) => PlantedSet, family: (table: LabelledTable) => FamilyOutcome, quality: Quality): number {
  const each = [1, 2, 3].map((seed) => {
    const { set, planted } = plant(seed);
    const outcome = family(tableOf(set, seed));
    if (!isRun(outcome) || outcome.rowP === null) throw new TypeError(JSON.stringify(outcome));
    return quality(
      outcome.rowP.map((p) => -p),
      (row) => planted.has(row),
    );
  });
  return each.reduce<number>((sum, value) => sum + (value ?? 0), 0) / each.length;
}
const labels = (table: LabelledTable) => labelQuality(table, outOfFoldModel(table));
const made = () => cloudSet(1000, 31);
const digits = () => publicSet('digits');

/** The lower right corner of the 8 × 8 picture; values that each occur in the middle of it. */
const corner = (row: readonly number[]) => row.map((value, d) => ([54, 55, 62, 63].includes(d) ? 16 : value));
const inRange = (row: readonly number[]) => row.map((value, d) => ({ 18: 9, 27: 11, 44: 5 })[d] ?? value);
const blended = (row: readonly number[]) => row.map((value, d) => 0.75 * value + 0.25 * (((d * 37) % 64) / 4));

type Case = readonly [
  name: string,
  plant: (seed: number) => PlantedSet,
  family: (table: LabelledTable) => FamilyOutcome,
  quality: Quality,
  bar: number,
];

const madeCases: readonly Case[] = [
  ['made-up, 5 % random flips: AUC', (seed) => withRandomFlips(made(), 0.05, seed), labels, areaUnderCurve, 0.95],
  [
    'made-up, flips of one pair: recall@k',
    (seed) => withPairFlips(made(), { from: 0, to: 1, share: 0.15 }, seed),
    labels,
    recallAtMarked,
    0.6,
  ],
  [
    'made-up, 5 % jittered copies: AUC',
    (seed) => withFlood(made(), { share: 0.05, jitter: 0.02 }, seed),
    duplicateFlood,
    areaUnderCurve,
    0.95,
  ],
  ['made-up, 3 % crude outliers: AUC', (seed) => withCrudeOutliers(made(), 0.03, seed), classOutliers, areaUnderCurve, 0.95],
];
const digitCases: readonly Case[] = [
  ['digits, 5 % random flips: AUC', (seed) => withRandomFlips(digits(), 0.05, seed), labels, areaUnderCurve, 0.95],
  [
    'digits, flips of one pair: recall@k',
    (seed) => withPairFlips(digits(), { from: 1, to: 0, share: 0.15 }, seed),
    labels,
    recallAtMarked,
    0.6,
  ],
  [
    'digits, corner trigger 3 %: recall@k',
    (seed) => withBackdoor(digits(), { target: 0, share: 0.03, mark: corner }, seed),
    triggerSearch,
    recallAtMarked,
    0.95,
  ],
  [
    'digits, trigger in range 3 %: recall@k',
    (seed) => withBackdoor(digits(), { target: 7, share: 0.03, mark: inRange }, seed),
    triggerSearch,
    recallAtMarked,
    0.95,
  ],
  [
    'digits, blended trigger 5 %: recall@k',
    (seed) => withBackdoor(digits(), { target: 2, share: 0.05, mark: blended }, seed),
    triggerSearch,
    recallAtMarked,
    0.95,
  ],
  [
    'digits, 5 % jittered copies: AUC',
    (seed) => withFlood(digits(), { share: 0.05, jitter: 0.02 }, seed),
    duplicateFlood,
    areaUnderCurve,
    0.95,
  ],
  ['digits, 3 % crude outliers: AUC', (seed) => withCrudeOutliers(digits(), 0.03, seed), classOutliers, areaUnderCurve, 0.95],
];

/** Random four fifths of a clean set: how many are called anything but clean, or, where it is too small for that, unknown. */
function wrongVerdicts(set: PlainSet, resamples: number): number {
  let wrong = 0;
  for (let k = 0; k < resamples; k++) {
    const { verdict } = judgePoisoning(tableOf(subsetOf(set, 0.8, 500 + k), k));
    if (verdict === 'poisoned' || verdict === 'suspicious') wrong++;
  }
  return wrong;
}

function flaggedShare(set: PlainSet): number {
  return (100 * judgePoisoning(tableOf(set, 1)).flagged.length) / set.rows.length;
}

/** Twenty rows of one class among all rows of the others: the ensemble's AUC less the best single detector's. */
function ensembleGap(set: PlainSet, rare: number): number {
  let seen = 0;
  const kept = set.labels.map((label) => label !== rare || seen++ < 20);
  const rows = set.rows.filter((_, row) => kept[row]);
  const labelled = set.labels.filter((_, row) => kept[row]);
  return gapOf(rows, (row) => labelled[row] === rare);
}

function gapOf(rows: readonly (readonly number[])[], isMarked: (row: number) => boolean): number {
  const raw = (rows[0] ?? []).map((_, d) => ({
    name: `c${d}`,
    kind: 'number' as const,
    values: Float64Array.from(rows, (row) => row[d] ?? 0),
    levels: null,
  }));
  const { scores, members } = judgeEnsemble(prepareColumns(raw).columns, { seed: 1, falseFlagRate: 0.05 });
  const best = Math.max(...ensembleMembers.map((member) => areaUnderCurve(members[member], isMarked) ?? 0));
  return (areaUnderCurve(scores, isMarked) ?? 0) - best;
}

/** The first twenty rows have usual values that contradict each other. */
function brokenDependency(): readonly (readonly number[])[] {
  const random = randomSource(5);
  return Array.from({ length: 1000 }, (_, i) => {
    const [a, b, c, d] = [random.normal(), random.normal(), random.normal(), random.normal()];
    return i < 20 ? [1.4 * a, 1.4 * b, 1.4 * c, d] : [a + b, a - b + 0.1 * c, a + 0.7 * b + 0.1 * d, d];
  });
}

const quality = (cases: readonly Case[]) =>
  cases.map(([name, plant, family, measure, bar]) => ({
    name: `data quality poisoning: ${name}`,
    bar,
    unit: '',
    atLeast: true,
    run: async () => found(plant, family, measure),
  }));
const clean = (name: string, set: () => PlainSet, resamples: number) => [
  {
    name: `data quality poisoning: clean ${name}, wrong verdicts of ${resamples} resamples`,
    bar: 0,
    unit: '',
    run: async () => wrongVerdicts(set(), resamples),
  },
  { name: `data quality poisoning: clean ${name}, rows flagged`, bar: 1, unit: '%', run: async () => flaggedShare(set()) },
];
const gap = (name: string, run: () => number) => ({
  name: `data quality ensemble: ${name}, AUC less the best single detector's`,
  bar: -0.005,
  unit: '',
  atLeast: true,
  run: async () => run(),
});

export const benches = [
  ...quality(madeCases),
  ...clean('made-up', made, 100),
  gap('made-up, broken dependency', () => gapOf(brokenDependency(), (row) => row < 20)),
  ...(hasPublicSets
    ? [
        ...quality(digitCases),
        ...clean('breast cancer', () => publicSet('breast cancer'), 100),
        ...clean('wine', () => publicSet('wine'), 100),
        ...clean('iris', () => publicSet('iris'), 100),
        ...clean('digits', digits, 100),
        ...['digits', 'breast cancer', 'wine', 'iris'].map((name) => gap(`${name}, class 0 rare`, () => ensembleGap(publicSet(name), 0))),
      ]
    : []),
];
