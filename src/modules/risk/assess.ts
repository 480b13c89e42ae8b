/** From questions to stored priorities, and from stored factors back to the lines that add up. */
import { type AssessmentRow, findAssessment, storeAssessments } from './assessment-store.ts';
import { type Explanation, type FactorName, type PriorityAnswer, type PriorityQuestion, riskProblems } from './contract.ts';
import { factorsOf } from './factor.ts';
import { explainPriority, type FactorValues, pointMillionths, priorityOf } from './priority.ts';
import { priorityWeights } from './weights.ts';

export async function assess(questions: readonly PriorityQuestion[]): Promise<PriorityAnswer[]> {
  const weights = priorityWeights();
  const assessed = questions.map((question) => {
    const factors = factorsOf(question, weights);
    return { question, factors, priority: priorityOf(valuesOf(factors), question.control?.strength ?? 0, weights) };
  });
  await storeAssessments(assessed, weights.version);
  return assessed.map(({ question, priority }) => ({
    vulnerabilityId: question.vulnerabilityId,
    priority: priority.priority / pointMillionths,
    low: priority.low / pointMillionths,
    high: priority.high / pointMillionths,
    unknownFactors: [...priority.unknown],
  }));
}

export function valuesOf(factors: readonly { readonly factor: FactorName; readonly value: number | null }[]): FactorValues {
  return Object.fromEntries(factors.map(({ factor, value }) => [factor, value]));
}

/** @throws risk.vulnerabilityNotFound */
export async function explainStored(vulnerabilityId: string): Promise<Explanation> {
  const row = await findAssessment(vulnerabilityId);
  if (row === null) throw riskProblems.vulnerabilityNotFound({ id: vulnerabilityId });
  return explanationOf(row, {});
}

/** The lines of a stored assessment, with some factors other than they are. */
export function explanationOf(row: AssessmentRow, others: Partial<Record<FactorName, number>>): Explanation {
  const weights = priorityWeights();
  const values = { ...valuesOf(row.factors), ...others };
  const strength = row.control?.strength ?? 0;
  const { priority, low, high } = priorityOf(values, strength, weights);
  const known = new Map(row.factors.map((factor) => [factor.factor, factor]));
  return {
    priority: priority / pointMillionths,
    shown: Math.round(priority / pointMillionths),
    low: low / pointMillionths,
    high: high / pointMillionths,
    prior: weights.prior,
    weightsVersion: row.weightsVersion,
    computedAt: row.computedAt.toISOString(),
    lines: explainPriority(values, strength, weights).map(({ factor, value, weight, points, shown }) => ({
      factor,
      value,
      weight,
      points: points / pointMillionths,
      shown,
      ...wordsFor(factor, { row, known, supposed: factor !== 'control' && others[factor] !== undefined }),
    })),
  };
}

type Words = {
  readonly row: AssessmentRow;
  readonly known: ReadonlyMap<FactorName, AssessmentRow['factors'][number]>;
  readonly supposed: boolean;
};

/** These are said of the asset; the others are proved by the findings. */
const ofAsset: ReadonlySet<string> = new Set(['exposure', 'data', 'criticality', 'privilege']);

function wordsFor(factor: FactorName | 'control', { row, known, supposed }: Words) {
  const at = row.computedAt.toISOString();
  if (factor === 'control')
    return {
      reason: row.control?.reason ?? '',
      source: 'vulnerabilities',
      mark: 'declared' as const,
      evidence: row.control?.evidence ?? null,
      at,
    };
  const fact = known.get(factor);
  if (supposed || fact === undefined)
    return { reason: supposed ? 'supposed' : 'nobody said', source: 'nobody', mark: 'inferred' as const, evidence: null, at };
  const evidence = ofAsset.has(factor) ? `/ai-assets/${row.assetId}` : `/vulnerabilities/${row.vulnerabilityId}`;
  return { reason: fact.reason, source: fact.source, mark: fact.mark, evidence, at };
}
