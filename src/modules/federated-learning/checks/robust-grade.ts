/** Grading one number for each client by how far it lies from those of the others. */
import { largestRobustZ } from '../../../math/robust-extremes.ts';
import { robustCentre } from '../../../math/selection.ts';
import { excludeLevel, fewestUpdates, type Grade, type Reading, suspectLevel } from './check.ts';

/** Which side is odd. */
export type OddSide = 'high' | 'low' | 'both';
/** A spread below this share of the centre is rounding, not behaviour. */
const leastShare = 1e-3;
/** Where the others do not differ at all, any difference is this far out. */
const mostZ = 1e6;

export function tooFew(rows: number): string | null {
  return rows < fewestUpdates ? `it needs ${fewestUpdates} updates to compare, ${rows} are usable` : null;
}

/** Robust z of each number: (x − median) / (1.4826 · MAD). @param floor smallest spread that counts. */
export function robustZ(values: readonly number[], floor = 0): number[] {
  const { centre, spread } = robustCentre(values);
  const scale = Math.max(spread, leastShare * Math.abs(centre), floor, Number.MIN_VALUE);
  return values.map((value) => Math.max(-mostZ, Math.min(mostZ, (value - centre) / scale)));
}

/** @returns one reading a number; the statistic is its robust z. */
export function gradeByOthers(values: readonly number[], side: OddSide, note: (index: number) => string): Reading[] {
  const sides = side === 'both' ? 2 : 1;
  const suspect = largestRobustZ(values.length, suspectLevel, sides);
  const exclude = largestRobustZ(values.length, excludeLevel, sides);
  return robustZ(values).map((z, i) => {
    const away = side === 'both' ? Math.abs(z) : side === 'high' ? z : -z;
    const grade: Grade = away > exclude ? 'exclude' : away > suspect ? 'suspect' : 'none';
    return { statistic: z, threshold: side === 'low' ? -suspect : suspect, grade, ...(grade === 'none' ? {} : { note: note(i) }) };
  });
}
