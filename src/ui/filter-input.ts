/** From the filters of a page to the input of its list: only what the endpoint understands is offered, and only that is asked. */
import { type FilterField, type FilterState, isAskedFor, valuesOf } from './filter.ts';

type Understands = { readonly safeParse: (value: unknown) => { readonly success: boolean } };
/** An object schema of zod, as far as it matters here. */
export type ListInput = { readonly shape: Readonly<Record<string, unknown>> };
export type Asked = {
  readonly input: Readonly<Record<string, string | readonly string[]>>;
  /** Keys of fields whose values the endpoint would refuse: they are left out, and said to be. */
  readonly unheard: readonly string[];
  /** The filters exclude every value of a field: no row can match. */
  readonly matchNothing: boolean;
};

function parserOf(input: ListInput, key: string): Understands | null {
  const parser = Object.hasOwn(input.shape, key) ? input.shape[key] : undefined;
  return understands(parser) ? parser : null;
}
function understands(value: unknown): value is Understands {
  return typeof value === 'object' && value !== null && 'safeParse' in value && typeof value.safeParse === 'function';
}

/** Several values go joined by commas or as a list, whichever the endpoint takes; undefined when it takes neither. */
function spelt(parser: Understands, values: readonly string[]): string | readonly string[] | undefined {
  return [values.join(','), values].find((value) => parser.safeParse(value).success);
}

/**
 * The fields as the endpoint hears them: one value where it takes one, whole words where it compares whole ones.
 * A field the endpoint has no parameter for stays as it is: its page asks for it in a way of its own.
 */
export function heardFields(fields: readonly FilterField[], input: ListInput): readonly FilterField[] {
  return fields.map((field) => {
    const parser = parserOf(input, field.key);
    if (parser === null) return field;
    if (field.kind === 'text') return { ...field, whole: true };
    if (field.kind !== 'choice') return field;
    const two = field.choices.slice(0, 2).map(({ value }) => value);
    return { ...field, single: two.length < 2 || spelt(parser, two) === undefined };
  });
}

/**
 * What the endpoint is asked. "Is not" asks for all the others. What the endpoint would refuse is left out, so that an old or typed
 * address still shows something.
 */
export function askedOf(state: FilterState, fields: readonly FilterField[], input: ListInput): Asked {
  const asked = new Map<string, string | readonly string[]>();
  const unheard: string[] = [];
  let matchNothing = false;
  for (const field of fields) {
    const parser = parserOf(input, field.key);
    const values = parser === null ? undefined : wantedOf(state, field);
    if (parser === null || values === undefined) continue;
    if (values.length === 0) matchNothing = true;
    const value = spelt(parser, values);
    if (value !== undefined) asked.set(field.key, value);
    else if (values.length > 0) unheard.push(field.key);
  }
  const text = state.text.trim();
  if (text !== '' && parserOf(input, 'q')?.safeParse(text).success === true) asked.set('q', text);
  return { input: Object.fromEntries(asked), unheard, matchNothing };
}

function wantedOf(state: FilterState, field: FilterField): readonly string[] | undefined {
  if (field.kind === 'text') return valuesOf(state, field.key)?.slice(-1);
  if (field.kind !== 'choice') return undefined;
  const wanted = valuesOf(state, field.key);
  if (wanted === undefined && valuesOf(state, field.key, 'is-not') === undefined) return undefined;
  return (wanted ?? field.choices.map(({ value }) => value)).filter((value) => isAskedFor(state, field.key, value));
}
