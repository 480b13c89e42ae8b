/** Cost of screening in line, and how well profiles tell attacks from clean rows on public data, where this machine has it. */
import { buildProfile } from './evasion/build-profile.ts';
import { judgeInput } from './evasion/judge-input.ts';
import type { EvasionProfile } from './evasion/profile.ts';
import { type Attack, carliniWagner, deepFool, fastGradientSign, projectedGradient } from './testing/attacks.ts';
import { cloudSource } from './testing/blobs.ts';
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

let digits: Trial | null | undefined;
function digitsTrial(): Trial | null {
  const data = readDigits();
  digits ??= data === null ? null : layTrial(data, { train: 900, profile: 600 }, { seed: 1, rate: 0.01 });
  return digits;
}
let aside: Trial | null | undefined;
function asideTrial(): Trial | null {
  const data = readDigits();
  aside ??= data === null ? null : layTrial(data, { train: 900, profile: 600 }, { seed: 1, rate: 0.01, mistakes: 'set-aside' });
  return aside;
}
/** Splits and networks on which nothing was ever chosen. */
const otherSeeds = [11, 12, 13, 14, 15, 16];
let others: readonly Trial[] | null | undefined;
function otherTrials(): readonly Trial[] | null {
  const data = readDigits();
  others ??= data === null ? null : otherSeeds.map((seed) => layTrial(data, { train: 900, profile: 600 }, { seed, rate: 0.01 }));
  return others;
}
/** Mean over the other seeds; sixty attacks each. */
const elsewhere = (attack: Attack, figure: (clean: Scores, attacked: Scores) => number) => async (): Promise<number> => {
  const trials = otherTrials();
  if (trials === null) return Number.NaN;
  const each = trials.map((trial) => figure(scoreInputs(trial, cleanRows(trial)), scoreInputs(trial, attackRows(trial, attack, 60))));
  return each.reduce((sum, value) => sum + value, 0) / each.length;
};
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
const auc = (clean: Scores, attacked: Scores): number => areaUnderCurve(clean.fused, attacked.fused);
const found = (clean: Scores, attacked: Scores): number => truePositiveRate(clean.fused, attacked.fused, 0.01);
/** Mistakes set aside: found at the threshold that 1 % of the clean rows exceed which the network answers right. */
const foundAside = (attack: Attack) => async (): Promise<number> => {
  const trial = asideTrial();
  if (trial === null) return Number.NaN;
  return found(scoreInputs(trial, rightRows(trial)), scoreInputs(trial, attackRows(trial, attack, 150)));
};

const attacks: readonly (readonly [name: string, attack: Attack])[] = [
  ['FGSM 0.1', fastGradientSign(0.1)],
  ['PGD 0.1', projectedGradient(0.1)],
  ['DeepFool', deepFool],
  ['C&W-L2', carliniWagner()],
];

export const benches = [
  { name: 'evasion: screening one input, 10,000 rows of 64 columns', bar: 1, unit: 'ms', run: async () => costOf(profileOf(10_000)) },
  { name: 'evasion: screening one input, 2,000 rows of 64 columns', bar: 0.2, unit: 'ms', run: async () => costOf(profileOf(2000)) },
  ...attacks.flatMap(([name, attack]) => [
    { name: `evasion: digits, ${name}, AUC`, bar: 0.99, unit: '', atLeast: true, run: async () => against(digitsTrial(), attack, auc) },
    {
      name: `evasion: digits, ${name}, found at 1 % false`,
      bar: 0.95,
      unit: '',
      atLeast: true,
      run: async () => against(digitsTrial(), attack, found),
    },
    {
      name: `evasion: digits, ${name}, found at 1 %, mistakes set aside`,
      bar: 0.95,
      unit: '',
      atLeast: true,
      run: foundAside(attack),
    },
    { name: `evasion: digits, ${name}, six other seeds, mean AUC`, bar: 0.99, unit: '', atLeast: true, run: elsewhere(attack, auc) },
    {
      name: `evasion: digits, ${name}, six other seeds, mean found at 1 % false`,
      bar: 0.95,
      unit: '',
      atLeast: true,
      run: elsewhere(attack, found),
    },
  ]),
  {
    name: 'evasion: digits, harmless copies flagged at 1 %',
    bar: 0.02,
    unit: '',
    run: async () => {
      const trial = digitsTrial();
      return trial === null ? Number.NaN : scoreInputs(trial, harmlessRows(trial)).flagged;
    },
  },
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
