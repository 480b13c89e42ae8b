/** A first opinion of every row's class that a few planted rows cannot sway: the nearest class median. */
import { quantile } from '../../../math/moments.ts';
import { type LabelledTable, rowsByClass } from './labelled-table.ts';

export type RobustCentres = {
  /** The class whose medians a row lies nearest to; −1 where no class is large enough. */
  readonly nearest: Int32Array;
  /** Medians by class, one number a feature. */
  readonly centres: readonly (Float64Array | null)[];
  /** Share of the rows of each class that lie nearer to another one. */
  readonly denialRate: Float64Array;
};

const fewestInClass = 10;
/** Standard deviations beyond which a value counts no more: one changed column shall not decide. */
const clip = 2;

/** Distance: squared, each clipped column in units of its spread within the classes. */
export function robustCentres(table: LabelledTable): RobustCentres {
  const members = rowsByClass(table);
  const centres = members.map((rows) => (rows.length < fewestInClass ? null : mediansOf(table, rows)));
  const weights = withinWeights(table, centres);
  const width = table.features.length;
  const nearest = new Int32Array(table.rows).fill(-1);
  for (let row = 0; row < table.rows; row++) {
    let least = Infinity;
    for (const [k, centre] of centres.entries()) {
      if (centre === null) continue;
      let sum = 0;
      for (let d = 0; d < width && sum < least; d++)
        sum += (weights[d] as number) * (clipped(table.values[row * width + d]) - (centre[d] as number)) ** 2;
      if (sum < least) {
        least = sum;
        nearest[row] = k;
      }
    }
  }
  const denialRate = Float64Array.from(members, (rows, k) =>
    centres[k] === null ? 1 : (1 + rows.reduce((sum, row) => sum + Number(nearest[row] !== k), 0)) / (rows.length + 2),
  );
  return { nearest, centres, denialRate };
}

const clipped = (value: number | undefined): number => Math.max(-clip, Math.min(clip, value ?? 0));

function mediansOf({ features }: LabelledTable, rows: Int32Array): Float64Array {
  return Float64Array.from(features, ({ values }) => quantile(Float64Array.from(rows, (row) => clipped(values[row])).sort(), 0.5));
}

/** 1 / (mean squared distance from the class median), with a floor of a tenth of the largest spread. */
function withinWeights({ features, labels }: LabelledTable, centres: readonly (Float64Array | null)[]): Float64Array {
  const spread = Float64Array.from(features, ({ values }, d) => {
    let sum = 0;
    let counted = 0;
    for (let row = 0; row < values.length; row++) {
      const centre = centres[labels[row] as number];
      if (centre === undefined || centre === null) continue;
      sum += (clipped(values[row]) - (centre[d] as number)) ** 2;
      counted++;
    }
    return counted === 0 ? 1 : sum / counted;
  });
  const floor = 0.1 * spread.reduce((most, value) => Math.max(most, value), 0);
  return spread.map((value) => 1 / Math.max(value, floor, 1e-12));
}
