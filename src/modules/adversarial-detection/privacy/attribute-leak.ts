/** What a model's answer adds to guessing one attribute of a person from everything else that is known. */
import { randomSource } from '../../../math/random.ts';
import { areaUnderCurve } from '../../../math/ranking.ts';
import { designOf, fewestOfLevel, type Levels, levelsOf, type Value } from './attribute-columns.ts';
import { mutualInformation, permutedInformation } from './information.ts';
import { outOfFold } from './out-of-fold.ts';

export const fewestRows = 100;
export type AttributeRows = {
  readonly target: readonly Value[];
  /** Name and values of every other attribute. */
  readonly others: ReadonlyMap<string, readonly Value[]>;
  readonly prediction: readonly Value[];
  readonly confidence: readonly (number | null)[];
  readonly trueLabel: readonly Value[];
  readonly seed: number;
};
export type AttributeLeak = {
  readonly rows: number;
  readonly levels: number;
  /** (H(A|X) − H(A|X, prediction)) / H(A|X), in 0..1. */
  readonly leakage: number;
  /** One-sided 95 % bounds by the bootstrap over rows. */
  readonly leakageLow: number;
  readonly leakageHigh: number;
  /** Mean one-against-rest area, without and with the prediction. */
  readonly aucWithout: number;
  readonly aucWith: number;
  /** Paired sign-flip permutation over rows: P(a gain as large | the prediction adds nothing). */
  readonly p: number;
  /** I(prediction; A | true label) in nats; without labels I(prediction; A). */
  readonly information: number;
  readonly informationP: number;
  readonly isConditional: boolean;
  /** Rise of the loss of a model of the prediction when A is shuffled among the rows, in nats. */
  readonly importance: number | null;
  readonly proxies: readonly { readonly attribute: string; readonly information: number }[];
};

/** @returns the measured leak, or why it cannot be measured. Pure; O(rows · columns · levels) for each of three models and five folds. */
export function measureLeak(given: AttributeRows): AttributeLeak | string {
  const all = levelsOf(given.target);
  const kept = [...all.codes.keys().filter((row) => (all.codes[row] as number) >= 0)];
  if (kept.length < fewestRows) return `${kept.length} rows say it, ${fewestRows} are needed`;
  if (all.names.length < 2) return `it needs two levels of ${fewestOfLevel} rows each`;
  const pick = <T>(values: readonly T[]): T[] => kept.map((row) => values[row] as T);
  const rows: AttributeRows = {
    ...given,
    target: pick(given.target),
    others: new Map([...given.others].map(([name, values]) => [name, pick(values)])),
    prediction: pick(given.prediction),
    confidence: pick(given.confidence),
    trueLabel: pick(given.trueLabel),
  };
  return leakOf(rows, { names: all.names, codes: Int32Array.from(kept, (row) => all.codes[row] as number) });
}

function leakOf(rows: AttributeRows, { codes, names }: Levels): AttributeLeak {
  const { others, prediction, confidence, trueLabel, seed } = rows;
  const n = codes.length;
  const random = randomSource(seed);
  const classes = names.length;
  const known = [...others.values()];
  const without = outOfFold(designOf(known, n), codes, { classes, seed });
  const prior = outOfFold(designOf([], n), codes, { classes, seed });
  // The guesser takes whichever knows more: a model that learnt noise would flatter the prediction.
  const base = mean(prior.losses) < mean(without.losses) ? prior : without;
  const answers: Value[][] = [[...prediction], confidence.some((one) => one !== null) ? [...confidence] : []].filter(
    (column) => column.length > 0,
  );
  const together = outOfFold(designOf([...known, ...answers, ...confidenceByAnswer(prediction, confidence)], n), codes, { classes, seed });
  const gains = base.losses.map((loss, row) => loss - (together.losses[row] as number));
  const { leakage, low, high } = leakageOf(base.losses, gains, random);
  const answer = levelsOf(prediction, 1).codes;
  const isConditional = trueLabel.every((label) => label !== null);
  const information = permutedInformation(
    { left: answer, right: codes, strata: isConditional ? levelsOf(trueLabel, 1).codes : null },
    random,
  );
  return {
    rows: n,
    levels: classes,
    leakage,
    leakageLow: low,
    leakageHigh: high,
    aucWithout: areaOf(base.logs, codes, classes),
    aucWith: areaOf(together.logs, codes, classes),
    p: signFlipP(gains, random),
    information: information.value,
    informationP: information.p,
    isConditional,
    importance: importanceOf(rows, random),
    proxies: proxiesOf(others, codes),
  };
}

const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
};

/** How sure an answer is means something else for each answer: the linear model is shown the product. */
function confidenceByAnswer(prediction: readonly Value[], confidence: readonly (number | null)[]): Value[][] {
  if (confidence.every((one) => one === null)) return [];
  const words = [...new Set(prediction.map(String))].slice(0, 10);
  return words.length < 2 || words.length > 10
    ? []
    : words.map((word) => prediction.map((one, row) => (String(one) === word ? (confidence[row] ?? 0) : 0)));
}

const resamples = 500;

function leakageOf(
  base: Float64Array,
  gains: Float64Array,
  random: ReturnType<typeof randomSource>,
): { leakage: number; low: number; high: number } {
  const n = base.length;
  const bounded = (share: number): number => Math.max(0, Math.min(1, share));
  const drawn = Float64Array.from({ length: resamples }, () => {
    let [gain, loss] = [0, 0];
    for (let k = 0; k < n; k++) {
      const row = random.below(n);
      gain += gains[row] as number;
      loss += base[row] as number;
    }
    return loss > 0 ? gain / loss : 0;
  }).sort();
  const at = (share: number): number => bounded(drawn[Math.floor(share * (resamples - 1))] as number);
  return { leakage: bounded(mean(gains) / mean(base)), low: at(0.05), high: at(0.95) };
}

const flips = 1999;

function signFlipP(gains: Float64Array, random: ReturnType<typeof randomSource>): number {
  const observed = mean(gains) * gains.length;
  let asMuch = 0;
  for (let k = 0; k < flips; k++) {
    let sum = 0;
    let bits = 0;
    for (let row = 0; row < gains.length; row++) {
      if (row % 32 === 0) bits = random.below(2 ** 32);
      sum += bits & 1 ? (gains[row] as number) : -(gains[row] as number);
      bits >>>= 1;
    }
    if (sum >= observed) asMuch++;
  }
  return (1 + asMuch) / (flips + 1);
}

function areaOf(logs: Float64Array, codes: Int32Array, classes: number): number {
  const areas = Array.from({ length: classes }, (_, k) =>
    areaUnderCurve(
      Float64Array.from(codes, (_code, row) => logs[row * classes + k] as number),
      (row) => codes[row] === k,
    ),
  ).filter((area) => area !== null);
  return areas.length === 0 ? 0.5 : mean(areas);
}

/** null when the prediction has fewer than two levels of ten rows. */
function importanceOf({ target, others, prediction, seed }: AttributeRows, random: ReturnType<typeof randomSource>): number | null {
  const levels = levelsOf(prediction);
  if (levels.names.length < 2 || levels.names.length > 20) return null;
  const kept = [...levels.codes.keys().filter((row) => (levels.codes[row] as number) >= 0)];
  const codes = Int32Array.from(kept, (row) => levels.codes[row] as number);
  const options = { classes: levels.names.length, seed };
  const columnsWith = (own: readonly Value[]): Value[][] =>
    [own, ...others.values()].map((column) => kept.map((row) => column[row] as Value));
  const moved = [...target];
  for (let last = moved.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [moved[last], moved[other]] = [moved[other] as Value, moved[last] as Value];
  }
  const asGiven = outOfFold(designOf(columnsWith(target), kept.length), codes, options);
  const shuffled = outOfFold(designOf(columnsWith(moved), kept.length), codes, options);
  return Math.max(0, mean(shuffled.losses) - mean(asGiven.losses));
}

/** The three other attributes that tell most about it. */
function proxiesOf(others: AttributeRows['others'], codes: Int32Array): AttributeLeak['proxies'] {
  return [...others]
    .map(([attribute, values]) => ({ attribute, information: mutualInformation(levelsOf(values, 1).codes, codes) }))
    .filter(({ information }) => information > 0)
    .toSorted((a, b) => b.information - a.information)
    .slice(0, 3);
}
