/**
 * Whose word counts for a field. A person's value beats a machine's and the difference stays visible; between machines the one
 * that spoke first keeps the field until it says otherwise itself, so that two sources never take turns.
 */
import type { Mark } from '../../../contract/severity.ts';
import type { AssetType, Criticality, DataClass, Environment, Observation } from '../contract.ts';

export type Scalar = string | number | boolean;
export type FieldMarkValue = { readonly mark: Mark; readonly source: string; readonly at: string };
/** field → how its value is known. Metadata fields are named `metadata.<key>`. */
export type Marks = Readonly<Record<string, FieldMarkValue>>;
/** field → what a machine last said, only where a person's value is in force. */
export type ObservedValues = Readonly<Record<string, { readonly value: FieldValue; readonly source: string }>>;
export type FieldValue = Scalar | null | readonly string[];

/** The fields an asset's value is tracked in. */
export type Fields = {
  readonly name: string;
  readonly description: string;
  readonly type: AssetType;
  readonly environment: Environment | null;
  readonly owner: string | null;
  readonly department: string | null;
  readonly cloudProvider: string | null;
  readonly region: string | null;
  readonly criticality: Criticality | null;
  readonly dataClasses: readonly DataClass[];
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, Scalar>>;
};
export type FieldState = { readonly fields: Fields; readonly marks: Marks; readonly observed: ObservedValues };
export type Applied = FieldState & { readonly changed: readonly string[] };

export const emptyFields: Fields = {
  name: '',
  description: '',
  type: 'model',
  environment: null,
  owner: null,
  department: null,
  cloudProvider: null,
  region: null,
  criticality: null,
  dataClasses: [],
  tags: [],
  metadata: {},
};

const maxMetadata = 100;

/** One map of all fields, metadata flattened; the other direction is {@link fieldsOf}. */
export function flat(fields: Fields): Map<string, FieldValue> {
  const { metadata, ...rest } = fields;
  const values = new Map<string, FieldValue>(Object.entries(rest));
  for (const [key, value] of Object.entries(metadata)) values.set(`metadata.${key}`, value);
  return values;
}

function fieldsOf(values: ReadonlyMap<string, FieldValue>): Fields {
  const plain = [...values].filter(([field]) => !field.startsWith('metadata.'));
  const metadata = [...values]
    .filter(([field, value]) => field.startsWith('metadata.') && value !== null)
    .map(([field, value]) => [field.slice(9), value]);
  // Every key came out of `flat` or an observation, whose values have the field's own type.
  return { ...emptyFields, ...Object.fromEntries(plain), metadata: Object.fromEntries(metadata) } as Fields;
}

/**
 * What one source's report does to an asset.
 *
 * @param known  the asset's present fields; null for a new one.
 * @param said   what the source reports: fields it does not name are left alone.
 * @param source name of the source; `at` ISO time.
 * @returns new fields, marks and machine values, and the names of the fields in force that changed (empty: nothing to write).
 * Pure. Applied twice it changes nothing the second time.
 */
export function applyObservation(known: FieldState | null, said: Observation, { source, at }: { source: string; at: string }): Applied {
  const values = known ? flat(known.fields) : flat({ ...emptyFields, type: said.type });
  const marks = new Map(Object.entries(known?.marks ?? {}));
  const observed = new Map(Object.entries(known?.observed ?? {}));
  const changed: string[] = [];
  for (const [field, value] of reported(said)) {
    const mark = marks.get(field);
    if (mark?.mark === 'declared') {
      const differs = !same(values.get(field), value);
      if (differs) observed.set(field, { value, source });
      else observed.delete(field);
      continue;
    }
    if (mark !== undefined && mark.source !== source && !isEmpty(values.get(field))) continue;
    if (field.startsWith('metadata.') && !values.has(field) && metadataCount(values) >= maxMetadata) continue;
    if (mark === undefined || mark.source !== source || mark.mark !== said.mark) marks.set(field, { mark: said.mark, source, at });
    if (same(values.get(field), value)) continue;
    values.set(field, value);
    changed.push(field);
  }
  return { fields: fieldsOf(values), marks: Object.fromEntries(marks), observed: Object.fromEntries(observed), changed };
}

function reported(said: Observation): [string, FieldValue][] {
  const { type, name, description, environment, owner, cloudProvider, region, tags } = said;
  const plain = Object.entries({ type, name, description, environment, owner, cloudProvider, region, tags });
  const metadata = Object.entries(said.metadata ?? {}).map(([key, value]): [string, FieldValue] => [`metadata.${key}`, value]);
  return [...plain.filter((entry): entry is [string, Exclude<(typeof entry)[1], undefined>] => entry[1] !== undefined), ...metadata];
}

/**
 * What a person's edit does. Every field named is declared from now on, `null` and empty lists included.
 * @returns as applyObservation; `observed` keeps what the machine said where it differs.
 */
export function applyDeclaration(known: FieldState | null, said: Partial<Fields>, { source, at }: { source: string; at: string }): Applied {
  const values = known ? flat(known.fields) : flat(emptyFields);
  const marks = new Map(Object.entries(known?.marks ?? {}));
  const observed = new Map(Object.entries(known?.observed ?? {}));
  const changed: string[] = [];
  for (const [field, value] of declared(said, values)) {
    const before = values.get(field);
    const mark = marks.get(field);
    if (same(before, value)) {
      // Repeating what a machine said is no decision; repeating it for a new asset is.
      if (known === null && !isEmpty(value)) marks.set(field, { mark: 'declared', source, at });
      continue;
    }
    if (mark !== undefined && mark.mark !== 'declared' && before !== undefined) observed.set(field, { value: before, source: mark.source });
    values.set(field, value);
    marks.set(field, { mark: 'declared', source, at });
    const machine = observed.get(field);
    if (machine && same(machine.value, value)) observed.delete(field);
    changed.push(field);
  }
  return { fields: fieldsOf(values), marks: Object.fromEntries(marks), observed: Object.fromEntries(observed), changed };
}

/** Metadata is replaced as a whole: keys left out are declared empty. */
function declared(said: Partial<Fields>, values: ReadonlyMap<string, FieldValue>): [string, FieldValue][] {
  const { metadata, ...plain } = said;
  const fields = Object.entries(plain).filter((entry): entry is [string, Exclude<(typeof entry)[1], undefined>] => entry[1] !== undefined);
  if (metadata === undefined) return fields;
  const left = [...values.keys()].filter((field) => field.startsWith('metadata.') && !Object.hasOwn(metadata, field.slice(9)));
  return [
    ...fields,
    ...Object.entries(metadata).map(([key, value]): [string, FieldValue] => [`metadata.${key}`, value]),
    ...left.map((field): [string, FieldValue] => [field, null]),
  ];
}

function metadataCount(values: ReadonlyMap<string, FieldValue>): number {
  let count = 0;
  for (const field of values.keys()) if (field.startsWith('metadata.')) count += 1;
  return count;
}

function isEmpty(value: FieldValue | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Lists are sets: order does not matter. Absent and null are one. */
export function same(left: FieldValue | undefined, right: FieldValue | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right)) return JSON.stringify([...left].sort()) === JSON.stringify([...right].sort());
  return (left ?? null) === (right ?? null);
}

/** Fields whose person's value differs from a machine's. */
export function differencesOf(state: FieldState): { field: string; declared: FieldValue; observed: FieldValue; source: string }[] {
  const values = flat(state.fields);
  return Object.entries(state.observed).flatMap(([field, { value, source }]) => {
    const declaredValue = values.get(field) ?? null;
    return same(declaredValue, value) ? [] : [{ field, declared: declaredValue, observed: value, source }];
  });
}
