/**
 * The small language of conditions over the columns of one row.
 *
 *   expression = and { "or" and }
 *   and        = not { "and" not }
 *   not        = "not" not | comparison
 *   comparison = sum [ ("=" | "!=" | "<" | "<=" | ">" | ">=") sum
 *                    | "is" ["not"] "missing"
 *                    | ["not"] "in" "(" literal { "," literal } ")"
 *                    | ["not"] "between" sum "and" sum ]
 *   sum        = product { ("+" | "-") product }
 *   product    = factor { ("*" | "/" | "%") factor }
 *   factor     = "-" factor | literal | column | name "(" [ expression { "," expression } ] ")" | "(" expression ")"
 *   literal    = ["-"] number | 'text' ('' is a quote) | "true" | "false"
 *   column     = name | `any name` (`` is a backquote)
 *
 * Words are read in any case, names of columns exactly. At most 2,000 characters, 32 levels and 400 parts.
 */
import { type Token, tokensOf, wrong } from './tokens.ts';

const mostLevels = 32;
const mostParts = 400;

export type Literal = { readonly at: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
);
export type Expression =
  | Literal
  | ({ readonly at: number } & (
      | { readonly kind: 'column'; readonly name: string }
      | { readonly kind: 'negative' | 'not'; readonly operand: Expression }
      | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
      | { readonly kind: 'missing'; readonly operand: Expression; readonly isNegated: boolean }
      | { readonly kind: 'in'; readonly operand: Expression; readonly values: readonly Literal[]; readonly isNegated: boolean }
      | {
          readonly kind: 'between';
          readonly operand: Expression;
          readonly low: Expression;
          readonly high: Expression;
          readonly isNegated: boolean;
        }
      | { readonly kind: 'call'; readonly name: string; readonly given: readonly Expression[] }
    ));

type Reading = { readonly source: string; readonly tokens: readonly Token[]; next: number; level: number; parts: number };

/** @throws data-quality.badRule with the character where reading stopped. */
export function parseExpression(source: string): Expression {
  const reading: Reading = { source, tokens: tokensOf(source), next: 0, level: 0, parts: 0 };
  const expression = either(reading);
  const rest = here(reading);
  if (rest.kind !== 'end') throw wrong(source, rest.at, `${JSON.stringify(rest.written)} is not expected here`);
  return expression;
}

const end: Token = { kind: 'end', text: '', written: '', at: 1 };
const here = ({ tokens, next }: Reading): Token => tokens[next] ?? tokens.at(-1) ?? end;

function isWord(reading: Reading, word: string): boolean {
  const { kind, text } = here(reading);
  return kind === 'word' && text === word;
}
function isSign(reading: Reading, ...signs: readonly string[]): boolean {
  const { kind, text } = here(reading);
  return kind === 'sign' && signs.includes(text);
}

function takeSign(reading: Reading, sign: string): void {
  if (!isSign(reading, sign)) throw expected(reading, `"${sign}"`);
  reading.next++;
}
function takeWord(reading: Reading, word: string): void {
  if (!isWord(reading, word)) throw expected(reading, `"${word}"`);
  reading.next++;
}
function expected(reading: Reading, what: string): Error {
  const { at, kind, written } = here(reading);
  return wrong(reading.source, at, `${what} is expected, not ${kind === 'end' ? 'the end' : JSON.stringify(written)}`);
}

function part<E extends Expression>(reading: Reading, expression: E): E {
  if (++reading.parts > mostParts) throw wrong(reading.source, expression.at, `there are more than ${mostParts} parts`);
  return expression;
}

/** Every way down into brackets, calls and signs goes through here. */
function deeper(reading: Reading, read: (reading: Reading) => Expression): Expression {
  if (++reading.level > mostLevels) throw wrong(reading.source, here(reading).at, `it is nested deeper than ${mostLevels} levels`);
  const expression = read(reading);
  reading.level--;
  return expression;
}

function either(reading: Reading): Expression {
  let left = both(reading);
  while (isWord(reading, 'or')) left = joined(reading, left, both);
  return left;
}
function both(reading: Reading): Expression {
  let left = negation(reading);
  while (isWord(reading, 'and')) left = joined(reading, left, negation);
  return left;
}
function sum(reading: Reading): Expression {
  let left = product(reading);
  while (isSign(reading, '+', '-')) left = joined(reading, left, product);
  return left;
}
function product(reading: Reading): Expression {
  let left = factor(reading);
  while (isSign(reading, '*', '/', '%')) left = joined(reading, left, factor);
  return left;
}

function joined(reading: Reading, left: Expression, read: (reading: Reading) => Expression): Expression {
  const { at, text: operator } = here(reading);
  reading.next++;
  return part(reading, { kind: 'binary', at, operator, left, right: read(reading) });
}

function negation(reading: Reading): Expression {
  if (!isWord(reading, 'not')) return comparison(reading);
  const { at } = here(reading);
  reading.next++;
  return part(reading, { kind: 'not', at, operand: deeper(reading, negation) });
}

function comparison(reading: Reading): Expression {
  const operand = sum(reading);
  const { at } = here(reading);
  if (isSign(reading, '=', '!=', '<', '<=', '>', '>=')) return joined(reading, operand, sum);
  if (isWord(reading, 'is')) {
    reading.next++;
    const isNegated = takenNot(reading);
    takeWord(reading, 'missing');
    return part(reading, { kind: 'missing', at, operand, isNegated });
  }
  const isNegated = takenNot(reading);
  if (isWord(reading, 'in')) return part(reading, { kind: 'in', at, operand, values: literals(reading), isNegated });
  if (isWord(reading, 'between')) {
    reading.next++;
    const low = sum(reading);
    takeWord(reading, 'and');
    return part(reading, { kind: 'between', at, operand, low, high: sum(reading), isNegated });
  }
  if (isNegated) throw expected(reading, '"in" or "between"');
  return operand;
}

function takenNot(reading: Reading): boolean {
  if (!isWord(reading, 'not')) return false;
  reading.next++;
  return true;
}

function literals(reading: Reading): Literal[] {
  reading.next++;
  takeSign(reading, '(');
  const values = [literal(reading)];
  while (isSign(reading, ',')) {
    reading.next++;
    values.push(literal(reading));
  }
  takeSign(reading, ')');
  return values;
}

function literal(reading: Reading): Literal {
  const isNegative = isSign(reading, '-');
  if (isNegative) reading.next++;
  const found = literalHere(reading);
  if (found === null || (isNegative && found.kind !== 'number')) throw expected(reading, 'a number, a text, true or false');
  reading.next++;
  return part(reading, isNegative && found.kind === 'number' ? { ...found, value: -found.value } : found);
}

function literalHere(reading: Reading): Literal | null {
  const { kind, text, at } = here(reading);
  if (kind === 'number') return { kind, at, value: Number(text) };
  if (kind === 'text') return { kind, at, value: text };
  if (kind === 'word' && (text === 'true' || text === 'false')) return { kind: 'boolean', at, value: text === 'true' };
  return null;
}

const reserved = new Set(['and', 'or', 'not', 'in', 'is', 'between', 'missing']);

function factor(reading: Reading): Expression {
  const { kind, text, written, at } = here(reading);
  if (isSign(reading, '-')) {
    reading.next++;
    return part(reading, { kind: 'negative', at, operand: deeper(reading, factor) });
  }
  if (isSign(reading, '(')) return bracketed(reading);
  if (literalHere(reading) !== null) return literal(reading);
  if (kind === 'column' || (kind === 'word' && !reserved.has(text))) {
    reading.next++;
    if (kind === 'word' && isSign(reading, '(')) return part(reading, { kind: 'call', at, name: text, given: givenTo(reading) });
    return part(reading, { kind: 'column', at, name: kind === 'column' ? text : written });
  }
  throw expected(reading, 'a value');
}

function bracketed(reading: Reading): Expression {
  reading.next++;
  const inner = deeper(reading, either);
  takeSign(reading, ')');
  return inner;
}

function givenTo(reading: Reading): Expression[] {
  reading.next++;
  if (isSign(reading, ')')) {
    reading.next++;
    return [];
  }
  const given = [deeper(reading, either)];
  while (isSign(reading, ',')) {
    reading.next++;
    given.push(deeper(reading, either));
  }
  takeSign(reading, ')');
  return given;
}
