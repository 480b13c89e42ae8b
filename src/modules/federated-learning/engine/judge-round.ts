/** Judging one round: the checks, a verdict for each client, the decision, and the aggregate of what is left. */
import { madFactor } from '../../../math/selection.ts';
import { type CheckNotRun, type CheckOutcome, fewestUpdates, isEvaluated, type PastRound, type RoundFacts } from '../checks/check.ts';
import { againstRoot, cosinesWith, fisherZ } from '../checks/direction.ts';
import { robustZ } from '../checks/robust-grade.ts';
import { checks } from '../checks.ts';
import {
  type Aggregate,
  type AggregationOptions,
  aggregateUpdates,
  eachCoordinate,
  medianDistance,
  medianOfSorted,
} from './aggregation.ts';
import { cosinesOf, gramOf, gramOfRows } from './gram.ts';
import { keepRows, type UpdateMatrix, type Vector } from './update-matrix.ts';

export type UnusableReason = {
  readonly check: 'finite' | 'shape' | 'free-rider' | 'direction';
  readonly statistic: number;
  readonly threshold: number;
  readonly note: string;
};
export type GivenUpdate = {
  readonly clientId: string /** null: it takes part in no comparison. */;
  readonly row: number | null;
  readonly unusable: UnusableReason | null;
  /** Measured before it was set aside. */
  readonly figures?: ClientFigures;
};
export type Round = {
  readonly updates: readonly GivenUpdate[];
  readonly matrix: UpdateMatrix;
  readonly tensors: RoundFacts['tensors'];
  readonly root: Vector | null;
  readonly previous: Vector | null;
  readonly past: ReadonlyMap<string, readonly PastRound[]>;
};

export type Reason = { readonly check: string; readonly statistic: number; readonly threshold: number; readonly note: string };
export type ClientVerdict = {
  readonly clientId: string;
  readonly verdict: 'accepted' | 'excluded' | 'suspect';
  readonly reasons: readonly Reason[];
  /** What was measured, whether odd or not; null where it takes part in no comparison. */
  readonly figures: ClientFigures | null;
};
export type ClientFigures = {
  readonly norm: number;
  /** With the root update when there is one, else with the coordinate median. */
  readonly cosine: number;
  readonly directionZ: number | null;
  readonly nearestCosine: number | null;
  /** Statistic of each check that was evaluated. */
  readonly statistics: Readonly<Record<string, number>>;
};
export type RoundJudgement = {
  readonly decision: 'threat' | 'no-threat' | 'insufficient-evidence';
  readonly reason: string;
  readonly severity: 'medium' | 'high' | 'critical' | null;
  readonly verdicts: readonly ClientVerdict[];
  readonly checks: readonly {
    readonly check: string;
    readonly status: 'evaluated' | 'not-evaluated';
    readonly reason: string | null;
    readonly method: string;
  }[];
  /** Clients that act as one. */
  readonly groups: readonly (readonly string[])[];
  readonly aggregate: Aggregate | null;
  /** Clients whose updates the aggregate was made of, in the order of `chosen` and `weights`. */
  readonly aggregated: readonly string[];
};

/**
 * A client is excluded when one check is beyond the level of one harmless round in a thousand, when two checks are beyond one in a hundred,
 * or by plain facts (numbers that are none, another shape, nothing sent, against the root update). When half of the clients or more are flagged and there is no root
 * update, nobody can say which half is right: then they stay suspect, nothing is aggregated, and the answer says what is missing.
 * The matrix is reordered: rows that stay come first.
 * @throws what the aggregation refuses, checked against the updates that stay.
 */
export function judgeRound(given: Round, options: Omit<AggregationOptions, 'root'>): RoundJudgement {
  const { round, gram } = setOpposedAside(given, gramOf(given.matrix));
  const usable = round.updates.filter(({ row }) => row !== null);
  const { matrix, root } = round;
  const outcomes = matrix.rows === 0 ? [] : compare(round, gram, usable);
  const found = usable.map((_, i) => findingsOf(outcomes, i));
  const flagged = found.filter(({ grade }) => grade !== 'none').length;
  const isDoubtful = matrix.rows > 0 && mayBeMajority(flagged, root === null ? options.malicious : 0, matrix.rows);
  const outvoted = isDoubtful && root === null;
  const verdictOf = (i: number): ClientVerdict['verdict'] => {
    const { grade, isPlain } = found[i] as Found;
    if (grade === 'none') return 'accepted';
    return grade === 'exclude' && (isPlain || !isDoubtful) ? 'excluded' : 'suspect';
  };
  const verdicts = shapeVerdicts(round, gram, { outcomes, found, verdictOf });
  const kept = usable.flatMap((_, i) => (verdictOf(i) === 'excluded' ? [] : [i]));
  const aggregate = outvoted ? null : aggregateKept({ matrix, gram, kept }, { ...options, root });
  return {
    ...decide({ verdicts, outcomes, outvoted, flagged, usable: usable.length, hasRoot: root !== null }),
    verdicts,
    checks: outcomes.filter(isCheck).map(describe),
    groups: groupsIn(outcomes, usable),
    aggregate,
    aggregated: outvoted ? [] : kept.map((i) => (usable[i] as GivenUpdate).clientId),
  };
}

/** Updates against the server's own one are no measure for the others: they are set aside before anything is compared. */
function setOpposedAside(round: Round, gram: Float64Array): { round: Round; gram: Float64Array } {
  const { matrix, root } = round;
  const outcome = root === null || matrix.rows === 0 ? null : againstRoot({ matrix, gram }, root);
  if (outcome === null || !isEvaluated(outcome)) return { round, gram };
  const kept = outcome.readings.flatMap(({ grade }, row) => (grade === 'exclude' ? [] : [row]));
  const updates = round.updates.map((update): GivenUpdate => {
    const reading = update.row === null ? undefined : outcome.readings[update.row];
    if (update.row === null || reading === undefined) return update;
    if (reading.grade !== 'exclude') return { ...update, row: kept.indexOf(update.row) };
    const { statistic, threshold, note = '' } = reading;
    const norm = Math.sqrt(gram[update.row * matrix.rows + update.row] as number);
    const figures = { norm, cosine: statistic, directionZ: null, nearestCosine: null, statistics: { direction: statistic } };
    return { ...update, row: null, unusable: { check: 'direction', statistic, threshold, note }, figures };
  });
  return { round: { ...round, updates, matrix: keepRows(matrix, kept) }, gram: gramOfRows(gram, matrix.rows, kept) };
}

/** Also when as many as half were said to be malicious from the start. */
function mayBeMajority(flagged: number, malicious: number, usable: number): boolean {
  return 2 * Math.max(flagged, malicious) >= usable;
}

function compare(round: Round, gram: Float64Array, usable: readonly GivenUpdate[]): (CheckOutcome | CheckNotRun)[] {
  const { matrix, root, previous, tensors, past } = round;
  const spread = new Float32Array(matrix.parameters);
  const rows = usable.map((_, i) => i);
  const median = eachCoordinate(matrix, rows, (sorted, coordinate) => {
    const centre = medianOfSorted(sorted);
    spread[coordinate] = madFactor * medianDistance(sorted, centre);
    return centre;
  });
  const facts: RoundFacts = {
    matrix,
    gram,
    median,
    spread,
    tensors,
    root,
    previous,
    past: usable.map(({ clientId }) => past.get(clientId) ?? []),
  };
  return checks.map((check) => check(facts)).concat([{ check: 'direction', method: measured, readings: cosineReadings(facts) }]);
}

/** The last outcome is no check: it carries the cosine that is shown for each client. */
const measured = 'cosine as measured';
function cosineReadings(facts: RoundFacts): CheckOutcome['readings'] {
  return cosinesWith(facts, facts.root ?? facts.median).map((cosine) => ({ statistic: cosine, threshold: 0, grade: 'none' as const }));
}
const isCheck = (outcome: CheckOutcome | CheckNotRun): boolean => !isEvaluated(outcome) || outcome.method !== measured;

type Found = {
  readonly grade: 'none' | 'suspect' | 'exclude' /** A fact rather than a comparison. */;
  readonly isPlain: boolean;
  readonly reasons: readonly Reason[];
};

function findingsOf(outcomes: readonly (CheckOutcome | CheckNotRun)[], index: number): Found {
  const odd = outcomes.filter(isEvaluated).flatMap(({ check, readings }) => {
    const reading = readings[index];
    return reading === undefined || reading.grade === 'none' ? [] : [{ check, ...reading }];
  });
  const reasons = odd.map(({ check, statistic, threshold, note }) => ({ check, statistic, threshold, note: note ?? '' }));
  const isPlain = odd.some(({ check, grade }) => check === 'free-rider' && grade === 'exclude');
  if (odd.length >= 2 || odd.some(({ grade }) => grade === 'exclude')) return { grade: 'exclude', isPlain, reasons };
  return { grade: odd.length === 1 ? 'suspect' : 'none', isPlain, reasons };
}

type Looks = {
  readonly outcomes: readonly (CheckOutcome | CheckNotRun)[];
  readonly found: readonly Found[];
  readonly verdictOf: (index: number) => ClientVerdict['verdict'];
};

function shapeVerdicts(round: Round, gram: Float64Array, { outcomes, found, verdictOf }: Looks): ClientVerdict[] {
  const n = round.matrix.rows;
  const cosines = cosinesOf(gram, n);
  const shown = outcomes.find((outcome): outcome is CheckOutcome => !isCheck(outcome));
  const toReference = shown?.readings.map(({ statistic }) => statistic) ?? [];
  const directionZ = n >= fewestUpdates ? robustZ(toReference.map(fisherZ)) : null;
  return round.updates.map(({ clientId, row, unusable, figures: measuredBefore = null }): ClientVerdict => {
    if (row === null) return { clientId, verdict: 'excluded', reasons: unusable === null ? [] : [unusable], figures: measuredBefore };
    const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== row);
    const evaluated = outcomes.filter(isEvaluated).filter(isCheck);
    const figures = {
      norm: Math.sqrt(gram[row * n + row] as number),
      cosine: toReference[row] ?? 0,
      directionZ: directionZ?.[row] ?? null,
      nearestCosine: others.length === 0 ? null : Math.max(...others.map((j) => cosines[row * n + j] as number)),
      statistics: Object.fromEntries(evaluated.map(({ check, readings }) => [check, readings[row]?.statistic ?? 0])),
    };
    return { clientId, verdict: verdictOf(row), reasons: found[row]?.reasons ?? [], figures };
  });
}

type Kept = { readonly matrix: UpdateMatrix; readonly gram: Float64Array; readonly kept: readonly number[] };

function aggregateKept({ matrix, gram, kept }: Kept, options: AggregationOptions): Aggregate {
  const part = gramOfRows(gram, matrix.rows, kept);
  // Krum needs few rows again, but all of them in one piece: rows are moved, not copied.
  const rows = kept.length === matrix.rows ? matrix : keepRows(matrix, kept);
  return aggregateUpdates(rows, part, options);
}

type Evidence = {
  readonly verdicts: readonly ClientVerdict[];
  readonly outcomes: readonly (CheckOutcome | CheckNotRun)[];
  readonly outvoted: boolean;
  readonly flagged: number;
  readonly usable: number;
  readonly hasRoot: boolean;
};

function decide({
  verdicts,
  outcomes,
  outvoted,
  flagged,
  usable,
  hasRoot,
}: Evidence): Pick<RoundJudgement, 'decision' | 'reason' | 'severity'> {
  const excluded = verdicts.filter(({ verdict }) => verdict === 'excluded');
  if (outvoted)
    return {
      decision: 'insufficient-evidence',
      reason: `the malicious may be the majority: ${flagged} of ${usable} updates stand out; a root update of the server would tell who is right`,
      // Half declared malicious from the start is a setting, not an observation.
      severity: 2 * flagged >= usable ? 'critical' : null,
    };
  if (excluded.length > 0) {
    const isHigh =
      groupsIn(outcomes, []).length > 0 ||
      excluded.some(({ reasons }) => reasons.some(({ check }) => check === 'finite' || check === 'collusion'));
    const severity = 2 * excluded.length >= verdicts.length ? 'critical' : isHigh ? 'high' : 'medium';
    return { decision: 'threat', reason: `${excluded.length} of ${verdicts.length} updates were excluded`, severity };
  }
  if (usable < fewestUpdates && !hasRoot)
    return {
      decision: 'insufficient-evidence',
      reason: `${usable} updates cannot be compared with each other: ${fewestUpdates} are needed, or a root update`,
      severity: null,
    };
  return {
    decision: 'no-threat',
    reason: flagged > 0 ? `${flagged} updates stand out in one check, none enough to be excluded` : 'no update stands out',
    severity: null,
  };
}

function describe(outcome: CheckOutcome | CheckNotRun): RoundJudgement['checks'][number] {
  if (isEvaluated(outcome)) return { check: outcome.check, status: 'evaluated', reason: null, method: outcome.method };
  return { check: outcome.check, status: 'not-evaluated', reason: outcome.reason, method: '' };
}

function groupsIn(outcomes: readonly (CheckOutcome | CheckNotRun)[], usable: readonly GivenUpdate[]): string[][] {
  return outcomes
    .filter(isEvaluated)
    .flatMap(({ groups = [] }) => groups.map((group) => group.map((i) => usable[i]?.clientId ?? String(i))));
}
