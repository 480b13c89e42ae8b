/** Cost of screening in line, and how well profiles tell attacks from clean rows on public data, where this machine has it. */
import { buildProfile } from './evasion/build-profile.ts';
import { judgeInput } from './evasion/judge-input.ts';
import type { EvasionProfile } from './evasion/profile.ts';
import { type Attack, carliniWagner, deepFool, fastGradientSign, projectedGradient } from './testing/attacks.ts';
import { cloudSource } from './testing/blobs.ts';
import { trainConvolutional } from './testing/convolutional-network.ts';
import { readBreastCancer, readDigits } from './testing/known-sets.ts';
import {
  areaUnderCurve,
  attackRows,
  cleanRows,
  drain,
  harmlessRows,
  layTrial,
  rightRows,
  type Scores,
  scoreInputs,
  type Trial,
  truePositiveRate,
} from './testing/measure-quality.ts';
import { trainNetwork } from './testing/small-network.ts';

/** A profile whose reference has so many rows of 64 columns; 40 % of the given rows calibrate. */
function profileOf(referenceRows: number): EvasionProfile {
  return drain(
    buildProfile({ ...cloudSource({ rows: Math.round(referenceRows / 0.6), dimensions: 64, classes: 10, seed: 3 }), mostRows: 50_000 }),
  ).profile;
}

/** Median milliseconds of processor time for one input. */
function costOf(profile: EvasionProfile): number {
  const { values, labels } = cloudSource({ rows: 500, dimensions: 64, classes: 10, seed: 9 });
  const ask = (row: number) =>
    judgeInput(profile, { features: values.subarray(row * 64, row * 64 + 64), prediction: labels[row] as string, confidence: 0.9 });
  for (let row = 0; row < 300; row++) ask(row);
  const costs = Array.from({ length: 500 }, (_, row) => {
    const before = process.cpuUsage();
    ask(row);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return costs.sort((one, other) => one - other)[250] as number;
}

const auc = (clean: Scores, attacked: Scores): number => areaUnderCurve(clean.fused, attacked.fused);
const found = (clean: Scores, attacked: Scores): number => truePositiveRate(clean.fused, attacked.fused, 0.01);

type Row = readonly [name: string, attack: Attack];
const attacks: readonly Row[] = [
  ['FGSM 0.1', fastGradientSign(0.1)],
  ['PGD 0.1', projectedGradient(0.1)],
  ['DeepFool', deepFool],
  ['C&W-L2', carliniWagner()],
];
/** What a trial says of its clean rows, of those answered right, of harmless copies, and of sixty attacks of each kind. */
type Measured = {
  /** Share of the clean rows that the network answers wrong. */
  readonly wrong: number;
  readonly clean: Scores;
  readonly right: Scores;
  readonly harmless: Scores;
  readonly attacked: ReadonlyMap<Attack, Scores>;
};
const measured = (trial: Trial): Measured => ({
  wrong: 1 - rightRows(trial).length / trial.testRows.length,
  clean: scoreInputs(trial, cleanRows(trial)),
  right: scoreInputs(trial, rightRows(trial)),
  harmless: scoreInputs(trial, harmlessRows(trial)),
  attacked: new Map(attacks.map(([, attack]) => [attack, scoreInputs(trial, attackRows(trial, attack, 60))])),
});
type Training = NonNullable<NonNullable<Parameters<typeof layTrial>[2]>['train']>;

/** Laid once and asked by many lines. null: the data set is not on this machine. */
function digitsTrials(seeds: readonly number[], options: { train: Training; mistakes?: 'set-aside' }): () => readonly Measured[] | null {
  let laid: readonly Measured[] | null | undefined;
  return () => {
    const data = readDigits();
    laid ??=
      data === null ? null : seeds.map((seed) => measured(layTrial(data, { train: 900, profile: 600 }, { seed, rate: 0.01, ...options })));
    return laid;
  };
}
/** Splits and networks on which nothing was ever chosen: combination and weights were, on seeds 1 to 6 and 21 to 25. */
const wellTrained = digitsTrials([101, 102, 103, 104, 105, 106], { train: trainConvolutional });
/** A network of 64 hidden units, no row ever distorted: it errs twice as often. */
const plainTrained = digitsTrials([11, 12, 13, 14, 15, 16], { train: trainNetwork });
const setAside = digitsTrials([101, 102, 103], { train: trainConvolutional, mistakes: 'set-aside' });

type Figure = (trial: Measured) => number;
/** NaN where the data set is not on this machine: not measured is not passed. */
const meanOf = (trials: () => readonly Measured[] | null, figure: Figure) => async (): Promise<number> => {
  const each = trials()?.map(figure) ?? [];
  return each.reduce((sum, value) => sum + value, 0) / each.length;
};
const leastOf = (trials: () => readonly Measured[] | null, figure: Figure) => async (): Promise<number> => {
  const each = trials()?.map(figure);
  return each === undefined ? Number.NaN : Math.min(...each);
};
const mostOf = (trials: () => readonly Measured[] | null, figure: Figure) => async (): Promise<number> => {
  const each = trials()?.map(figure);
  return each === undefined ? Number.NaN : Math.max(...each);
};
const scoresOf = ({ attacked }: Measured, attack: Attack): Scores => {
  const scores = attacked.get(attack);
  if (scores === undefined) throw new Error('an attack that was not measured');
  return scores;
};
const aucOf = (attack: Attack) => (trial: Measured) => auc(trial.clean, scoresOf(trial, attack));
/** At the threshold that 1 % of all clean rows exceed, those that the network answers wrong among them. */
const foundOfAll = (attack: Attack) => (trial: Measured) => found(trial.clean, scoresOf(trial, attack));
/** At the threshold that 1 % of the clean rows exceed which the network answers right: the protocol of Feinman, Ma and Roth. */
const foundOfRight = (attack: Attack) => (trial: Measured) => found(trial.right, scoresOf(trial, attack));
/** At the profile's own threshold, which knows nothing of the test rows. */
const flaggedOf = (attack: Attack) => (trial: Measured) => scoresOf(trial, attack).flagged;

let tabular: Trial | null | undefined;
function tabularTrial(): Trial | null {
  const data = readBreastCancer();
  tabular ??= data === null ? null : layTrial(data, { train: 200, profile: 219 }, { seed: 1, rate: 0.01 });
  return tabular;
}

/** NaN where the data set is not on this machine: not measured is not passed. */
function against(trial: Trial | null, attack: Attack, figure: (clean: Scores, attacked: Scores) => number): number {
  if (trial === null) return Number.NaN;
  return figure(scoreInputs(trial, cleanRows(trial)), scoreInputs(trial, attackRows(trial, attack, 150)));
}
export const benches = [
  { name: 'evasion: screening one input, 10,000 rows of 64 columns', bar: 1, unit: 'ms', run: async () => costOf(profileOf(10_000)) },
  { name: 'evasion: screening one input, 2,000 rows of 64 columns', bar: 0.2, unit: 'ms', run: async () => costOf(profileOf(2000)) },
  ...attacks.flatMap(([name, attack]) => {
    const digits = `evasion: digits, ${name}`;
    const line = (what: string, bar: number, run: () => Promise<number>) => ({
      name: `${digits}, ${what}`,
      bar,
      unit: '',
      atLeast: true,
      run,
    });
    return [
      line('mean AUC', 0.99, meanOf(wellTrained, aucOf(attack))),
      line('mean found at 1 % of all clean rows', 0.95, meanOf(wellTrained, foundOfAll(attack))),
      line('worst seed found at 1 % of all clean rows', 0.95, leastOf(wellTrained, foundOfAll(attack))),
      line('mean found at 1 % of clean rows answered right', 0.95, meanOf(wellTrained, foundOfRight(attack))),
      line('worst seed found at 1 % of clean rows answered right', 0.95, leastOf(wellTrained, foundOfRight(attack))),
      line("mean flagged at the profile's own threshold", 0.95, meanOf(wellTrained, flaggedOf(attack))),
      line("worst seed flagged at the profile's own threshold", 0.95, leastOf(wellTrained, flaggedOf(attack))),
      line('mistakes set aside, mean found at 1 % of clean rows answered right', 0.95, meanOf(setAside, foundOfRight(attack))),
      line('plain network, mean AUC', 0.99, meanOf(plainTrained, aucOf(attack))),
      line('plain network, mean found at 1 % of all clean rows', 0.95, meanOf(plainTrained, foundOfAll(attack))),
      line('plain network, mean found at 1 % of clean rows answered right', 0.95, meanOf(plainTrained, foundOfRight(attack))),
    ];
  }),
  {
    name: 'evasion: digits, clean rows the network answers wrong, mean',
    bar: 0.02,
    unit: '',
    run: meanOf(wellTrained, ({ wrong }) => wrong),
  },
  {
    name: 'evasion: digits, clean rows the plain network answers wrong, mean',
    bar: 0.03,
    unit: '',
    run: meanOf(plainTrained, ({ wrong }) => wrong),
  },
  ...(
    [
      ['clean rows', ({ clean }) => clean.flagged],
      ['clean rows answered right', ({ right }) => right.flagged],
      ['harmless copies', ({ harmless }) => harmless.flagged],
    ] satisfies (readonly [string, Figure])[]
  ).flatMap(([what, figure]) => [
    { name: `evasion: digits, ${what} flagged, asked 1 %, mean`, bar: 0.02, unit: '', run: meanOf(wellTrained, figure) },
    { name: `evasion: digits, ${what} flagged, asked 1 %, worst seed`, bar: 0.02, unit: '', run: mostOf(wellTrained, figure) },
  ]),
  ...attacks.slice(2).map(([name, attack]) => ({
    name: `evasion: biopsies, ${name}, AUC`,
    bar: 0.95,
    unit: '',
    atLeast: true,
    run: async () => against(tabularTrial(), attack, auc),
  })),
  ...attacks.slice(0, 2).map(([name, attack]) => ({
    name: `evasion: biopsies, ${name}, AUC`,
    bar: 0.95,
    unit: '',
    atLeast: true,
    run: async () => against(tabularTrial(), attack, auc),
  })),
];
