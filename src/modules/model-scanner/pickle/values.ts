/** What lies on the pickle machine's stack: descriptions of values, never the values. */
import type { Target } from './names.ts';

/** First elements kept by reference; the count goes on. */
export const keptElements = 1000;
/** The same when a stream has put enough together. */
const keptOfLate = 16;
const heavyPart = 100;
/** Characters kept of a text constant. */
export const keptText = 65_536;

type Constant =
  | { readonly kind: 'none' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number };

/** `offset`/`length`: where its bytes lie in the source, so that a cut text can be read again; -1 for computed text. */
export type Text = {
  readonly kind: 'text';
  readonly text: string;
  readonly cut: boolean;
  readonly computed: boolean;
  readonly offset: number;
  readonly length: number;
};

/** A window reference. `data` holds computed bytes; `encoded` is text that was turned into bytes and is only converted on demand. */
export type Bytes = {
  readonly kind: 'bytes';
  readonly offset: number;
  readonly length: number;
  readonly data?: Uint8Array;
  readonly encoded?: Text;
};

export type GlobalValue = {
  readonly kind: 'global';
  readonly target: Target;
  readonly offset: number;
  readonly opcodeIndex: number;
  /** The name was computed by the pickle, not written in it. */
  readonly computed: boolean;
};

/** An attribute of a value that is not a global: `getattr(value, 'name')`. */
export type MethodValue = {
  readonly kind: 'method';
  readonly self: Value;
  readonly name: string;
  readonly offset: number;
  readonly opcodeIndex: number;
};

/** REDUCE, NEWOBJ, OBJ and INST. `built`: only `__new__` ran. `state`: what the last BUILD gave it. */
export type Call = {
  readonly kind: 'call';
  readonly callee: Value;
  readonly args: readonly Value[];
  readonly built: boolean;
  readonly offset: number;
  readonly opcodeIndex: number;
  state?: Value;
  /** Keys and values that SETITEM(S) gave it, as far as they are kept. */
  items?: Value[];
};

/** `weight`: elements a hash of the tuple visits, shared parts counted as often as they are reached; saturates. */
export type Sequence = {
  readonly kind: 'tuple' | 'list' | 'set' | 'frozenset';
  items: Value[];
  count: number;
  weight: number;
};

/** Keys and values alternate in `items`. */
export type Mapping = { readonly kind: 'dict'; items: Value[]; count: number };
type Persistent = { readonly kind: 'persistent'; readonly id: Value };
type Opaque = { readonly kind: 'opaque'; readonly why: 'buffer' | 'unknown' | 'forgotten' | 'extension' };

export type Value = Constant | Text | Bytes | GlobalValue | MethodValue | Call | Sequence | Mapping | Persistent | Opaque;

export const none: Value = { kind: 'none' };
export const yes: Value = { kind: 'boolean', value: true };
export const no: Value = { kind: 'boolean', value: false };
export const unknown: Value = { kind: 'opaque', why: 'unknown' };
export const buffer: Value = { kind: 'opaque', why: 'buffer' };
export const forgotten: Value = { kind: 'opaque', why: 'forgotten' };
export const extension: Value = { kind: 'opaque', why: 'extension' };

const smallIntegers: readonly Value[] = Array.from({ length: 257 }, (_, value) => ({ kind: 'integer', value }));

export const integer = (value: number | bigint): Value =>
  (typeof value === 'number' && value >= 0 && value <= 256 && smallIntegers[value]) || { kind: 'integer', value };

export const computedText = (text: string): Text => ({
  kind: 'text',
  text: text.slice(0, keptText),
  cut: text.length > keptText,
  computed: true,
  offset: -1,
  length: text.length,
});

export const computedBytes = (data: Uint8Array): Bytes => ({ kind: 'bytes', offset: -1, length: data.length, data });

const heaviest = Number.MAX_SAFE_INTEGER;
const weightOf = (value: Value): number => (value.kind === 'tuple' || value.kind === 'frozenset' ? value.weight : 1);

/** @param isLate the stream has put enough together: what keeps others alive is forgotten. */
export function sequence(kind: Sequence['kind'], elements: Value[], isLate = false): Sequence {
  let weight = 1;
  if (kind === 'tuple' || kind === 'frozenset') for (const element of elements) weight = Math.min(heaviest, weight + weightOf(element));
  const items = elements.length > keptElements ? elements.slice(0, keptElements) : elements;
  return { kind, items: isLate ? items.map(withoutHeavy) : items, count: elements.length, weight };
}

/** Appends to what is kept and counts the rest. @param elements belong to the container from now on. */
export function extend(container: Sequence | Mapping, elements: Value[], isLate = false): void {
  container.count += container.kind === 'dict' ? elements.length / 2 : elements.length;
  const most = (container.kind === 'dict' ? 2 : 1) * (isLate ? keptOfLate : keptElements);
  if (container.items.length === 0 && elements.length <= most && !isLate) container.items = elements;
  else keep(container.items, elements, { most, isLate });
}

/** Keys and values alternate. */
export function keepPairs(items: Value[], pairs: readonly Value[], isLate: boolean): void {
  keep(items, pairs, { most: 2 * (isLate ? keptOfLate : keptElements), isLate });
}

function keep(items: Value[], elements: readonly Value[], { most, isLate }: { most: number; isLate: boolean }): void {
  const room = most - items.length;
  for (let at = 0; at < elements.length && at < room; at += 1) {
    const element = elements[at] as Value;
    items.push(isLate ? withoutParts(element) : element);
  }
}

/** One pair more. */
export function extendByOne(mapping: Mapping, key: Value, value: Value, isLate: boolean): void {
  mapping.count += 1;
  const items = mapping.items;
  if (items.length < 2 * (isLate ? keptOfLate : keptElements)) items.push(key, isLate ? withoutParts(value) : value);
}

/** A value that keeps others alive is forgotten where it goes into a container. */
function withoutParts(value: Value): Value {
  return value.kind === 'call' || 'items' in value || value.kind === 'method' || value.kind === 'persistent' ? forgotten : value;
}

/** Arguments of calls are tuples: only a tuple in it that keeps many others alive is forgotten. */
function withoutHeavy(value: Value): Value {
  return weightOf(value) >= heavyPart ? forgotten : value;
}

/** Takes values out of memory; names stay, which are shared, and tuples that are bombs when they are hashed. */
export function forget(values: Value[], from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    const value = values[at] as Value;
    if (value.kind !== 'global' && weightOf(value) < keptElements) values[at] = forgotten;
  }
}

/** Of containers that wait, or that nobody may ask for again. */
const keptOfWaiting = 4;

/** @returns a container with its first elements alone; whoever holds the whole one keeps it. */
export function lightened(value: Value): Value {
  return 'items' in value && value.kind !== 'call' && value.items.length > keptOfWaiting
    ? { ...value, items: value.items.slice(0, keptOfWaiting) }
    : value;
}

/** The arguments of a call; a value that is no sequence stands for arguments nobody can know. */
export function argumentsOf(value: Value): readonly Value[] {
  if (value.kind === 'tuple' || value.kind === 'list') return value.items;
  if (value.kind === 'none') return [];
  return [unknown];
}

/** The text of a text constant, or undefined. */
export const textOf = (value: Value | undefined): string | undefined => (value?.kind === 'text' && !value.cut ? value.text : undefined);

export const numberOf = (value: Value | undefined): number | undefined =>
  value?.kind === 'integer' ? Number(value.value) : value?.kind === 'boolean' ? Number(value.value) : undefined;

/** Integers of a tuple or list, or undefined when one is none. */
export function numbersOf(value: Value | undefined): number[] | undefined {
  if (value?.kind !== 'tuple' && value?.kind !== 'list') return undefined;
  const numbers = value.items.map(numberOf);
  return numbers.every((number) => number !== undefined) ? (numbers as number[]) : undefined;
}
