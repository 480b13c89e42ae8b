import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isProblem } from '../../../contract/problem.ts';
import { duckdb } from '../emitters/duckdb.ts';
import { newBinding } from './binding.ts';
import { aggregateSql, type ColumnSql, columnsIn, conditionSql } from './compile.ts';
import { parseExpression } from './parse.ts';

const table = new Map<string, ColumnSql>([
  ['price', { sql: 'c0', type: 'number', missing: '(c0 IS NULL)' }],
  ['name', { sql: 'c1', type: 'text', missing: '(c1 IS NULL)' }],
  ['at', { sql: 'c2', type: 'time', missing: '(c2 IS NULL)' }],
  ['unit price', { sql: 'c3', type: 'number', missing: '(c3 IS NULL)' }],
]);

function condition(source: string) {
  const binding = newBinding();
  const sql = conditionSql(source, { dialect: duckdb, binding, column: (name) => table.get(name) });
  return { sql, values: [...binding.values] };
}
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isProblem(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'not refused';
}

test('values are bound, columns come from the table, and precedence is that of arithmetic', () => {
  assert.deepEqual(condition("price + 2 * `unit price` > 10 and name != 'it''s'"), {
    sql: "((nullif((c0 + nullif(($1::DOUBLE * c3), 'NaN'::DOUBLE)), 'NaN'::DOUBLE) > $2::DOUBLE) AND (c1 <> $3::VARCHAR))",
    values: [2, 10, "it's"],
  });
  assert.deepEqual(condition("name in ('a', 'b') or not price is missing"), {
    sql: '(((c1 = $1::VARCHAR OR c1 = $2::VARCHAR)) OR (NOT (c0 IS NULL)))',
    values: ['a', 'b'],
  });
});

test('a text beside a time is read as a time, and only if it is one', () => {
  assert.deepEqual(condition("at between '2024-01-01' and '2024-12-31T23:59:59'").values, ['2024-01-01', '2024-12-31 23:59:59']);
  assert.match(
    refusal(() => condition("at > 'soon'")),
    /character 6: "soon" is no time/,
  );
});

test('what is wrong is said with its place', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['price >', /character 8: a value is expected, not the end/],
    ['price > 1 2', /character 11: "2" is not expected here/],
    ['cost > 1', /character 1: there is no column "cost"/],
    ["price > 'x'", /character 9: a number is compared with a text/],
    ['name + 1 > 2', /character 1: a number is expected, this is a text/],
    ['price', /character 1: it is a number; a condition/],
    ["name = 'x", /character 8: the quote is never closed/],
    ['price # 1', /character 7: "#" has no meaning here/],
    ['drop(price) > 1', /character 1: there is no function drop; there are abs,/],
    ['length(price) > 1', /character 8: length\(…\) takes a text here, this is a number/],
    ['abs() > 1', /character 1: abs\(…\) takes 1 values, not 0/],
    ['price not 1', /character 11: "in" or "between" is expected/],
    ['price in (name)', /character 11: a number, a text, true or false is expected/],
    ['mean(price) > 1', /there is no function mean/],
  ];
  for (const [source, says] of cases)
    assert.match(
      refusal(() => condition(source)),
      says,
      source,
    );
});

test('length, depth and number of parts are bounded', () => {
  assert.match(
    refusal(() => condition(`price > ${'1'.repeat(2100)}`)),
    /longer than 2000 characters/,
  );
  assert.match(
    refusal(() => condition(`${'('.repeat(40)}price > 1${')'.repeat(40)}`)),
    /nested deeper than 32 levels/,
  );
  assert.match(
    refusal(() => condition(`${'not '.repeat(40)}price > 1`)),
    /nested deeper than 32 levels/,
  );
  assert.match(
    refusal(() => condition(`price > ${'1+'.repeat(500)}1`)),
    /more than 400 parts/,
  );
});

test('an aggregate is a number over rows: columns stand inside, aggregates do not nest', () => {
  const aggregate = (source: string) => aggregateSql(source, { dialect: duckdb, binding: newBinding(), column: (name) => table.get(name) });
  assert.equal(aggregate('max(price) - 1'), "nullif(((max(CASE WHEN isfinite(c0) THEN c0 END))::DOUBLE - $1::DOUBLE), 'NaN'::DOUBLE)");
  assert.match(
    refusal(() => aggregate('mean(price) + price')),
    /character 15: the column "price" must stand inside mean/,
  );
  assert.match(
    refusal(() => aggregate('mean(max(price))')),
    /character 6: max\(…\) stands inside another/,
  );
});

test('whatever is written is read or refused with a place, never a defect, and its text never becomes SQL', () => {
  const word = fc.constantFrom(
    'price',
    'name',
    '`unit price`',
    '1',
    "'x'",
    '+',
    '*',
    '(',
    ')',
    'and',
    'not',
    'in',
    'is missing',
    ',',
    '<',
    'abs(',
    ';',
    '--',
    '"',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      const source = words.join(' ');
      const found = refusal(() => condition(source));
      assert.match(found, /^(not refused|data-quality\.badRule .*character \d+)/);
      if (found === 'not refused') assert.doesNotMatch(condition(source).sql, /price|name|;|--|'x'/);
    }),
    { numRuns: 500 },
  );
});

test('the columns of an expression are named once each', () => {
  assert.deepEqual(columnsIn('price > 1 and (abs(price) < `unit price` or name is missing)'), ['price', 'unit price', 'name']);
  assert.equal(parseExpression('price').kind, 'column');
});
