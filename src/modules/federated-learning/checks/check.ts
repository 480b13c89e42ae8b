/** What a check sees of a round, and what it answers. Each check is one file; the list is in checks.ts. */
import type { UpdateMatrix, Vector } from '../engine/update-matrix.ts';

export const checkIds = [
  'finite',
  'shape',
  'norm',
  'direction',
  'collusion',
  'concentration',
  'free-rider',
  'sign-agreement',
  'history',
] as const;
export type CheckId = (typeof checkIds)[number];

/** Rounds of the same model before this one, oldest first, at most 20: what is known of one client. */
export type PastRound = {
  readonly flagged: boolean /** Robust z of its direction, where it was computed. */;
  readonly directionZ: number | null;
};

export type RoundFacts = {
  /** The finite updates of the right shape, n × d. */
  readonly matrix: UpdateMatrix;
  readonly gram: Float64Array;
  /** Coordinate median of the rows. */
  readonly median: Float32Array;
  /** Per coordinate 1.4826 · MAD over the rows. */
  readonly spread: Float32Array;
  /** Where each tensor lies in a row. */
  readonly tensors: readonly { readonly start: number; readonly length: number }[];
  /** The server's own update, if there is one. */
  readonly root: Vector | null;
  /** The aggregate of the round before, if it is known and of the same shape. */
  readonly previous: Vector | null;
  /** One list for each row. */
  readonly past: readonly (readonly PastRound[])[];
};

/** 'exclude' is beyond what one harmless round in a thousand shows in this check, 'suspect' one in a hundred; or a plain fact. */
export type Grade = 'none' | 'suspect' | 'exclude';
export type Reading = {
  readonly statistic: number;
  /** Beyond it: suspect. */
  readonly threshold: number;
  readonly grade: Grade;
  /** What was seen, as half a sentence. */
  readonly note?: string;
};
export type CheckOutcome = {
  readonly check: CheckId;
  /** What the statistic is. */
  readonly method: string;
  /** One for each row of the matrix. */
  readonly readings: readonly Reading[];
  /** Rows that act as one, at least two each. */
  readonly groups?: readonly (readonly number[])[];
};
export type CheckNotRun = { readonly check: CheckId; readonly reason: string };
export type Check = (facts: RoundFacts) => CheckOutcome | CheckNotRun;

export const isEvaluated = (outcome: CheckOutcome | CheckNotRun): outcome is CheckOutcome => 'readings' in outcome;

/** Below so many updates nobody can be told apart from the others. */
export const fewestUpdates = 5;
export const suspectLevel = 0.01;
export const excludeLevel = 0.001;
