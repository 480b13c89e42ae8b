/** Attacks confined to few coordinates leave length and direction untouched: one coordinate far out, or the energy in a few. */
import { medianInPlace } from '../../../math/selection.ts';
import { rowOf } from '../engine/update-matrix.ts';
import type { Check, Grade, RoundFacts } from './check.ts';
import { inWords } from './in-words.ts';
import { gradeByOthers, tooFew } from './robust-grade.ts';

/**
 * Two looks at the difference from the coordinate median. Tail: the largest robust z over the coordinates, above √(2 ln(d·n)), which the
 * largest of d·n normal numbers hardly passes, and far from that of the other clients, whose tails may be heavy too. Energy: the share of the
 * squared length in the 0.1 % largest coordinates, far from that of the others.
 */
export const concentration: Check = (facts) => {
  const { rows, parameters } = facts.matrix;
  const refusal = tooFew(rows);
  if (refusal !== null) return { check: 'concentration', reason: refusal };
  const scale = steadySpread(facts);
  if (scale === null) return { check: 'concentration', reason: 'half of the coordinates do not differ between clients' };
  const looks = Array.from({ length: rows }, (_, i) => lookAt(facts, i, scale));
  const natural = Math.sqrt(2 * Math.log(parameters * rows));
  const tails = gradeByOthers(
    looks.map(({ largest }) => Math.log(Math.max(largest, Number.MIN_VALUE))),
    'high',
    (i) => `one coordinate lies ${inWords((looks[i] as Look).largest)} robust deviations out (${inWords(natural)} is natural)`,
  );
  const energies = gradeByOthers(
    looks.map(({ share }) => Math.log(share / (1 - share))),
    'high',
    (i) => `${inWords(100 * (looks[i] as Look).share)} % of its difference lies in the 0.1 % largest coordinates`,
  );
  const graver: Readonly<Record<Grade, number>> = { none: 0, suspect: 1, exclude: 2 };
  const readings = looks.map(({ largest }, i) => {
    const [tail, energy] = [tails[i], energies[i]];
    const tailCounts = largest > natural ? (tail?.grade ?? 'none') : 'none';
    const byTail = graver[tailCounts] >= graver[energy?.grade ?? 'none'];
    return byTail
      ? { statistic: largest, threshold: natural, grade: tailCounts, ...(tailCounts === 'none' ? {} : { note: tail?.note ?? '' }) }
      : { statistic: energy?.statistic ?? 0, threshold: energy?.threshold ?? 0, grade: energy?.grade ?? 'none', note: energy?.note ?? '' };
  });
  return { check: 'concentration', method: 'largest robust z of a coordinate; energy share of the top 0.1 %', readings };
};

/**
 * The spread of each coordinate, not below the typical one of its tensor: with few clients some of a million coordinates have a small spread
 * by chance. @returns null when no tensor has a typical spread above 0.
 */
function steadySpread({ spread, tensors }: RoundFacts): Float32Array | null {
  const steady = spread.slice();
  let any = false;
  for (const { start, length } of tensors) {
    if (length === 0) continue;
    const typical = medianInPlace(spread.slice(start, start + length));
    if (typical > 0) any = true;
    // A tensor without a typical spread (frozen, or zero for most clients) is left out.
    for (let c = start; c < start + length; c++) steady[c] = typical > 0 ? Math.max(steady[c] as number, typical) : Infinity;
  }
  return any ? steady : null;
}

type Look = { readonly largest: number; readonly share: number };

/** Upper 16 bits of a single: 128 steps for each doubling. */
const buckets = 2 ** 15;

function lookAt({ matrix, median }: RoundFacts, index: number, scale: Float32Array): Look {
  const row = rowOf(matrix, index);
  const d = matrix.parameters;
  const single = new Float32Array(1);
  const bits = new Uint32Array(single.buffer);
  const counts = new Uint32Array(buckets);
  const energy = new Float64Array(buckets);
  let largest = 0;
  let total = 0;
  for (let c = 0; c < d; c++) {
    const away = Math.abs((row[c] as number) - (median[c] as number));
    const z = away / (scale[c] as number);
    if (z > largest) largest = z;
    const square = away * away;
    total += square;
    single[0] = away;
    const bucket = (bits[0] as number) >>> 16;
    counts[bucket] = (counts[bucket] as number) + 1;
    energy[bucket] = (energy[bucket] as number) + square;
  }
  return { largest, share: topShare({ counts, energy, total, top: Math.max(1, Math.ceil(d / 1000)), d }) };
}

type Histogram = {
  readonly counts: Uint32Array;
  readonly energy: Float64Array;
  readonly total: number;
  readonly top: number;
  readonly d: number;
};

/** Share of the total in the largest numbers, within the width of a bucket; kept off 0 and 1 so that its logit is finite. */
function topShare({ counts, energy, total, top, d }: Histogram): number {
  if (!(total > 0)) return Math.min(0.5, top / d);
  let left = top;
  let sum = 0;
  for (let bucket = buckets - 1; bucket >= 0 && left > 0; bucket--) {
    const count = counts[bucket] as number;
    if (count === 0) continue;
    sum += (energy[bucket] as number) * Math.min(1, left / count);
    left -= count;
  }
  return Math.max(1e-9, Math.min(1 - 1e-9, sum / total));
}
