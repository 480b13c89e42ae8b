/** Asks the door for rules and says what became of each. A rule that cannot be asked must not hide what the others say. */
import type { z } from 'zod';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { isProblem } from '../../../contract/problem.ts';
import type { checkQuality, Rule, RuleFinding } from '../../data-quality/contract.ts';
import type { RuleOutcome, ValidationRule } from '../contract.ts';
import type { DoorData } from '../sources/locate-table.ts';

type Answer = OutputOf<typeof checkQuality>;
type DoorRule = z.output<typeof Rule>;
export type AskedRule = Pick<ValidationRule, 'name' | 'rule' | 'severity' | 'tolerance'> & {
  readonly id: string | null;
  /** Where its further table lies; null when nobody said. */
  readonly furtherTable: DoorData | null;
};
type Asked = { readonly rules: DoorRule[]; readonly sources: { name: string; data: DoorData }[] };

/** The door takes so many further tables in one question. */
const mostSources = 4;
/** Fields of a rule that name columns, whatever its kind. */
const naming = ['column', 'left', 'right', 'dependent', 'determinant', 'columns', 'key'] as const;
/** Text that the door has to understand before it can ask: a mistake in it is found there. */
const texts = ['expression', 'scope', 'pattern'] as const;

const fieldOf = (rule: DoorRule, name: string): unknown => new Map<string, unknown>(Object.entries(rule)).get(name);

/** Does the rule name the column, as a field or inside an expression? */
export function mentions(rule: DoorRule, column: string): boolean {
  const named = naming.flatMap((name) => fieldOf(rule, name) ?? []);
  return named.includes(column) || texts.some((name) => String(fieldOf(rule, name) ?? '').includes(column));
}

const hasText = (rule: DoorRule): boolean => texts.some((name) => fieldOf(rule, name) !== undefined);

/**
 * Rules about a column that is gone are broken, rules the door cannot understand are unknown; the rest is asked again.
 * @throws what the door refuses for other reasons.
 */
export async function askWithRules(
  rules: readonly AskedRule[],
  ask: (asked: Asked) => Promise<Answer>,
): Promise<{ answer: Answer; outcomes: RuleOutcome[] }> {
  const settled = new Map<AskedRule, RuleOutcome>();
  const sources = sourcesOf(rules, settled);
  for (;;) {
    const asked = rules.filter((rule) => !settled.has(rule));
    try {
      const answer = await ask({ rules: asked.map(doorRule), sources });
      const found = new Map(answer.rules.map((finding) => [finding.place, finding]));
      const outcomes = new Map(asked.map((rule, place) => [rule, outcomeOf(rule, found.get(place))]));
      return { answer, outcomes: rules.flatMap((rule) => settled.get(rule) ?? outcomes.get(rule) ?? []) };
    } catch (error) {
      const culprits = culpritsOf(error, asked);
      if (culprits.length === 0) throw error;
      for (const [rule, outcome] of culprits) settled.set(rule, outcome);
    }
  }
}

function doorRule({ rule, tolerance, severity }: AskedRule): DoorRule {
  return { ...rule, tolerance, severity };
}

/** Further tables by the name the rules use; a rule whose table is unknown, or one too many, cannot be asked. */
function sourcesOf(rules: readonly AskedRule[], settled: Map<AskedRule, RuleOutcome>): Asked['sources'] {
  const sources = new Map<string, DoorData>();
  for (const rule of rules) {
    const name = fieldOf(rule.rule, 'source');
    if (typeof name !== 'string') continue;
    if (rule.furtherTable === null) settled.set(rule, notAsked(rule, `nobody said where the table ${name} lies`));
    else if (!sources.has(name) && sources.size >= mostSources)
      settled.set(rule, notAsked(rule, `more than ${mostSources} further tables at once`));
    else sources.set(name, rule.furtherTable);
  }
  return [...sources].map(([name, data]) => ({ name, data }));
}

function culpritsOf(error: unknown, asked: readonly AskedRule[]): [AskedRule, RuleOutcome][] {
  if (!isProblem(error)) return [];
  if (error.code === 'data-quality.noSuchColumn') {
    const column = String(error.params['column'] ?? '');
    const about = asked.filter(({ rule }) => mentions(rule, column));
    return about.map((rule) => [rule, { ...notAsked(rule, `the table has no column ${column}`), verdict: 'broken' as const }]);
  }
  if (error.code !== 'data-quality.badRule') return [];
  return asked.filter(({ rule }) => hasText(rule)).map((rule) => [rule, notAsked(rule, error.message)]);
}

function notAsked({ id, name, rule, severity }: AskedRule, reason: string): RuleOutcome {
  return { ruleId: id, name, rule, severity, verdict: 'unknown', reason, columns: [], observed: null, failed: null, of: null, rows: [] };
}

const verdicts = { passed: 'kept', tolerated: 'tolerated', failed: 'broken', unknown: 'unknown' } as const;

function outcomeOf(asked: AskedRule, finding: RuleFinding | undefined): RuleOutcome {
  if (finding === undefined) return notAsked(asked, 'the engine said nothing about it');
  const { verdict, reason, columns, observed, count, of, rows } = finding;
  return { ...notAsked(asked, ''), verdict: verdicts[verdict], reason, columns, observed, failed: count, of, rows };
}
