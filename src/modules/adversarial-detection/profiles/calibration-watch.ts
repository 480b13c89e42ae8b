/** Does a profile still hold its rate on the traffic it sees? */
import { binomialTail } from '../../../math/counting-tails.ts';

export type WatchedTraffic = {
  readonly screened: number;
  readonly flagged: number;
  /** The rate it was built for. */
  readonly target: number;
  /** The rate it really had on its own rows at its threshold: a lowered threshold flags less than asked. */
  readonly measured: number | null;
};
/** Outside of the central 99.9 % of the binomial law. */
const tail = 0.0005;
/** Fewer say nothing about a rate of one in a hundred. */
const fewestScreened = 1000;

/**
 * @returns 'above' or 'below' when flags leave the 99.9 % band of the rate; 'within' when they do not; 'unknown' with too little traffic.
 * Below is only told when the rate was expected to be seen at all (ten flags), and against what was measured, not asked.
 */
export function standingOf({ screened, flagged, target, measured }: WatchedTraffic): 'above' | 'below' | 'within' | 'unknown' {
  if (screened < fewestScreened) return 'unknown';
  if (binomialTail(flagged, screened, Math.max(target, measured ?? 0)) < tail) return 'above';
  const expected = Math.min(target, measured ?? target);
  if (expected * screened >= 10 && 1 - binomialTail(flagged + 1, screened, expected) < tail) return 'below';
  return 'within';
}
