/** A value written as the Python expression that makes it, escaped and cut: evidence for a person. */
import { isModule } from './names.ts';
import type { Value } from './values.ts';

/** Longest expression shown. */
const expressionLength = 200;
const depthShown = 6;
const itemsShown = 6;

const escapes: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\\', '\\\\'],
  ["'", "\\'"],
]);

/** Control, bidirectional and other invisible characters come from the attacker: they are shown, not obeyed. */
export function quote(text: string, most = 80): string {
  const shown = text.length > most ? text.slice(0, most) : text;
  const escaped = shown.replace(/[\p{C}\p{Z}\\']/gu, (character) => {
    if (character === ' ') return character;
    const code = character.codePointAt(0) ?? 0;
    return escapes.get(character) ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`);
  });
  return `'${escaped}'${text.length > most ? '…' : ''}`;
}

const printName = (text: string): string => (/^[\w.]+$/.test(text) && text.length <= 120 ? text : quote(text, 120).slice(1, -1) || "''");

export function printTarget({ module, name }: { readonly module: string; readonly name: string }): string {
  return isModule({ name }) ? printName(module) : `${printName(module)}.${printName(name)}`;
}

function printItems(items: readonly Value[], count: number, depth: number): string {
  const shown = items.slice(0, itemsShown).map((item) => print(item, depth + 1));
  return count > shown.length ? [...shown, '…'].join(', ') : shown.join(', ');
}

function printPairs(items: readonly Value[], count: number, depth: number): string {
  const shown: string[] = [];
  for (let at = 0; at + 1 < items.length && at < 2 * itemsShown; at += 2)
    shown.push(`${print(items[at] as Value, depth + 1)}: ${print(items[at + 1] as Value, depth + 1)}`);
  return count > shown.length ? [...shown, '…'].join(', ') : shown.join(', ');
}

function printSequence(value: Extract<Value, { kind: 'tuple' | 'list' | 'set' | 'frozenset' }>, depth: number): string {
  const inner = printItems(value.items, value.count, depth);
  if (value.kind === 'list') return `[${inner}]`;
  if (value.kind === 'set') return value.count === 0 ? 'set()' : `{${inner}}`;
  if (value.kind === 'frozenset') return `frozenset({${inner}})`;
  return value.count === 1 ? `(${inner},)` : `(${inner})`;
}

function printNumber(value: number | bigint): string {
  const digits = typeof value === 'bigint' ? value.toString(16) : String(value);
  if (typeof value === 'number') return digits;
  return digits.length > 40 ? `0x${digits.slice(0, 40)}…` : `0x${digits}`;
}

function print(value: Value, depth: number): string {
  if (depth > depthShown) return '…';
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'boolean':
      return value.value ? 'True' : 'False';
    case 'integer':
    case 'float':
      return printNumber(value.value);
    case 'text':
      return quote(value.text);
    case 'bytes':
      return value.encoded
        ? `b${quote(value.encoded.text)}`
        : value.data
          ? `b${quote(Buffer.from(value.data.subarray(0, 100)).toString('latin1'))}`
          : `<${value.length} bytes>`;
    case 'global':
      return printTarget(value.target);
    case 'method':
      return `${print(value.self, depth + 1)}.${printName(value.name)}`;
    case 'call':
      return value.built
        ? `${print(value.callee, depth + 1)}.__new__(${printItems(value.args, value.args.length, depth)})`
        : `${print(value.callee, depth + 1)}(${printItems(value.args, value.args.length, depth)})`;
    case 'dict':
      return `{${printPairs(value.items, value.count, depth)}}`;
    case 'persistent':
      return `<persistent ${print(value.id, depth + 1)}>`;
    case 'opaque':
      return `<${value.why}>`;
    default:
      return printSequence(value, depth);
  }
}

/** At most 200 characters. */
export function expressionOf(value: Value): string {
  const text = print(value, 0);
  return text.length > expressionLength ? `${text.slice(0, expressionLength - 1)}…` : text;
}
