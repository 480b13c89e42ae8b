/** Constants of a Jinja template, computed: `~`, `+`, `%`, filters and methods that put text together. Pure and bounded. */
import type { JinjaArgument, JinjaExpression } from './jinja-tree.ts';

export type Constant = string | number | boolean | null | readonly Constant[];
/** What variables stand for; a name that is not in it is unknown. */
export type Constants = ReadonlyMap<string, Constant>;

const longest = 10_000;

/** @returns undefined when the value is not known. */
export function fold(expression: JinjaExpression, constants: Constants): Constant | undefined {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'name':
      return constants.get(expression.name);
    case 'attribute':
      return expression.of.kind === 'name' ? constants.get(`${expression.of.name}.${expression.name}`) : undefined;
    case 'list':
      return foldList(expression.items, constants);
    case 'chain':
      return foldChain(expression, constants);
    case 'filter':
      return (
        foldFilter(expression.name, fold(expression.of, constants), foldArguments(expression.args, constants)) ?? dictionaryKeys(expression)
      );
    case 'call':
      return foldCall(expression, constants);
    case 'index':
      return foldIndex(fold(expression.of, constants), expression.index, constants);
    case 'conditional':
      return fold(expression.then, constants);
    default:
      return undefined;
  }
}

function foldList(items: readonly JinjaExpression[], constants: Constants): Constant | undefined {
  if (items.length > 1000) return undefined;
  const values = items.map((item) => fold(item, constants));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function foldArguments(args: readonly JinjaArgument[], constants: Constants): (Constant | undefined)[] {
  return args.map(({ value }) => fold(value, constants));
}

function isList(value: Constant | undefined): value is readonly Constant[] {
  return Array.isArray(value);
}

const asText = (value: Constant | undefined): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

function bounded(text: string): string | undefined {
  return text.length > longest ? undefined : text;
}

function foldChain({ first, rest }: JinjaExpression & { kind: 'chain' }, constants: Constants): Constant | undefined {
  let value = fold(first, constants);
  for (const { sign, operand } of rest) value = value === undefined ? undefined : combine(value, sign, fold(operand, constants));
  return value;
}

function combine(left: Constant, sign: string, right: Constant | undefined): Constant | undefined {
  if (right === undefined) return undefined;
  if (sign === '~') return bounded(`${asText(left) ?? ''}${asText(right) ?? ''}`);
  if (sign === '+' && typeof left === 'string' && typeof right === 'string') return bounded(left + right);
  if (sign === '%' && typeof left === 'string') return percent(left, isList(right) ? right : [right]);
  if (sign === '*' && typeof left === 'string' && typeof right === 'number')
    return right * left.length > longest ? undefined : left.repeat(Math.max(0, Math.floor(right)));
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  switch (sign) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '**':
      return left ** right;
    case '/':
      return left / right;
    case '//':
      return Math.floor(left / right);
    default:
      return undefined;
  }
}

function percent(format: string, values: readonly (Constant | undefined)[]): string | undefined {
  let at = 0;
  let certain = true;
  const made = format.replace(/%([scd%])/g, (_, kind: string) => {
    if (kind === '%') return '%';
    const value = values[at++];
    if (kind === 'c' && typeof value === 'number') return String.fromCodePoint(Math.max(0, Math.min(value, 0x10ffff)));
    const text = asText(value);
    if (text === undefined) certain = false;
    return text ?? '';
  });
  return certain ? bounded(made) : undefined;
}

function foldFilter(name: string, value: Constant | undefined, args: readonly (Constant | undefined)[]): Constant | undefined {
  if (value === undefined) return undefined;
  const text = asText(value);
  switch (name) {
    case 'join':
      return joined(value, asText(args[0]) ?? '');
    case 'format':
      return text === undefined ? undefined : percent(text, args);
    case 'replace':
      return text === undefined ? undefined : replaced(text, args);
    case 'reverse':
      return typeof value === 'string' ? [...value].toReversed().join('') : isList(value) ? value.toReversed() : undefined;
    case 'list':
      return typeof value === 'string' ? [...value].slice(0, 1000) : value;
    case 'first':
      return typeof value === 'string' ? value[0] : isList(value) ? value[0] : undefined;
    case 'last':
      return typeof value === 'string' ? value.at(-1) : isList(value) ? value.at(-1) : undefined;
    default:
      return text === undefined ? undefined : plain(name, text);
  }
}

function plain(name: string, text: string): string | undefined {
  if (name === 'lower') return text.toLowerCase();
  if (name === 'upper') return text.toUpperCase();
  if (name === 'trim' || name === 'strip') return text.trim();
  return ['string', 'safe', 'e', 'escape'].includes(name) ? text : undefined;
}

function joined(value: Constant, separator: string): string | undefined {
  const parts = typeof value === 'string' ? [...value] : isList(value) ? value.map(asText) : undefined;
  return parts?.every((part) => part !== undefined) ? bounded(parts.join(separator)) : undefined;
}

function replaced(text: string, [from, to]: readonly (Constant | undefined)[]): string | undefined {
  return typeof from === 'string' && from !== '' && typeof to === 'string' ? bounded(text.replaceAll(from, () => to)) : undefined;
}

/** `dict(__cla=x, ss__=x)|join`: the names are the text. */
function dictionaryKeys({ of, name }: JinjaExpression & { kind: 'filter' }): Constant | undefined {
  if (of.kind !== 'call' || of.callee.kind !== 'name' || of.callee.name !== 'dict') return undefined;
  const keys = of.args.map((argument) => argument.name ?? '');
  if (name === 'join') return keys.join('');
  return name === 'list' ? keys : name === 'first' ? keys[0] : undefined;
}

function foldCall({ callee, args }: JinjaExpression & { kind: 'call' }, constants: Constants): Constant | undefined {
  if (callee.kind !== 'attribute') return undefined;
  const owner = fold(callee.of, constants);
  if (typeof owner !== 'string') return undefined;
  const values = foldArguments(args, constants);
  if (callee.name === 'join') return values[0] === undefined ? undefined : joined(values[0], owner);
  if (callee.name === 'replace') return replaced(owner, values);
  if (callee.name === 'format') {
    const texts = values.map(asText);
    let at = 0;
    return texts.every((text) => text !== undefined)
      ? bounded(owner.replace(/\{(\d*)\}/g, (_, index: string) => texts[index === '' ? at++ : Number(index)] ?? ''))
      : undefined;
  }
  return plain(callee.name, owner);
}

function foldIndex(owner: Constant | undefined, index: JinjaExpression, constants: Constants): Constant | undefined {
  if (index.kind === 'slice')
    return typeof owner === 'string'
      ? sliced(
          owner,
          index.bounds.map((bound) => (bound ? fold(bound, constants) : null)),
        )
      : undefined;
  const at = fold(index, constants);
  if (typeof at !== 'number') return undefined;
  return typeof owner === 'string' || isList(owner) ? owner.at(at) : undefined;
}

function sliced(text: string, [lower, upper, step]: readonly (Constant | null | undefined)[]): string | undefined {
  const stride = typeof step === 'number' ? step : 1;
  if (stride === -1 && lower == null && upper == null) return [...text].toReversed().join('');
  if (stride < 1 || text.length > longest) return undefined;
  const part = text.slice(typeof lower === 'number' ? lower : 0, typeof upper === 'number' ? upper : undefined);
  return [...part].filter((_, at) => at % Math.floor(stride) === 0).join('');
}
