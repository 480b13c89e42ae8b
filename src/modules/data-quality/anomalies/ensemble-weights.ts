/** How far each detector is to be trusted on this very table: outliers of four kinds are planted into it and looked for. */
import { type RandomSource, randomSource } from '../../../math/random.ts';
import { areaUnderCurve } from '../../../math/ranking.ts';
import { sampledRows } from '../poisoning/labelled-table.ts';
import { type EnsembleMember, ensembleMembers, memberScores } from './ensemble-detectors.ts';

export const outlierKinds = ['global', 'local', 'clustered', 'dependency'] as const;
export type OutlierKind = (typeof outlierKinds)[number];
export type MemberWeight = {
  readonly detector: EnsembleMember;
  /** 0 finds no more than chance, 1 everything. */
  readonly weight: number;
  /** Area under the curve for each kind of planted outliers. */
  readonly found: Readonly<Record<OutlierKind, number>>;
};

const mostRows = 3000;
/** Planted rows of each kind, as a share of the rows. */
const plantedShare = 0.02;
const fewestPlanted = 10;

/**
 * Weight of a detector: the mean over the four kinds of max(0, 2·AUC − 1).
 * global: every column uniform over 1.5 times its range. local: a row moved in every column by half a standard deviation.
 * clustered: rows close together, far from the rest. dependency: every column from another row, so that each value is usual and only the
 * combination is not.
 */
export function memberWeights(columns: readonly Float64Array[], seed: number): MemberWeight[] {
  const random = randomSource(seed);
  const rows = columns[0]?.length ?? 0;
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const kept = sampledRows(all, mostRows, seed);
  const base = columns.map((column) => Float64Array.from(kept, (row) => column[row] as number));
  const planted = Math.max(fewestPlanted, Math.round(plantedShare * kept.length));
  const found = outlierKinds.map((kind) => {
    const outliers = Array.from({ length: planted }, plantedRow(base, kind, random));
    const mixed = base.map((column, d) => Float64Array.from([...column, ...outliers.map((row) => row[d] ?? 0)]));
    const { scores } = memberScores(mixed, seed);
    return ensembleMembers.map((member) => areaUnderCurve(scores[member], (row) => row >= kept.length) ?? 0.5);
  });
  return ensembleMembers.map((detector, m) => {
    const areas = outlierKinds.map((_, kind) => found[kind]?.[m] ?? 0.5);
    const weight = areas.reduce((sum, area) => sum + Math.max(0, 2 * area - 1) / areas.length, 0);
    return {
      detector,
      weight,
      found: { global: areas[0] ?? 0.5, local: areas[1] ?? 0.5, clustered: areas[2] ?? 0.5, dependency: areas[3] ?? 0.5 },
    };
  });
}

function plantedRow(columns: readonly Float64Array[], kind: OutlierKind, random: RandomSource): () => number[] {
  const rows = columns[0]?.length ?? 0;
  const ranges = columns.map((column) => ({
    low: column.reduce((a, b) => Math.min(a, b), Infinity),
    high: column.reduce((a, b) => Math.max(a, b), -Infinity),
  }));
  const wide = () => ranges.map(({ low, high }) => (low + high) / 2 + 1.5 * (random.next() - 0.5) * (high - low));
  if (kind === 'global') return wide;
  if (kind === 'dependency') return () => columns.map((column) => column[random.below(rows)] as number);
  if (kind === 'clustered') {
    const centre = wide();
    return () => centre.map((value) => value + 0.1 * random.normal());
  }
  return () => {
    const row = random.below(rows);
    // Half a standard deviation in every column: inside the range of each, outside the row's neighbourhood.
    return columns.map((column) => (column[row] as number) + 0.5 * random.normal());
  };
}
