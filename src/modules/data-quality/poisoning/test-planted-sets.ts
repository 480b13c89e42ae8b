/** Made-up labelled tables and what an attacker does to them: for tests and benches. */
import { type RandomSource, randomSource } from '../../../math/random.ts';
import { type LabelledTable, labelledTable } from './labelled-table.ts';

export type PlainSet = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly number[];
};
export type PlantedSet = { readonly set: PlainSet; readonly planted: ReadonlySet<number> };

/** Three classes in eight columns: normal clouds around centres, with a shared factor so that columns depend on each other. */
export function cloudSet(rows: number, seed: number): PlainSet {
  const random = randomSource(seed);
  const centres = Array.from({ length: 3 }, () => Array.from({ length: 8 }, () => 1.6 * random.normal()));
  const labels = Array.from({ length: rows }, () => random.below(3));
  return {
    columns: Array.from({ length: 8 }, (_, d) => `c${d}`),
    labels,
    rows: labels.map((label) => {
      const shared = random.normal();
      return (centres[label] ?? []).map((centre) => Number((centre + 0.6 * shared + 0.8 * random.normal()).toFixed(2)));
    }),
  };
}

export function tableOf({ columns, rows, labels }: PlainSet, seed: number, more: Partial<LabelledTable> = {}): LabelledTable {
  const raw = columns.map((name, k) => ({
    name,
    kind: 'number' as const,
    values: Float64Array.from(rows, (row) => row[k] ?? Number.NaN),
    levels: null,
  }));
  const classes = [...new Set(labels)].toSorted((a, b) => a - b);
  const { groups, order, gradients, activations, modelPredictions } = more;
  return labelledTable({
    labels: Int32Array.from(labels, (label) => classes.indexOf(label)),
    classes: classes.map(String),
    raw,
    seed,
    ...(groups === undefined ? {} : { groups }),
    ...(order === undefined ? {} : { order }),
    ...(gradients === undefined ? {} : { gradients }),
    ...(activations === undefined ? {} : { activations }),
    ...(modelPredictions === undefined ? {} : { modelPredictions }),
  });
}

/** A random share of the rows. */
export function subsetOf({ columns, rows, labels }: PlainSet, share: number, seed: number): PlainSet {
  const random = randomSource(seed);
  const kept = rows.map(() => random.next() < share);
  return { columns, rows: rows.filter((_, row) => kept[row]), labels: labels.filter((_, row) => kept[row]) };
}

/** A share of all labels becomes any other. */
export function withRandomFlips(set: PlainSet, share: number, seed: number): PlantedSet {
  const classes = Math.max(...set.labels) + 1;
  return relabelled(set, seed, (label, random) => (random.next() < share ? (label + 1 + random.below(classes - 1)) % classes : null));
}

/** A share of the labels of one class becomes another's. */
export function withPairFlips(set: PlainSet, { from, to, share }: { from: number; to: number; share: number }, seed: number): PlantedSet {
  return relabelled(set, seed, (label, random) => (label === from && random.next() < share ? to : null));
}

function relabelled(set: PlainSet, seed: number, change: (label: number, random: RandomSource) => number | null): PlantedSet {
  const random = randomSource(seed);
  const planted = new Set<number>();
  const labels = set.labels.map((label, row) => {
    const other = change(label, random);
    if (other !== null) planted.add(row);
    return other ?? label;
  });
  return { set: { ...set, labels }, planted };
}

type Backdoor = { readonly target: number; readonly share: number; readonly mark: (row: readonly number[]) => number[] };

/** A share of the rows of other classes is marked and gets the target's label. */
export function withBackdoor(set: PlainSet, { target, share, mark }: Backdoor, seed: number): PlantedSet {
  const random = randomSource(seed);
  const planted = new Set<number>();
  const rows = set.rows.map((row, k) => {
    if (set.labels[k] === target || random.next() >= share) return row;
    planted.add(k);
    return mark(row);
  });
  return { set: { ...set, rows, labels: set.labels.map((label, k) => (planted.has(k) ? target : label)) }, planted };
}

/** Copies of one row, moved by `jitter` standard deviations of each column. */
export function withFlood(set: PlainSet, { share, jitter }: { share: number; jitter: number }, seed: number): PlantedSet {
  const random = randomSource(seed);
  const spreads = spreadsOf(set);
  const copied = random.below(set.rows.length);
  const planted = new Set([copied]);
  const rows = [...set.rows];
  const labels = [...set.labels];
  for (let copy = 0; copy < share * set.rows.length; copy++) {
    planted.add(rows.length);
    rows.push((set.rows[copied] ?? []).map((value, d) => value + jitter * (spreads[d] ?? 0) * random.normal()));
    labels.push(set.labels[copied] ?? 0);
  }
  return { set: { ...set, rows, labels }, planted };
}

/** A share of the rows gets noise of four standard deviations in every column. */
export function withCrudeOutliers(set: PlainSet, share: number, seed: number): PlantedSet {
  const random = randomSource(seed);
  const spreads = spreadsOf(set);
  const planted = new Set<number>();
  const rows = set.rows.map((row, k) => {
    if (random.next() >= share) return row;
    planted.add(k);
    return row.map((value, d) => value + 4 * (spreads[d] ?? 0) * random.normal());
  });
  return { set: { ...set, rows }, planted };
}

function spreadsOf({ columns, rows }: PlainSet): number[] {
  return columns.map((_, d) => {
    const mean = rows.reduce((sum, row) => sum + (row[d] ?? 0), 0) / rows.length;
    return Math.sqrt(rows.reduce((sum, row) => sum + ((row[d] ?? 0) - mean) ** 2, 0) / rows.length);
  });
}
