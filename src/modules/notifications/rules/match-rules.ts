/** Which destinations a rule sends news to. Pure. */
import type { Severity } from '../../../contract/severity.ts';
import { type Hours, isWithin } from '../destinations/hours.ts';

export type MatchRule = {
  readonly events: readonly string[];
  readonly severities: readonly string[];
  readonly categories: readonly string[];
  readonly assetTags: readonly string[];
  readonly hours: Hours | null;
  readonly quiet: Hours | null;
  readonly destinationIds: readonly string[];
};
export type Matched = {
  readonly event: string;
  readonly severity: Severity;
  /** Source and category of what happened; one of them must be named. */
  readonly categories: readonly string[];
  readonly assetTags: readonly string[];
};

const isAmong = (wanted: readonly string[], given: readonly string[]): boolean =>
  wanted.length === 0 || given.some((word) => wanted.includes(word));

export function matches(rule: MatchRule, { event, severity, categories, assetTags }: Matched, at: Date): boolean {
  return (
    isAmong(rule.events, [event]) &&
    isAmong(rule.severities, [severity]) &&
    isAmong(rule.categories, categories) &&
    isAmong(rule.assetTags, assetTags) &&
    (rule.hours === null || isWithin(rule.hours, at))
  );
}

/**
 * Destinations of all rules that match, each once. Quiet hours of a rule hold only when every rule that chose the
 * destination has some: one rule that wants to be heard at once is enough.
 */
export function routedTo(rules: readonly MatchRule[], matched: Matched, at: Date): ReadonlyMap<string, readonly Hours[]> {
  const chosen = new Map<string, readonly Hours[]>();
  for (const rule of rules.filter((one) => matches(one, matched, at))) {
    for (const id of rule.destinationIds) {
      const before = chosen.get(id);
      const own = rule.quiet === null ? [] : [rule.quiet];
      if (before === undefined) chosen.set(id, own);
      else chosen.set(id, before.length === 0 || own.length === 0 ? [] : [...before, ...own]);
    }
  }
  return chosen;
}
