/** Filters as data and as address: `?severity=critical,high&due.before=2026-05-12&q=torch`. The address is the state. */

export type Choice = { readonly value: string; readonly label: string };
export type FilterField = {
  readonly key: string;
  readonly label: string;
} /** `single`: who is asked takes one value, and nothing but that it is so. */ & (
  | { readonly kind: 'choice'; readonly choices: readonly Choice[]; readonly single?: boolean }
  /** `whole`: who is asked compares the whole value, not a part of it. */
  | { readonly kind: 'text'; readonly whole?: boolean }
  | { readonly kind: 'number'; readonly unit?: string }
  | { readonly kind: 'date' }
  /** Three states: with them, without them, only them. */
  | { readonly kind: 'presence' }
);
export type Operator = 'is' | 'is-not' | 'has' | 'min' | 'max' | 'after' | 'before' | 'state';
export type Filter = { readonly field: string; readonly operator: Operator; readonly values: readonly string[] };
export type FilterState = { readonly text: string; readonly filters: readonly Filter[] };

export const operatorsOf: Readonly<Record<FilterField['kind'], readonly Operator[]>> = {
  choice: ['is', 'is-not'],
  text: ['has', 'is'],
  number: ['min', 'max'],
  date: ['after', 'before'],
  presence: ['state'],
};
/** What can be said of this field. */
export function operatorsFor(field: FilterField): readonly Operator[] {
  const isPlain = (field.kind === 'choice' && field.single === true) || (field.kind === 'text' && field.whole === true);
  return isPlain ? ['is'] : operatorsOf[field.kind];
}
export const operatorWords: Readonly<Record<Operator, string>> = {
  is: 'is',
  'is-not': 'is not',
  has: 'contains',
  min: 'at least',
  max: 'at most',
  after: 'after',
  before: 'before',
  state: '',
};
export const presenceStates: readonly Choice[] = [
  { value: 'with', label: 'with' },
  { value: 'without', label: 'without' },
  { value: 'only', label: 'only' },
];
export const textParam = 'q';

const separator = ',';
const paramOf = (field: string, operator: Operator): string => (operator === 'is' || operator === 'state' ? field : `${field}.${operator}`);
/** A comma inside a value is written `%2C` before the address is encoded, so that lists can be split. */
const encodeValues = (values: readonly string[]): string =>
  values.map((value) => value.replaceAll('%', '%25').replaceAll(separator, '%2C')).join(separator);
const decodeValues = (text: string): string[] =>
  text
    .split(separator)
    .map((value) => value.replaceAll('%2C', separator).replaceAll('%25', '%'))
    .filter((value) => value !== '');

/** Reads what the fields know; anything else in the address is left to others. */
export function readFilters(params: URLSearchParams, fields: readonly FilterField[]): FilterState {
  const filters = fields.flatMap((field) =>
    operatorsFor(field).flatMap((operator): Filter[] => {
      const values = decodeValues(givenTo(params, field, operator));
      if (values.length === 0) return [];
      return [{ field: field.key, operator, values: field.kind === 'choice' && field.single === true ? values.slice(-1) : values }];
    }),
  );
  return { text: params.get(textParam) ?? '', filters };
}

/** An older address may say `contains` of a field whose whole value is compared. */
function givenTo(params: URLSearchParams, field: FilterField, operator: Operator): string {
  const given = params.get(paramOf(field.key, operator));
  return given ?? (field.kind === 'text' && field.whole === true ? params.get(paramOf(field.key, 'has')) : null) ?? '';
}

/** The address with these filters: other parameters stay, the peek closes. */
export function writeFilters(params: URLSearchParams, fields: readonly FilterField[], { text, filters }: FilterState): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const field of fields) for (const operator of operatorsOf[field.kind]) next.delete(paramOf(field.key, operator));
  next.delete(textParam);
  next.delete('peek');
  for (const { field, operator, values } of filters) if (values.length > 0) next.set(paramOf(field, operator), encodeValues(values));
  if (text !== '') next.set(textParam, text);
  return next;
}

/** Values of one field, for the endpoint's input; undefined when it is not filtered. */
export function valuesOf({ filters }: FilterState, field: string, operator: Operator = 'is'): readonly string[] | undefined {
  return filters.find((filter) => filter.field === field && filter.operator === operator)?.values;
}

/** Whether a row with this value of the field is among what was asked for. */
export function isAskedFor(state: FilterState, field: string, value: string): boolean {
  return (valuesOf(state, field)?.includes(value) ?? true) && !(valuesOf(state, field, 'is-not')?.includes(value) ?? false);
}

/** `severity is Critical or High`. */
export function filterWords(filter: Filter, fields: readonly FilterField[]): { field: string; operator: string; value: string } {
  const field = fields.find(({ key }) => key === filter.field);
  const choices = field?.kind === 'choice' ? field.choices : [];
  const labels = filter.values.map((value) => choices.find((choice) => choice.value === value)?.label ?? value);
  const unit = field?.kind === 'number' && field.unit !== undefined ? ` ${field.unit}` : '';
  const value = labels.length > 3 ? `${labels.length} values` : labels.join(' or ');
  return { field: field?.label ?? filter.field, operator: operatorWords[filter.operator], value: value + unit };
}

/** The filters with one replaced or added; without values it is removed. */
export function withFilter(filters: readonly Filter[], filter: Filter, replaces: Filter | null): Filter[] {
  const isSame = (one: Filter, other: Filter): boolean => one.field === other.field && one.operator === other.operator;
  const kept = filters.filter((one) => !isSame(one, filter) && !(replaces !== null && isSame(one, replaces)));
  return filter.values.length === 0 ? kept : [...kept, filter];
}
