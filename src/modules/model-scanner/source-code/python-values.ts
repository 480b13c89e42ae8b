/** What a name or an expression of Python source stands for, as far as it can be told without running it. */
import { escapeText } from '../engine/quote.ts';
import type { Scope } from './python-scope.ts';
import type { Block, ClassStatement, Expression, Parameter } from './python-tree.ts';

/** Where a value comes from: kept through every operation that passes it on. */
export const marks = {
  /** Put together from pieces. */
  joined: 1,
  /** Was written in base64, hexadecimal, reversed, as character codes, compressed… */
  decoded: 2,
  /** Came over the network. */
  downloaded: 4,
  /** The content of a file that holds credentials. */
  secret: 8,
  /** Name of the host, the user or the folder. */
  host: 16,
  /** Reached by its name as text: getattr, __import__, globals()[…]. */
  reflected: 32,
  /** The whole environment of the process. */
  environment: 64,
  /** Content of a file. */
  file: 128,
  /** Content of a file that is no Python source by its name. */
  data: 256,
  /** Found by searching the objects of the interpreter, or the names of a module that acts. */
  searched: 512,
} as const;

/** Marks that go over to whatever is made of the value. */
const carried = marks.decoded | marks.downloaded | marks.secret | marks.host | marks.environment | marks.file | marks.data | marks.searched;

type Marked = { readonly marks: number };

export type Origin = {
  readonly source: string;
  /** Set for text that was executed: every place in it is the place of that call. */
  readonly calledAt: number | null;
  readonly disguised: boolean;
  /** It is another file, which is also read for itself. */
  readonly imported?: true;
};

export type FunctionValue = Marked & {
  readonly kind: 'function';
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly defaults: ReadonlyMap<string, Value>;
  readonly body: Block | Expression;
  readonly scope: PythonScope;
  readonly origin: Origin;
  /** The object it was taken from: its first argument. */
  readonly self: Value | null;
  /** Read as an attribute, it runs. */
  readonly property?: boolean;
  /** Offset in its source: what tells two functions apart. */
  readonly at: number;
};
export type ClassValue = Marked & {
  readonly kind: 'class';
  readonly statement: ClassStatement;
  readonly members: PythonScope;
  readonly bases: readonly Value[];
};
export type NamedValue = Marked & {
  readonly kind: 'named';
  /** As imported: `os`, `urllib.request`. */
  readonly module: string;
  /** Path below it, with dots; empty for the module itself. */
  readonly name: string;
};
export type ResultValue = Marked & { readonly kind: 'result'; readonly of: NamedValue; readonly args: readonly Value[] };

export type TextValue = Marked & { readonly kind: 'text' | 'bytes'; readonly text: string };

export type Value =
  | TextValue
  | (Marked & { readonly kind: 'integer'; readonly value: bigint })
  | (Marked & { readonly kind: 'constant'; readonly value: boolean | null })
  | (Marked & { readonly kind: 'sequence'; readonly items: Value[]; readonly tuple: boolean })
  | (Marked & { readonly kind: 'dict'; readonly entries: Map<string, Value> })
  | NamedValue
  | ResultValue
  | (Marked & { readonly kind: 'member'; readonly owner: Value; readonly name: string })
  | (Marked & {
      readonly kind: 'namespace';
      readonly scope: PythonScope /** A module: its names are attributes. */;
      readonly attributes?: true;
    })
  | FunctionValue
  | ClassValue
  | (Marked & { readonly kind: 'instance'; readonly of: ClassValue; readonly fields: Map<string, Value> })
  | (Marked & { readonly kind: 'unknown' });

/** The names of a module, a class or a function, and their values. */
export type PythonScope = Scope<Value>;

export const longestText = 1 << 20;
const mostItems = 4096;

export const unknown: Value = { kind: 'unknown', marks: 0 };
export const none: Value = { kind: 'constant', value: null, marks: 0 };

export function unknownWith(from: number): Value {
  const kept = from & carried;
  return kept === 0 ? unknown : { kind: 'unknown', marks: kept };
}

export function text(value: string, from = 0): Value {
  return value.length > longestText ? unknownWith(from) : { kind: 'text', text: value, marks: from };
}

/** One character for each byte. */
export function bytes(value: string, from = 0): Value {
  return value.length > longestText ? unknownWith(from) : { kind: 'bytes', text: value, marks: from };
}

export function integer(value: bigint | number, from = 0): Value {
  return { kind: 'integer', value: BigInt(value), marks: from };
}

export function sequence(items: Value[], tuple = false, from = 0): Value {
  return items.length > mostItems ? unknownWith(marksOf(items) | from) : { kind: 'sequence', items, tuple, marks: from };
}

export function named(module: string, name: string, from = 0): NamedValue {
  const environment = module === 'os' && (name === 'environ' || name === 'environb') ? marks.environment : 0;
  return { kind: 'named', module, name, marks: from | environment };
}

export function withMarks<T extends Value>(value: T, more: number): T {
  return (value.marks | more) === value.marks ? value : { ...value, marks: value.marks | more };
}

/** Marks of values that a new one is made of. */
export function marksOf(values: Iterable<Value>): number {
  let all = 0;
  for (const value of values) all |= deepMarks(value, 3);
  return all & carried;
}

export function deepMarks(value: Value, depth: number): number {
  let all = value.marks;
  if (depth === 0) return all;
  if (value.kind === 'sequence') for (const item of value.items.slice(0, 50)) all |= deepMarks(item, depth - 1);
  if (value.kind === 'dict') for (const item of [...value.entries.values()].slice(0, 50)) all |= deepMarks(item, depth - 1);
  if (value.kind === 'result') for (const item of value.args.slice(0, 20)) all |= deepMarks(item, depth - 1) & carried;
  return all;
}

export function isTextual(value: Value | undefined): value is TextValue {
  return value?.kind === 'text' || value?.kind === 'bytes';
}

/** Keys that are text or numbers; the others are kept under a name nobody asks for. */
export function keyOf(value: Value | undefined): string | null {
  if (isTextual(value)) return value.text;
  return value?.kind === 'integer' ? String(value.value) : null;
}

/** Exact small integer, or undefined. */
export function numberOf(value: Value | undefined): number | undefined {
  if (value?.kind === 'constant' && typeof value.value === 'boolean') return Number(value.value);
  return value?.kind === 'integer' && value.value >= -(2n ** 52n) && value.value <= 2n ** 52n ? Number(value.value) : undefined;
}

/** Elements of a list, tuple, text or bytes; undefined when they are not all known. */
export function elementsOf(value: Value | undefined): Value[] | undefined {
  if (value?.kind === 'sequence') return value.items;
  if (value?.kind === 'dict') return [...value.entries.keys()].map((key) => text(key, value.marks & carried));
  if (value?.kind === 'text')
    return value.text.length <= mostItems ? [...value.text].map((one) => text(one, value.marks & carried)) : undefined;
  if (value?.kind === 'bytes')
    return value.text.length <= mostItems ? [...value.text].map((one) => integer(one.charCodeAt(0), value.marks & carried)) : undefined;
  return undefined;
}

/** As Python would print it, cut: for the expression of a finding. Undefined when it is not known. */
export function shown(value: Value, depth = 2): string | undefined {
  if (value.kind === 'text' || value.kind === 'bytes') {
    const cut = value.text.length > 120 ? `${value.text.slice(0, 120)}…` : value.text;
    const escaped = escapeText(cut.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll("'", "\\'"));
    return `${value.kind === 'bytes' ? 'b' : ''}'${escaped}'`;
  }
  if (value.kind === 'integer') return String(value.value).slice(0, 40);
  if (value.kind === 'constant') return value.value === null ? 'None' : value.value ? 'True' : 'False';
  if (value.kind === 'named') return value.name === '' ? value.module : qualified(value);
  if (value.kind === 'result' && depth > 0) return `${qualified(value.of)}(…)`;
  if (value.kind === 'sequence' && depth > 0) {
    const items = value.items.slice(0, 8).map((item) => shown(item, depth - 1) ?? '…');
    return value.tuple ? `(${items.join(', ')})` : `[${items.join(', ')}]`;
  }
  return undefined;
}

export function qualified({ module, name }: Pick<NamedValue, 'module' | 'name'>): string {
  if (module === 'builtins') return name;
  return name === '' ? module : `${module}.${name}`;
}
