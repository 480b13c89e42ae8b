/** A table whose rows carry labels, as all families of poisoning evidence see it. */
import { randomSource, shuffle } from '../../../math/random.ts';
import { type PreparedColumn, prepareColumns, type RawColumn, rowMajor } from '../prepared-columns.ts';

/** Rows in two or more named groups: training and validation, or a baseline and the table under test. */
export type Groups = { readonly names: readonly string[]; readonly codes: Int32Array; readonly meaning: 'split' | 'baseline' };

export type LabelledTable = {
  readonly rows: number;
  /** Place in `classes`; −1 where a row has no label. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  readonly raw: readonly RawColumn[];
  readonly features: readonly PreparedColumn[];
  /** The features row by row. */
  readonly values: Float64Array;
  readonly groups: Groups | null;
  /** By which rows can be put in order of time; NaN where unknown. */
  readonly order: Float64Array | null;
  /** One row of numbers for each row, when handed over. */
  readonly gradients: readonly (readonly number[])[] | null;
  readonly activations: readonly (readonly number[])[] | null;
  readonly modelPredictions: readonly ModelPredictions[] | null;
  readonly seed: number;
};
export type ModelPredictions = { readonly model: string /** Places in `classes`; −1 is none of them. */; readonly labels: Int32Array };

export type GivenTable = Pick<LabelledTable, 'labels' | 'classes' | 'raw' | 'seed'> &
  Partial<Pick<LabelledTable, 'groups' | 'order' | 'gradients' | 'activations' | 'modelPredictions'>>;

/** @param given columns without the label, aligned to `labels`. */
export function labelledTable(given: GivenTable): LabelledTable {
  const features = prepareColumns(given.raw, 'indicator').columns;
  return {
    groups: null,
    order: null,
    gradients: null,
    activations: null,
    modelPredictions: null,
    ...given,
    rows: given.labels.length,
    features,
    values: rowMajor(features.map(({ values }) => values)),
  };
}

/** Rows of each class, ascending. */
export function rowsByClass({ labels, classes }: Pick<LabelledTable, 'labels' | 'classes'>): Int32Array[] {
  const members = classes.map((): number[] => []);
  for (let row = 0; row < labels.length; row++) members[labels[row] as number]?.push(row);
  return members.map((rows) => Int32Array.from(rows));
}

export const foldCount = 5;

/** A fold from 0 to 4 for every row, each class spread evenly; rows without a label too. */
export function foldsOf(table: Pick<LabelledTable, 'labels' | 'classes' | 'seed'>): Uint8Array {
  const random = randomSource(table.seed);
  const folds = new Uint8Array(table.labels.length);
  const unlabelled = Int32Array.from(table.labels.keys()).filter((row) => (table.labels[row] as number) < 0);
  for (const members of [...rowsByClass(table), unlabelled]) {
    shuffle(members, random);
    for (const [place, row] of members.entries()) folds[row] = place % foldCount;
  }
  return folds;
}

/** At most `most` of these rows, every one as likely, ascending. */
export function sampledRows(rows: Int32Array, most: number, seed: number): Int32Array {
  if (rows.length <= most) return rows;
  const drawn = Int32Array.from(rows);
  shuffle(drawn, randomSource(seed));
  return drawn.subarray(0, most).toSorted();
}
