/** A rule as somebody wrote it, made whole: what it says twice is kept once, and it has a name. */
import type { z } from 'zod';
import type { Rule } from '../../data-quality/contract.ts';
import type { ValidationRule } from '../contract.ts';
import { wordsOfRule } from './rule-words.ts';

type DoorRule = z.output<typeof Rule>;
type Written = {
  readonly name?: string | undefined;
  readonly rule: DoorRule;
  readonly severity?: ValidationRule['severity'] | undefined;
  readonly tolerance?: ValidationRule['tolerance'] | undefined;
  readonly owner?: string | null | undefined;
};
type Whole = Pick<ValidationRule, 'name' | 'rule' | 'severity' | 'tolerance' | 'owner'>;

export function wholeRule({ name, rule, severity, tolerance, owner }: Written): Whole {
  const { id: _id, severity: own, owner: ownOwner, tolerance: ownTolerance, ...bare } = rule;
  return {
    name: name ?? wordsOfRule(rule),
    // What is left of a member of the union without its four facts is that member.
    rule: bare as DoorRule,
    severity: severity ?? own ?? 'medium',
    tolerance: tolerance ?? ownTolerance ?? {},
    owner: owner ?? ownOwner?.slice(0, 120) ?? null,
  };
}
