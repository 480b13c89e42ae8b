/** An expression with its types checked, as SQL whose values are bound. */
import type { Dialect, ValueType } from '../emitters/dialect.ts';
import type { Binding } from './binding.ts';
import { aggregates, rowFunctions, type Signature } from './functions.ts';
import type { Expression, Literal } from './parse.ts';
import { parseExpression } from './parse.ts';
import { wrong } from './tokens.ts';

/** A column as the database reads it: NULL is missing or not of this type; `missing` is a condition that is never NULL. */
export type ColumnSql = { readonly sql: string; readonly type: ValueType; readonly missing: string };
export type Surroundings = {
  readonly dialect: Dialect;
  readonly binding: Binding;
  /** undefined: there is no such column. Called once for each mention. */
  readonly column: (name: string) => ColumnSql | undefined;
};
type Typed = { readonly sql: string; readonly type: ValueType };
type Compiling = Surroundings & {
  readonly source: string;
  /** 'none': one row at a time. 'outside' and 'inside' of an aggregate: over many rows. */
  readonly aggregation: 'none' | 'outside' | 'inside';
};

/** @returns a condition over one row; NULL where a cell it needs is missing. @throws data-quality.badRule with the place. */
export function conditionSql(source: string, surroundings: Surroundings): string {
  const { sql, type } = compiled(parseExpression(source), { ...surroundings, source, aggregation: 'none' });
  if (type !== 'boolean') throw wrong(source, 1, `it is a ${type}; a condition that is true or false is expected`);
  return sql;
}

/** @returns a number over all rows, NULL when there is none. @throws data-quality.badRule with the place. */
export function aggregateSql(source: string, surroundings: Surroundings): string {
  const { sql, type } = compiled(parseExpression(source), { ...surroundings, source, aggregation: 'outside' });
  if (type !== 'number') throw wrong(source, 1, `it is a ${type}; a number is expected`);
  return sql;
}

/** Columns an expression names, each once. */
export function columnsIn(source: string): string[] {
  const names = new Set<string>();
  const visit = (node: Expression): void => {
    if (node.kind === 'column') names.add(node.name);
    if ('operand' in node) visit(node.operand);
    if (node.kind === 'binary') [node.left, node.right].forEach(visit);
    if (node.kind === 'between') [node.low, node.high].forEach(visit);
    if (node.kind === 'call') node.given.forEach(visit);
  };
  visit(parseExpression(source));
  return [...names];
}

function compiled(node: Expression, compiling: Compiling): Typed {
  switch (node.kind) {
    case 'number':
    case 'text':
      return { sql: bound(node, compiling), type: node.kind };
    case 'boolean':
      return { sql: node.value ? 'true' : 'false', type: 'boolean' };
    case 'column':
      return columnSql(node, compiling);
    case 'negative':
      return { sql: `(- ${as('number', node.operand, compiling)})`, type: 'number' };
    case 'not':
      return { sql: `(NOT ${as('boolean', node.operand, compiling)})`, type: 'boolean' };
    case 'binary':
      return binary(node, compiling);
    case 'missing':
      return { sql: missing(node, compiling), type: 'boolean' };
    case 'in':
      return { sql: membership(node, compiling), type: 'boolean' };
    case 'between':
      return { sql: between(node, compiling), type: 'boolean' };
    case 'call':
      return call(node, compiling);
  }
}

function bound(node: Literal, { binding, dialect }: Compiling): string {
  if (node.kind === 'boolean') return node.value ? 'true' : 'false';
  return dialect.parameter(binding.place(node.value), node.kind);
}

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

function columnSql({ name, at }: Of<'column'>, { column, source, aggregation }: Compiling): Typed & ColumnSql {
  const found = column(name);
  if (found === undefined) throw wrong(source, at, `there is no column ${JSON.stringify(name.slice(0, 100))}`);
  if (aggregation === 'outside')
    throw wrong(source, at, `the column ${JSON.stringify(name.slice(0, 100))} must stand inside mean(…) or the like`);
  return found;
}

function as(type: ValueType, node: Expression, compiling: Compiling): string {
  const found = compiled(node, compiling);
  if (found.type !== type) throw wrong(compiling.source, node.at, `a ${type} is expected, this is a ${found.type}`);
  return found.sql;
}

function binary(node: Of<'binary'>, compiling: Compiling): Typed {
  const { operator, left, right } = node;
  if (operator === 'and' || operator === 'or') {
    const sides = [left, right].map((side) => as('boolean', side, compiling));
    return { sql: `(${sides.join(` ${operator.toUpperCase()} `)})`, type: 'boolean' };
  }
  if ('+-*/%'.includes(operator)) return { sql: arithmetic(node, compiling), type: 'number' };
  const sides = comparable(left, right, compiling);
  const spelled = operator === '!=' ? '<>' : operator;
  return { sql: `(${ordered(sides[0], spelled, compiling)} ${spelled} ${ordered(sides[1], spelled, compiling)})`, type: 'boolean' };
}

/** A division by zero is missing, not infinite. */
function arithmetic({ operator, left, right }: Of<'binary'>, compiling: Compiling): string {
  const [a, b] = [as('number', left, compiling), as('number', right, compiling)];
  return compiling.dialect.notNan(`(${a} ${operator} ${operator === '/' || operator === '%' ? `nullif(${b}, 0)` : b})`);
}

const ordered = ({ sql, type }: Typed, operator: string, { dialect }: Compiling): string =>
  type === 'text' && operator !== '=' && operator !== '<>' ? dialect.byCodePoint(sql) : sql;

/** Both of one type; a text that is written out is read as a time beside a time. */
function comparable(left: Expression, right: Expression, compiling: Compiling): [Typed, Typed] {
  const before = compiling.binding.mark();
  const sides: [Typed, Typed] = [compiled(left, compiling), compiled(right, compiling)];
  if (sides[0].type === sides[1].type) return sides;
  compiling.binding.rewind(before);
  const [a, b] = [asTime(left, sides[1].type, compiling), asTime(right, sides[0].type, compiling)];
  if (a.type !== b.type) throw wrong(compiling.source, right.at, `a ${a.type} is compared with a ${b.type}`);
  return [a, b];
}

const isoMoment = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$/;

function asTime(node: Expression, other: ValueType, compiling: Compiling): Typed {
  if (node.kind !== 'text' || other !== 'time') return compiled(node, compiling);
  if (!isoMoment.test(node.value) || Number.isNaN(Date.parse(node.value)))
    throw wrong(compiling.source, node.at, `${JSON.stringify(node.value.slice(0, 60))} is no time like 2024-01-31 or 2024-01-31T12:00:00`);
  return { sql: compiling.dialect.parameter(compiling.binding.place(node.value.replace('T', ' ')), 'time'), type: 'time' };
}

function missing({ operand, isNegated }: Of<'missing'>, compiling: Compiling): string {
  const condition = operand.kind === 'column' ? columnSql(operand, compiling).missing : `(${compiled(operand, compiling).sql} IS NULL)`;
  return isNegated ? `(NOT ${condition})` : condition;
}

function membership({ operand, values, isNegated }: Of<'in'>, compiling: Compiling): string {
  const equals = values.map((value) => {
    const [a, b] = comparable(operand, value, compiling);
    return `${a.sql} = ${b.sql}`;
  });
  return `(${isNegated ? 'NOT ' : ''}(${equals.join(' OR ')}))`;
}

function between({ operand, low, high, isNegated }: Of<'between'>, compiling: Compiling): string {
  const sides = [low, high].map((bound, k) => {
    const operator = k === 0 ? '>=' : '<=';
    const [a, b] = comparable(operand, bound, compiling);
    return `${ordered(a, operator, compiling)} ${operator} ${ordered(b, operator, compiling)}`;
  });
  return `(${isNegated ? 'NOT ' : ''}(${sides.join(' AND ')}))`;
}

function call({ name, given, at }: Of<'call'>, compiling: Compiling): Typed {
  const { source, aggregation, dialect } = compiling;
  const aggregate = aggregation === 'none' ? undefined : aggregates.get(name);
  if (aggregate !== undefined && aggregation === 'inside') throw wrong(source, at, `${name}(…) stands inside another of its kind`);
  const signature = aggregate ?? rowFunctions.get(name);
  if (signature === undefined) throw wrong(source, at, `there is no function ${name}; there are ${known(aggregation).join(', ')}`);
  const values = valuesFor(signature, { name, given, at }, aggregate === undefined ? compiling : { ...compiling, aggregation: 'inside' });
  const sql = signature.sql(
    values.map((value) => value.sql),
    dialect,
  );
  if (sql === null) throw wrong(source, at, `${name}(…) is not computed by ${dialect.id}`);
  return { sql, type: signature.gives === 'first' ? (values[0]?.type ?? 'number') : signature.gives };
}

const known = (aggregation: Compiling['aggregation']): string[] => [
  ...(aggregation === 'none' ? [] : aggregates.keys()),
  ...rowFunctions.keys(),
];

function valuesFor(
  { takes, isRepeated }: Signature,
  { name, given, at }: Pick<Of<'call'>, 'name' | 'given' | 'at'>,
  compiling: Compiling,
): Typed[] {
  const fits = isRepeated ? given.length >= takes.length : given.length === takes.length;
  if (!fits)
    throw wrong(compiling.source, at, `${name}(…) takes ${takes.length}${isRepeated ? ' or more' : ''} values, not ${given.length}`);
  const values: Typed[] = [];
  for (const [k, node] of given.entries()) {
    const value = compiled(node, compiling);
    const wanted = takes[Math.min(k, takes.length - 1)];
    const type = wanted === 'any' ? values[0]?.type : wanted;
    if (type !== undefined && type !== value.type)
      throw wrong(compiling.source, node.at, `${name}(…) takes a ${type} here, this is a ${value.type}`);
    values.push(value);
  }
  return values;
}
