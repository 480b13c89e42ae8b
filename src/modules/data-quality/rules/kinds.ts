/** All kinds of rules. A new kind is one file here, one line in `Kinds` of rule.ts, one in the contract. */
import { dataProblems } from '../refusal.ts';
import type { CellRule, Rule, RuleName, RuleOf } from '../rule.ts';
import { compareRule } from './compare.ts';
import { crossColumnRule } from './cross-column.ts';
import { customAggregateRule } from './custom-aggregate.ts';
import { distributionRule } from './distribution.ts';
import { foreignKeyRule } from './foreign-key.ts';
import { freshnessRule } from './freshness.ts';
import { dependencyRule, functionalDependencyRule } from './functional-dependency.ts';
import type { CellKind, RuleKind } from './kind.ts';
import { lengthRule } from './length.ts';
import { notMissingRule } from './not-missing.ts';
import { patternRule } from './pattern.ts';
import { rangeRule } from './range.ts';
import { rowCountRule } from './row-count.ts';
import { sameInSourceRule } from './same-in-source.ts';
import { setRule } from './set.ts';
import { typeRule } from './type.ts';
import { uniqueKeyRule } from './unique-key.ts';

type Kinds = { readonly [K in RuleName]: RuleKind<RuleOf<K>> };

export const ruleKinds: Kinds = {
  type: typeRule,
  range: rangeRule,
  set: setRule,
  length: lengthRule,
  pattern: patternRule,
  notMissing: notMissingRule,
  uniqueKey: uniqueKeyRule,
  foreignKey: foreignKeyRule,
  sameInSource: sameInSourceRule,
  compare: compareRule,
  crossColumn: crossColumnRule,
  dependency: dependencyRule,
  functionalDependency: functionalDependencyRule,
  freshness: freshnessRule,
  rowCount: rowCountRule,
  distribution: distributionRule,
  customAggregate: customAggregateRule,
};
const cellKinds = { type: typeRule, range: rangeRule, set: setRule, length: lengthRule, pattern: patternRule };

/** The kind of a rule, so that its functions take this rule. */
export function kindOf(rule: Rule): RuleKind<Rule> {
  const kind: RuleKind<Rule> | undefined = Object.hasOwn(ruleKinds, rule.kind) ? ruleKinds[rule.kind] : undefined;
  if (kind === undefined) throw dataProblems.badRule({ rule: String(rule.kind).slice(0, 40), reason: 'there is no such kind' });
  return kind;
}

export const isCellRule = (rule: Rule): rule is CellRule => Object.hasOwn(cellKinds, rule.kind);

export function cellKindOf(rule: CellRule): CellKind<CellRule> {
  return cellKinds[rule.kind];
}
