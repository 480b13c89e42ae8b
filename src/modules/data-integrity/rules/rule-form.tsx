/** How each kind of rule is filled in, and the rule that comes of it: one line a field, no code a kind. */
import { Rule } from '../../data-quality/contract.ts';
import type { ValidationRule } from '../contract.ts';

type StatedRule = ValidationRule['rule'];
type RuleKind = StatedRule['kind'];
export type RuleField = {
  readonly name: string;
  readonly label: string;
  readonly kind: 'column' | 'columns' | 'number' | 'text' | 'list' | 'choice' | 'expression';
  readonly help?: string;
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  /** May be left empty. */
  readonly optional?: boolean;
};
export type RuleKindForm = {
  readonly kind: RuleKind;
  readonly label: string;
  readonly says: string;
  readonly fields: readonly RuleField[];
};

const column: RuleField = { name: 'column', label: 'Column', kind: 'column' };
const min: RuleField = { name: 'min', label: 'At least', kind: 'number', optional: true };
const max: RuleField = { name: 'max', label: 'At most', kind: 'number', optional: true };
const types = ['integer', 'number', 'boolean', 'time', 'text'].map((value) => ({ value, label: value }));
const operators = ['<', '<=', '=', '>=', '>', '!='].map((value) => ({ value, label: value }));
const words =
  "Columns by name (`unit price` when it has spaces), + - * /, < <= = >= > !=, and, or, not, in ('a', 'b'), between, is missing.";

export const ruleForms: readonly RuleKindForm[] = [
  { kind: 'notMissing', label: 'Never missing', says: 'Every row has a value.', fields: [column] },
  {
    kind: 'type',
    label: 'Of a type',
    says: 'Every value can be read as this type.',
    fields: [column, { name: 'type', label: 'Type', kind: 'choice', choices: types }],
  },
  { kind: 'range', label: 'In a range', says: 'Every number lies between the bounds.', fields: [column, min, max] },
  {
    kind: 'set',
    label: 'One of a set',
    says: 'Every value is one of these.',
    fields: [column, { name: 'values', label: 'Values', kind: 'list', help: 'One a line.' }],
  },
  { kind: 'length', label: 'Of a length', says: 'Every text has this many characters.', fields: [column, min, max] },
  {
    kind: 'pattern',
    label: 'Of a pattern',
    says: 'Every value matches as a whole.',
    fields: [
      column,
      { name: 'pattern', label: 'Pattern', kind: 'expression', help: 'A regular expression (RE2); the whole value must match.' },
    ],
  },
  {
    kind: 'uniqueKey',
    label: 'A unique key',
    says: 'No two rows have the same values here.',
    fields: [{ name: 'columns', label: 'Columns', kind: 'columns' }],
  },
  {
    kind: 'compare',
    label: 'Two columns compared',
    says: 'In every row the left stands in this order to the right.',
    fields: [
      { name: 'left', label: 'Left', kind: 'column' },
      { name: 'operator', label: 'Is', kind: 'choice', choices: operators },
      { name: 'right', label: 'Right', kind: 'column' },
    ],
  },
  {
    kind: 'crossColumn',
    label: 'A condition over the row',
    says: 'The condition is true in every row.',
    fields: [{ name: 'expression', label: 'Condition', kind: 'expression', help: words }],
  },
  {
    kind: 'functionalDependency',
    label: 'One decides another',
    says: 'The same values on the left always go with the same value on the right.',
    fields: [
      { name: 'determinant', label: 'Columns that decide', kind: 'columns' },
      { name: 'dependent', label: 'Column decided', kind: 'column' },
    ],
  },
  { kind: 'rowCount', label: 'Number of rows', says: 'The table has as many rows as expected.', fields: [min, max] },
  {
    kind: 'customAggregate',
    label: 'A figure of the table',
    says: 'A mean, sum, share or count lies between the bounds.',
    fields: [{ name: 'expression', label: 'Figure', kind: 'expression', help: 'As in mean(price), sum(total) / count(*).' }, min, max],
  },
];

export type RuleDraft = { readonly kind: RuleKind; readonly values: Readonly<Record<string, string>> };
export const formOf = (kind: RuleKind): RuleKindForm | undefined => ruleForms.find((form) => form.kind === kind);

export function draftOf(rule: StatedRule): RuleDraft {
  const given = new Map<string, unknown>(Object.entries(rule));
  const fields = formOf(rule.kind)?.fields ?? [];
  const text = (value: unknown): string => (Array.isArray(value) ? value.join('\n') : value === undefined ? '' : String(value));
  return { kind: rule.kind, values: Object.fromEntries(fields.map(({ name }) => [name, text(given.get(name))])) };
}

/** @param kept of the rule that is changed: scope and other facts this form does not show stay. @returns null while something is still to be said. */
export function ruleOf({ kind, values }: RuleDraft, kept: Partial<StatedRule> = {}): StatedRule | null {
  const fields = formOf(kind)?.fields ?? [];
  if (fields.some(({ name, optional }) => optional !== true && (values[name] ?? '').trim() === '')) return null;
  const entries = fields.flatMap((field): [string, unknown][] => {
    const text = values[field.name] ?? '';
    if (text.trim() === '') return [];
    if (field.kind === 'number') return [[field.name, Number(text.replace(',', '.'))]];
    if (field.kind === 'columns' || field.kind === 'list') return [[field.name, text.split('\n').filter((line) => line !== '')]];
    return [[field.name, text]];
  });
  const names = new Set(fields.map(({ name }) => name));
  const others = Object.entries(kept).filter(([name]) => kept.kind === kind && !names.has(name));
  const parsed = Rule.safeParse({ ...Object.fromEntries(others), kind, ...Object.fromEntries(entries) });
  return parsed.success ? parsed.data : null;
}
