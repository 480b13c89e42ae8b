/** Which rows a profile compares with, which set its thresholds, which set the threshold of the combined score. */
import { randomSource, shuffle } from '../../../math/random.ts';

/** Below it every row calibrates by leave-one-out: three parts would leave too few in each. */
export const leaveOneOutBelow = 1000;
export type Split = {
  readonly reference: Int32Array;
  readonly calibration: Int32Array;
  readonly fusion: Int32Array;
  /** All three are all rows, and each row is scored without itself. */
  readonly leaveOneOut: boolean;
};

/** Rows of each class in a seeded random order. */
function shuffledByClass(classes: Int32Array, seed: number): Int32Array[] {
  const random = randomSource(seed);
  const lists = new Map<number, number[]>();
  for (const [row, known] of classes.entries()) {
    const list = lists.get(known);
    if (list === undefined) lists.set(known, [row]);
    else list.push(row);
  }
  return [...lists.entries()]
    .sort(([one], [other]) => one - other)
    .map(([, rows]) => {
      const order = Int32Array.from(rows);
      shuffle(order, random);
      return order;
    });
}

/**
 * 60 / 20 / 20 within every class. Rows the model learnt from are only compared with: its answers there are better than elsewhere, and
 * thresholds made of them flag too much.
 * @param classes one a row. @param trainedOn 1 for a row the model learnt from. Same seed, same split.
 */
export function splitRows(classes: Int32Array, seed: number, trainedOn: Uint8Array = new Uint8Array(classes.length)): Split {
  const all = Int32Array.from(classes, (_, row) => row);
  const fresh = all.filter((row) => trainedOn[row] === 0);
  if (fresh.length < leaveOneOutBelow) return { reference: all, calibration: fresh, fusion: fresh, leaveOneOut: true };
  const reference: number[] = [...all.filter((row) => trainedOn[row] === 1)];
  const calibration: number[] = [];
  const fusion: number[] = [];
  for (const places of shuffledByClass(
    fresh.map((row) => classes[row] as number),
    seed,
  )) {
    const rows = places.map((place) => fresh[place] as number);
    const first = Math.round(rows.length * 0.6);
    const second = Math.round(rows.length * 0.8);
    reference.push(...rows.subarray(0, first));
    calibration.push(...rows.subarray(first, second));
    fusion.push(...rows.subarray(second));
  }
  return {
    reference: Int32Array.from(reference).sort(),
    calibration: Int32Array.from(calibration).sort(),
    fusion: Int32Array.from(fusion).sort(),
    leaveOneOut: false,
  };
}

/** At most so many rows, every class with its share (and at least one row). @returns row numbers, ascending. */
export function stratifiedSample(classes: Int32Array, most: number, seed: number): Int32Array {
  if (classes.length <= most) return Int32Array.from(classes, (_, row) => row);
  const share = most / classes.length;
  const chosen = shuffledByClass(classes, seed).flatMap((rows) => [...rows.subarray(0, Math.max(1, Math.floor(rows.length * share)))]);
  return Int32Array.from(chosen.slice(0, most)).sort();
}

/** A fold from 0 to folds − 1 for every row, each class spread evenly. */
export function foldsOf(classes: Int32Array, folds: number, seed: number): Int32Array {
  const foldOf = new Int32Array(classes.length);
  let next = 0;
  for (const rows of shuffledByClass(classes, seed))
    for (const row of rows) {
      foldOf[row] = next;
      next = (next + 1) % folds;
    }
  return foldOf;
}
