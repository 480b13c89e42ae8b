/** Was this labelled table tampered with? Nine families of evidence, each with its own null, and one verdict. */
import { cauchyCombination } from '../../../math/combined-probability.ts';
import { randomSource } from '../../../math/random.ts';
import { classOutliers } from './class-outliers.ts';
import { correlationShift } from './correlation-change.ts';
import { distributionShift } from './distribution-shift.ts';
import { duplicateFlood } from './duplicate-flood.ts';
import { ensembleValidation } from './ensemble-validation.ts';
import {
  type FamilyEvidence,
  type FamilyName,
  type FamilyNotRun,
  type FamilyOutcome,
  families,
  flaggedRows,
  isRun,
  rowLevel,
} from './evidence.ts';
import { gradientAnomaly } from './gradient-anomaly.ts';
import { outOfFoldModel } from './label-model.ts';
import { labelQuality, labelRefusal, massNoLikelier } from './label-quality.ts';
import type { LabelledTable } from './labelled-table.ts';
import { spectralSignature } from './spectral-signature.ts';
import { triggerLevel, triggerSearch } from './trigger-search.ts';

export type Verdict = 'clean' | 'suspicious' | 'poisoned' | 'unknown';
export type PoisoningJudgement = {
  readonly verdict: Verdict;
  readonly reason: string;
  /**
   * Poisoned and suspicious: 1 − the adjusted p of the deciding evidence. Clean: the share of label flips planted into this very table, one
   * at a time, that the label family would have flagged. null when unknown.
   */
  readonly confidence: number | null;
  readonly decidedBy: readonly FamilyName[];
  /** Joint p of every row (Cauchy combination over the families that judge rows). */
  readonly rowP: Float64Array;
  /** Ascending: by the joint p or by a family. */
  readonly flagged: Int32Array;
  readonly evidence: readonly FamilyEvidence[];
  readonly notRun: readonly FamilyNotRun[];
};

/** @source threat-detection: a row family decides from max(3, 0.2 % of the rows) flagged rows on. */
export function decidingCount(rows: number): number {
  return Math.max(3, Math.ceil(0.002 * rows));
}

/** Families without which a table cannot be called clean. */
const neededForClean: readonly FamilyName[] = ['label-quality', 'statistical', 'trigger-search'];

/**
 * Judges a labelled table.
 * `poisoned`: a family flags max(3, 0.2 % n) rows at q = 0.01 and expects 99 % of as many to be tampered with, or a trigger pattern has adjusted p ≤ 1e-4. `suspicious`: a local shift of
 * distribution or correlation at adjusted p ≤ 1e-3 above the noise. `clean`: none of it, with label, statistical and trigger evidence
 * evaluated; else `unknown`. @param only families to run; left out: all.
 */
export function judgePoisoning(table: LabelledTable, only: readonly FamilyName[] = families): PoisoningJudgement {
  const model = labelRefusal(table) === null && only.includes('label-quality') ? outOfFoldModel(table) : null;
  const run: Readonly<Record<FamilyName, () => FamilyOutcome>> = {
    'label-quality': () =>
      model === null ? { family: 'label-quality', reason: labelRefusal(table) ?? 'not asked for' } : labelQuality(table, model),
    'trigger-search': () => triggerSearch(table),
    'duplicate-flood': () => duplicateFlood(table),
    distribution: () => distributionShift(table),
    correlation: () => correlationShift(table),
    'spectral-signature': () => spectralSignature(table),
    statistical: () => classOutliers(table),
    'gradient-anomaly': () => gradientAnomaly(table),
    'ensemble-validation': () => ensembleValidation(table),
  };
  const outcomes = families.map((family) => (only.includes(family) ? run[family]() : { family, reason: 'not asked for' }));
  const evidence = outcomes.filter(isRun);
  const notRun = outcomes.filter((outcome): outcome is FamilyNotRun => !isRun(outcome));
  const rowP = jointP(table.rows, evidence);
  const flagged = Int32Array.from(new Set([...flaggedRows(rowP), ...evidence.flatMap((family) => [...family.flagged])])).sort();
  const decided = decide(table.rows, evidence, notRun);
  const confidence = decided.verdict === 'clean' && model !== null ? plantedPower(table, model.probabilities) : decided.confidence;
  return { ...decided, confidence, rowP, flagged, evidence, notRun };
}

function jointP(rows: number, evidence: readonly FamilyEvidence[]): Float64Array {
  const judging = evidence.flatMap(({ rowP }) => (rowP === null ? [] : [rowP]));
  if (judging.length === 0) return new Float64Array(rows).fill(1);
  return Float64Array.from({ length: rows }, (_, row) => cauchyCombination(judging.map((each) => each[row] ?? 1)));
}

type Decision = Pick<PoisoningJudgement, 'verdict' | 'reason' | 'confidence' | 'decidedBy'>;

function decide(rows: number, evidence: readonly FamilyEvidence[], notRun: readonly FamilyNotRun[]): Decision {
  const enough = decidingCount(rows);
  const byRows = evidence.filter(
    ({ flagged, tampered = flagged.length, family }) =>
      flagged.length >= enough && tampered >= (1 - rowLevel) * enough && family !== 'trigger-search',
  );
  const triggers = evidence.flatMap(({ family, findings }) => (family === 'trigger-search' ? findings.filter(({ counts }) => counts) : []));
  if (byRows.length > 0 || triggers.length > 0) {
    const rowsSaid = byRows.map(({ family, flagged }) => `${family} flags ${flagged.length} rows (${enough} decide)`);
    const triggersSaid = triggers.slice(0, 3).map(({ what, label }) => `rows with ${what} carry the label ${label}`);
    const leastP = Math.min(
      byRows.length > 0 ? rowLevel : 1,
      ...triggers.map(({ adjustedP }) => adjustedP),
      triggers.length > 0 ? triggerLevel : 1,
    );
    return {
      verdict: 'poisoned',
      reason: [...triggersSaid, ...rowsSaid].join('; '),
      confidence: 1 - leastP,
      decidedBy: [...new Set([...byRows.map(({ family }) => family), ...(triggers.length > 0 ? ['trigger-search' as const] : [])])],
    };
  }
  const shifts = evidence.flatMap(({ family, findings }) =>
    family === 'distribution' || family === 'correlation'
      ? findings.filter(({ counts }) => counts).map((finding) => ({ family, ...finding }))
      : [],
  );
  if (shifts.length > 0)
    return {
      verdict: 'suspicious',
      reason: `a local shift: ${shifts
        .slice(0, 3)
        .map(({ what }) => what)
        .join('; ')}`,
      confidence: 1 - Math.min(...shifts.map(({ adjustedP }) => adjustedP)),
      decidedBy: [...new Set(shifts.map(({ family }) => family))],
    };
  const missing = notRun.filter(({ family }) => neededForClean.includes(family));
  if (missing.length > 0) {
    const reason = missing.map(({ family, reason: why }) => `${family} was not evaluated: ${why}`).join('; ');
    return { verdict: 'unknown', reason, confidence: null, decidedBy: [] };
  }
  return { verdict: 'clean', reason: 'no family found more than chance explains', confidence: null, decidedBy: [] };
}

const planted = 500;

/** Share of single flips to a random other label whose p would pass the level at which max(3, 0.2 % n) of them would be flagged. */
function plantedPower(table: LabelledTable, probabilities: Float64Array): number {
  const random = randomSource(table.seed);
  const classes = table.classes.length;
  const level = (rowLevel * decidingCount(table.rows)) / table.rows;
  let found = 0;
  for (let k = 0; k < planted; k++) {
    const row = random.below(table.rows);
    const label = ((table.labels[row] as number) + 1 + random.below(classes - 1)) % classes;
    if (massNoLikelier({ probabilities, classes }, row, label) <= level) found++;
  }
  return found / planted;
}
