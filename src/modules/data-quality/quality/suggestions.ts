/**
 * Rules that a good table keeps. Proposed from one half of the rows, tried on the other: what a row of that breaks is not suggested.
 * Halves are drawn by a hash of the row number: every other row would fall in step with periodic data.
 * Nothing becomes active here.
 */
import { count, type Frame } from '../frame.ts';
import type { Rule } from '../rule.ts';
import { judgeRules, type RuleFinding } from '../rules/judge.ts';
import { columnProposals, type Proposal, pairProposals } from './proposals.ts';

export type Suggestion = {
  readonly rule: Rule;
  /** The rule in words. */
  readonly says: string;
  /** What in the table speaks for it. */
  readonly evidence: string;
  /** Share of further rows of the same making that keep the rule, at least; null when the method gives none. */
  readonly confidence: number | null;
  readonly method: string;
};
export type Suggestions = {
  readonly suggestions: readonly Suggestion[];
  /** Why something was not looked at. */
  readonly leftOut: readonly string[];
};

/** Fewer rows prove nothing about the next. */
const fewestRows = 30;
const mostColumns = 200;
/** Probability that any of the suggestions claims too much. */
const risk = 0.05;

/** @returns the best founded first. Pure reading: the table is not changed. */
export async function suggestRules(frame: Frame): Promise<Suggestions> {
  if (frame.rows < fewestRows)
    return { suggestions: [], leftOut: [`The table has ${frame.rows} rows; from ${fewestRows} on rules are suggested.`] };
  const columns = frame.columns.slice(0, mostColumns);
  const [shown, kept] = [await halfOf(frame, 0), await halfOf(frame, 1)];
  const proposals = [...(await columnProposals(shown, frame, columns)), ...(await pairProposals(shown, columns))];
  const suggestions: Suggestion[] = [];
  for (const proposal of proposals) {
    const judged = proposal.isWhole ? frame : kept;
    const [finding] = await judgeRules([proposal.rule], { frame: judged, sources: new Map() });
    if (finding?.verdict === 'passed') suggestions.push(suggestionOf(proposal, finding, proposals.length));
  }
  const leftOut =
    frame.columns.length > mostColumns ? [`Only the first ${mostColumns} of ${frame.columns.length} columns were looked at.`] : [];
  return { suggestions: suggestions.toSorted((a, b) => (b.confidence ?? 0) - (a.confidence ?? 0)), leftOut };
}

/** Half of the rows, as a table of its own over the same relations. */
async function halfOf(frame: Frame, side: 0 | 1): Promise<Frame> {
  const relations: string[] = [];
  for (const relation of frame.relations) {
    const half = `${relation}_half${side}`;
    await frame.engine.run(`CREATE OR REPLACE TEMP VIEW ${half} AS SELECT * FROM ${relation} WHERE (hash(r) >> 9) % 2 = ${side}`);
    relations.push(half);
  }
  const [[rows] = []] = await frame.engine.rows(`SELECT count(*) FROM ${relations[0]}`);
  return { ...frame, relations, rows: count(rows) };
}

function suggestionOf({ rule, evidence, basis }: Proposal, { says, of }: RuleFinding, tried: number): Suggestion {
  return { rule, says, evidence, ...confidenceOf(basis, of ?? 0, tried) };
}

/**
 * 'trials': none of n rows that took no part in proposing failed, so with 95 % certainty over all m suggestions together at most
 * 1 − (0.05 ÷ m)^(1/n) of all rows fail (exact binomial bound for no failure; Clopper and Pearson 1934, Bonferroni).
 * 'pairs': the same for n ÷ 2 disjoint pairs of rows, of which none had the same key.
 * 'extremes': the next of n + 1 exchangeable values lies between the smallest and largest of n with probability (n − 1)/(n + 1).
 */
function confidenceOf(basis: Proposal['basis'], rows: number, tried: number): Pick<Suggestion, 'confidence' | 'method'> {
  if (basis === 'extremes')
    return { confidence: Math.max(0, (rows - 1) / (rows + 1)), method: 'probability that the next value lies between the extremes seen' };
  const trials = basis === 'pairs' ? Math.floor(rows / 2) : rows;
  const what = basis === 'pairs' ? 'pairs of rows' : 'rows not used to propose it';
  return {
    confidence: trials === 0 ? null : (risk / tried) ** (1 / trials),
    method: `lower bound of the share that keeps it, 95 % certain over ${tried} proposals: none of ${trials} ${what} broke it`,
  };
}
