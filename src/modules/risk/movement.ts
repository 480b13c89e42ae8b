/** The ledger of posture: every step in order, with what it did to one asset and to the score. Whole millionths throughout. */
import { assetRisk, type RiskSums } from './asset-risk.ts';
import type { Cause } from './contract.ts';
import { type AssetPart, absent, coverageOf, exchange, type PostureSums, scoreOf } from './posture.ts';
import { pointMillionths } from './priority.ts';

const top = 100 * pointMillionths;

/** An asset as the ledger knows it. */
export type LedgerAsset = {
  readonly assetId: string;
  readonly name: string;
  readonly weight: number;
  readonly retired: boolean;
  readonly assessedAt: Date | null;
  /** The assessment is too old to count. */
  readonly aged: boolean;
  readonly sums: RiskSums;
};
export type LedgerCounts = { readonly assets: number; readonly assessed: number; readonly scored: number };
export type Ledger = { readonly posture: PostureSums; readonly counts: LedgerCounts; readonly seq: number };

export type Moved = {
  readonly seq: number;
  readonly cause: Cause;
  readonly causeId: string | null;
  readonly title: string;
  readonly asset: LedgerAsset;
  readonly riskBefore: number | null;
  readonly riskAfter: number | null;
  readonly weightBefore: number;
  readonly weightAfter: number;
  readonly scoreBefore: number | null;
  readonly scoreAfter: number | null;
  readonly coverageAfter: number | null;
  /** Of the score; an empty workspace counts as 100, so that differences telescope from the first asset on. */
  readonly change: number;
};

/** An asset's part in the posture. Scored: assessed in time, or something open is known. Pure. */
export function partOf({ weight, retired, assessedAt, aged, sums }: LedgerAsset): AssetPart {
  if (retired) return absent;
  const covered = assessedAt !== null && !aged;
  return { weight, risk: assetRisk(sums), scored: covered || sums.count > 0, covered, present: true };
}

/** Risk to show: null when nothing was assessed and nothing is known. Pure. */
export function knownRisk(part: AssetPart): number | null {
  return part.scored ? part.risk : null;
}

type Step = {
  readonly cause: Cause;
  readonly causeId: string | null;
  readonly title: string;
  readonly before: LedgerAsset | null;
  readonly after: LedgerAsset;
};

/**
 * Applies one step to the ledger.
 * @returns the ledger after it and the movement; movement null when the step changed nothing of this asset's part.
 * Pure.
 */
export function applyStep(ledger: Ledger, { cause, causeId, title, before, after }: Step): { ledger: Ledger; movement: Moved | null } {
  const was = before === null ? absent : partOf(before);
  const is = partOf(after);
  if (
    was.present === is.present &&
    was.weight === is.weight &&
    was.risk === is.risk &&
    was.scored === is.scored &&
    was.covered === is.covered
  )
    return { ledger, movement: null };
  const posture = exchange(ledger.posture, was, is);
  const seq = ledger.seq + 1;
  const scoreBefore = scoreOf(ledger.posture);
  const scoreAfter = scoreOf(posture);
  const counts = {
    assets: ledger.counts.assets + Number(is.present) - Number(was.present),
    assessed: ledger.counts.assessed + Number(is.covered) - Number(was.covered),
    scored: ledger.counts.scored + Number(is.scored) - Number(was.scored),
  };
  const movement: Moved = {
    seq,
    cause,
    causeId,
    title,
    asset: after,
    riskBefore: knownRisk(was),
    riskAfter: knownRisk(is),
    weightBefore: was.weight,
    weightAfter: is.weight,
    scoreBefore,
    scoreAfter,
    coverageAfter: coverageOf(posture),
    change: (scoreAfter ?? top) - (scoreBefore ?? top),
  };
  return { ledger: { posture, counts, seq }, movement };
}

/**
 * Priorities of one asset's open vulnerabilities, worst first: as many of the worst as may be taken away in one go, and one
 * more, so that the worst that stays is always known.
 */
export class WorstFirst {
  readonly #priorities: number[];

  constructor(worstFirst: readonly number[]) {
    this.#priorities = [...worstFirst];
  }

  add(priority: number): void {
    const place = this.#priorities.findIndex((each) => each < priority);
    this.#priorities.splice(place < 0 ? this.#priorities.length : place, 0, priority);
  }

  remove(priority: number): void {
    const place = this.#priorities.indexOf(priority);
    if (place >= 0) this.#priorities.splice(place, 1);
  }

  get worst(): number {
    return this.#priorities[0] ?? 0;
  }
}

/** Sums after one vulnerability came, went or changed. `was`, `is` null: not open. */
export function changedSums(sums: RiskSums, { was, is }: { was: number | null; is: number | null }, worst: number): RiskSums {
  return {
    worst,
    sum: sums.sum - (was ?? 0) + (is ?? 0),
    count: sums.count - Number(was !== null) + Number(is !== null),
  };
}
