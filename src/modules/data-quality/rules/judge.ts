/** Rules asked of a table: what each found, and its verdict within its tolerance. */

import { count, type Frame } from '../frame.ts';
import { firstRows } from '../quality/failing-rows.ts';
import type { Rule, RuleSeverity, Tolerance } from '../rule.ts';
import type { RowQuestion, RuleRoom, TableFinding } from './kind.ts';
import { kindOf } from './kinds.ts';

export type RuleFinding = {
  /** Place in the request. */
  readonly place: number;
  readonly id: string | null;
  readonly kind: Rule['kind'];
  /** The rule in words. */
  readonly says: string;
  readonly severity: RuleSeverity | null;
  readonly owner: string | null;
  readonly scope: string | null;
  readonly columns: readonly string[];
  readonly verdict: 'passed' | 'tolerated' | 'failed' | 'unknown';
  readonly reason: string | null;
  /** Of rules about the table: the number that was judged. */
  readonly observed: number | null;
  /** Of rules about rows: those that fail, those looked at, the first hundred that fail. */
  readonly count: number | null;
  readonly of: number | null;
  readonly rows: readonly number[];
};

/** One finding for each rule, in their order. */
export async function judgeRules(rules: readonly Rule[], room: RuleRoom): Promise<RuleFinding[]> {
  const findings: RuleFinding[] = [];
  for (const [place, rule] of rules.entries()) {
    const asked = await kindOf(rule).ask(rule, room);
    findings.push({ ...factsOf(rule, place), ...(asked.about === 'rows' ? await judgeRows(rule, room.frame, asked) : judgeTable(asked)) });
  }
  return findings;
}

function factsOf(rule: Rule, place: number): Pick<RuleFinding, 'place' | 'id' | 'kind' | 'says' | 'severity' | 'owner' | 'scope'> {
  return {
    place,
    id: rule.id ?? null,
    kind: rule.kind,
    says: kindOf(rule).says(rule).slice(0, 500),
    severity: rule.severity ?? null,
    owner: rule.owner ?? null,
    scope: rule.scope ?? null,
  };
}

type Judgement = Omit<RuleFinding, keyof ReturnType<typeof factsOf>>;

async function judgeRows(rule: Rule, frame: Frame, { columns, checked, failing }: RowQuestion): Promise<Judgement> {
  const [[of] = []] = await frame.engine.rows(checked.sql, checked.values);
  const looked = count(of);
  const nothing = { columns, observed: null, count: 0, of: looked, rows: [] };
  if (looked === 0) return { ...nothing, verdict: 'unknown', reason: 'there is no row to look at' };
  const [[failed] = []] = await frame.engine.rows(`SELECT count(*) FROM (${failing.sql})`, failing.values);
  if (count(failed) === 0) return { ...nothing, verdict: 'passed', reason: null };
  return {
    ...nothing,
    verdict: isTolerated(count(failed), looked, rule.tolerance) ? 'tolerated' : 'failed',
    reason: null,
    count: count(failed),
    rows: await firstRows(frame, failing.sql, failing.values),
  };
}

function judgeTable({ columns, observed, passes, reason }: TableFinding): Judgement {
  const verdict = passes === null ? 'unknown' : passes ? 'passed' : 'failed';
  return { columns, observed, verdict, reason, count: null, of: null, rows: [] };
}

function isTolerated(failed: number, of: number, tolerance: Tolerance | undefined): boolean {
  return failed <= (tolerance?.count ?? 0) || failed / of <= (tolerance?.share ?? 0);
}
