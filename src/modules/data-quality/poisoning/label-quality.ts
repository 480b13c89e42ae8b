/** Labels that neither of two models can explain: random and class-pair label flips. */
import { poissonBinomialTail } from '../../../math/counting-tails.ts';
import { benjaminiHochberg } from '../../../math/multiple-testing.ts';
import { type FamilyOutcome, type Finding, flaggedRows, rowLevel } from './evidence.ts';
import { wrongLabelChance } from './label-mixture.ts';
import type { LabelModel } from './label-model.ts';
import { expectedWrong, sharpnessPosterior } from './label-sharpness.ts';
import { type LabelledTable, rowsByClass } from './labelled-table.ts';

export const labelMinimum = { rows: 100, classes: 2, classRows: 10 };

/** Why labels cannot be judged here, or null. */
export function labelRefusal(table: LabelledTable): string | null {
  if (table.features.length === 0) return 'no column besides the label varies';
  if (table.rows < labelMinimum.rows) return `fewer than ${labelMinimum.rows} rows`;
  const large = rowsByClass(table).filter((members) => members.length >= labelMinimum.classRows);
  return large.length < labelMinimum.classes ? `fewer than ${labelMinimum.classes} classes of ${labelMinimum.classRows} rows` : null;
}

/**
 * p of a row: the model's probability of all labels no likelier than the one it carries. Classes of fewer than 10 rows are not judged.
 * Findings are pairs of classes: rows that the models confidently put into one class though they carry the label of another, counted as
 * in confident learning and held against the number the model expects there.
 * @source Northcutt, Jiang and Chuang 2021 (JAIR 70:1373) for the counts; the p is the tail of a Poisson-binomial law.
 */
export function labelQuality(table: LabelledTable, model: LabelModel): FamilyOutcome {
  const refused = labelRefusal(table);
  if (refused !== null) return { family: 'label-quality', reason: refused };
  const sizes = rowsByClass(table).map((members) => members.length);
  const rowP = new Float64Array(table.rows).fill(1);
  for (let row = 0; row < table.rows; row++) {
    const label = table.labels[row] as number;
    if (label >= 0 && (sizes[label] ?? 0) >= labelMinimum.classRows) rowP[row] = massNoLikelier(model, row, label);
  }
  const wrong = wrongLabels(table, model);
  const flagged = union(flaggedRows(rowP), wrong === null ? [] : mostlyWrong(wrong));
  if (wrong !== null) for (let row = 0; row < table.rows; row++) rowP[row] = Math.min(rowP[row] as number, 1 - (wrong[row] as number));
  const notes = sizes.flatMap((size, k) =>
    size < labelMinimum.classRows ? [`Class ${shown(table.classes[k])} has ${size} rows: not judged.`] : [],
  );
  const tampered = expectedTampered(model, flagged);
  if (tampered !== undefined)
    notes.push(`Of the ${flagged.length} rows flagged ${tampered.toFixed(1)} are expected to be labelled wrongly.`);
  if (model.sampledTo !== null) notes.push(`The models learnt from at most ${model.sampledTo} rows.`);
  return {
    family: 'label-quality',
    method:
      'five-fold logistic regression and 10 nearest neighbours, calibrated together; p is the mass of labels no likelier than the given one',
    rowP,
    flagged,
    ...(tampered === undefined ? {} : { tampered }),
    findings: classPairs(table, model),
    notes: notes.slice(0, 20),
    figures: {
      randomLabelShare: model.mixture.noise,
      randomLabelP: model.mixture.noiseP,
      flippedPairs: model.mixture.flips.length,
      logisticWeight: model.mixture.first,
      neighbourWeight: model.mixture.second,
      skill: model.skill,
    },
  };
}

/** Fewer decide nothing, whatever is expected of them. */
const fewestExpected = 3;
/** Under all exponents of the models that explain the table, and not only those at the peak, where a few odd rows make them sure of it. */
function expectedTampered({ scored, mixture }: LabelModel, flagged: Int32Array): number | undefined {
  if (flagged.length < fewestExpected) return undefined;
  return expectedWrong(scored, mixture, { rows: flagged, posterior: sharpnessPosterior(scored, mixture) });
}

/** Level at which labels drawn at random are taken as shown: the same as for a pair of classes. */
const noiseLevel = 1e-3;

/** Chance of a wrong label for every row; null when neither random labels nor flipped classes are shown. */
function wrongLabels({ rows, labels }: LabelledTable, { probabilities, classes, mixture }: LabelModel): Float64Array | null {
  const isNoisy = mixture.noiseP <= noiseLevel;
  if (!isNoisy && mixture.flips.length === 0) return null;
  const known = isNoisy ? mixture : { ...mixture, noise: 0 };
  return Float64Array.from({ length: rows }, (_, row) => {
    const label = labels[row] as number;
    const own = probabilities.subarray(row * classes, (row + 1) * classes);
    return label < 0 || Number.isNaN(own[0]) ? 0 : wrongLabelChance(known, own, label);
  });
}

/** The largest set of rows whose mean chance of a right label is at most 1 %: an expected share of false flags. */
function mostlyWrong(wrong: Float64Array): number[] {
  const order = Int32Array.from(wrong.keys()).sort((a, b) => (wrong[b] as number) - (wrong[a] as number) || a - b);
  let falseFlags = 0;
  const flagged: number[] = [];
  for (const row of order) {
    falseFlags += 1 - (wrong[row] as number);
    if (falseFlags > rowLevel * (flagged.length + 1)) break;
    flagged.push(row);
  }
  return flagged;
}

const union = (first: Int32Array, second: readonly number[]): Int32Array => Int32Array.from(new Set([...first, ...second])).sort();

const shown = (label: string | undefined): string => JSON.stringify((label ?? '').slice(0, 60));

export function massNoLikelier(
  { probabilities, classes }: Pick<LabelModel, 'probabilities' | 'classes'>,
  row: number,
  label: number,
): number {
  const own = probabilities[row * classes + label] as number;
  if (Number.isNaN(own)) return 1;
  let mass = 0;
  for (let k = 0; k < classes; k++) {
    const p = probabilities[row * classes + k] as number;
    if (p <= own) mass += p;
  }
  return Math.min(1, mass);
}

function classPairs(table: LabelledTable, model: LabelModel): Finding[] {
  const { classes, probabilities } = model;
  const limits = confidenceLimits(table, model);
  const inside = Array.from({ length: classes }, (): number[] => []);
  for (let row = 0; row < table.rows; row++) {
    const guess = confidentClass(model, row, limits);
    if (guess >= 0 && (table.labels[row] as number) >= 0) inside[guess]?.push(row);
  }
  const pairs: Omit<Finding, 'adjustedP'>[] = [];
  for (const [guess, members] of inside.entries())
    for (let label = 0; label < classes; label++) {
      const rows = Int32Array.from(members).filter((row) => table.labels[row] === label);
      if (label === guess || rows.length === 0) continue;
      const chances = members.map((row) => probabilities[row * classes + label] as number);
      pairs.push({
        what: `labelled ${shown(table.classes[label])}, by everything else ${shown(table.classes[guess])}`,
        columns: [],
        label: table.classes[label] ?? null,
        rows,
        p: poissonBinomialTail(chances, rows.length),
        effect: rows.length,
        expected: chances.reduce((sum, chance) => sum + chance, 0),
        counts: false,
      });
    }
  const adjusted = benjaminiHochberg(pairs.map(({ p }) => p));
  return pairs
    .map((pair, k) => ({ ...pair, adjustedP: adjusted[k] ?? 1 }))
    .filter(({ adjustedP }) => adjustedP <= 0.01)
    .toSorted((a, b) => a.adjustedP - b.adjustedP);
}

/** Mean probability of each class over the rows that carry its label. */
function confidenceLimits({ rows, labels }: LabelledTable, { probabilities, classes }: LabelModel): Float64Array {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number;
    const p = label < 0 ? Number.NaN : (probabilities[row * classes + label] as number);
    if (Number.isNaN(p)) continue;
    sums[label] = (sums[label] as number) + p;
    counts[label] = (counts[label] as number) + 1;
  }
  return sums.map((sum, k) => ((counts[k] as number) === 0 ? Infinity : sum / (counts[k] as number)));
}

function confidentClass({ probabilities, classes }: LabelModel, row: number, limits: Float64Array): number {
  let best = -1;
  let most = 0;
  for (let k = 0; k < classes; k++) {
    const p = probabilities[row * classes + k] as number;
    if (p >= (limits[k] as number) && p > most) [best, most] = [k, p];
  }
  return best;
}
