/** From evidence to technique and severity: the table is data (catalog/rules/adversarial), this reads and applies it. */
import { z } from 'zod';
import { type Severity, Severity as SeverityShape, severityRank } from '../../../contract/severity.ts';
import { loadCatalogFolder } from '../../../platform/catalog.ts';
import { Kind } from '../contract.ts';

/** Fields of evidence as the rules name them; null is "not known", which no condition accepts. */
export type Evidence = Readonly<Record<string, number | boolean | string | null>>;

const Value = z.union([z.number(), z.boolean(), z.string(), z.null()]);
const Fields = z.record(z.string(), Value);
const Condition = z.strictObject({
  field: z.string().min(1).max(60),
  is: z.union([z.boolean(), z.string()]).optional(),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  above: z.number().optional(),
});
type Condition = z.infer<typeof Condition>;
const Rule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{2,80}$/),
  title: z.string().min(10).max(300),
  technique: z.array(z.string().regex(/^AML\.T\d{4}(?:\.\d{3})?$/)).min(1),
  severity: SeverityShape,
  when: z.array(Condition).min(1).max(12),
  /** The proof of the rule: evidence it names, and evidence it does not. */
  matches: z.array(Fields).min(1),
  misses: z.array(Fields).min(1),
});
export type SeverityRule = z.infer<typeof Rule> & { readonly kind: Kind };
const RuleFile = z.strictObject({ kind: Kind, rules: z.array(Rule).min(1) });

export function severityRules(): readonly SeverityRule[] {
  return [...loadCatalogFolder('rules/adversarial', RuleFile).values()].flatMap(({ kind, rules }) =>
    rules.map((rule) => ({ ...rule, kind })),
  );
}

export function holds({ when }: Pick<SeverityRule, 'when'>, evidence: Evidence): boolean {
  return when.every((condition) => meets(condition, evidence[condition.field] ?? null));
}

function meets({ is, atLeast, atMost, above }: Condition, value: Evidence[string]): boolean {
  if (value === null) return false;
  if (is !== undefined) return value === is;
  if (typeof value !== 'number') return false;
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost) && (above === undefined || value > above);
}

/** The rule in words, for the list of signatures. */
export function wordsOf({ when }: Pick<SeverityRule, 'when'>): string {
  const part = ({ field, is, atLeast, atMost, above }: Condition): string =>
    [
      is === undefined ? null : `${field} is ${is}`,
      atLeast === undefined ? null : `${field} ≥ ${atLeast}`,
      atMost === undefined ? null : `${field} ≤ ${atMost}`,
      above === undefined ? null : `${field} > ${above}`,
    ]
      .filter((word) => word !== null)
      .join(' and ');
  return when.map(part).join(' and ');
}

export type Grade = { readonly severity: Severity | null; readonly technique: string[]; readonly signatures: string[] };
export type Weight = {
  readonly pValue: number | null;
  /** Evidence families that speak for an attack on their own. */
  readonly families: number;
  readonly disabled: readonly string[];
};
/** Below it one family is enough to grade above medium. */
export const strongP = 0.001;

/**
 * Grades evidence by the table: the worst severity of the rules that hold, and the techniques of all of them.
 * Above medium it takes two families or p ≤ 10⁻³, so that nothing is contained on one weak signal.
 * @returns severity null when no rule holds.
 */
export function gradeEvidence(kind: Kind, evidence: Evidence, { pValue, families, disabled }: Weight): Grade {
  const held = severityRules().filter((rule) => rule.kind === kind && !disabled.includes(rule.id) && holds(rule, evidence));
  const worst = held.map(({ severity }) => severity).sort((one, other) => severityRank(one) - severityRank(other))[0] ?? null;
  const weak = families < 2 && (pValue === null || pValue > strongP);
  const severity = worst !== null && weak && severityRank(worst) < severityRank('medium') ? 'medium' : worst;
  return {
    severity,
    technique: [...new Set(held.flatMap(({ technique }) => technique))].sort(),
    signatures: held.map(({ id }) => id),
  };
}

/** Is one severity at least as bad as another? */
export function reaches(severity: Severity | null, threshold: Severity): boolean {
  return severity !== null && severityRank(severity) <= severityRank(threshold);
}
