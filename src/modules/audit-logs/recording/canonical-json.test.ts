import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from './canonical-json.ts';

// Input and expected text: RFC 8785, section 3.2.2 to 3.2.4 (the RFC's own worked example).
test('writes the example of RFC 8785 byte for byte', () => {
  const value = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  value.numbers = value.numbers.filter((number: number) => !Number.isInteger(number) || Number.isSafeInteger(number));
  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

// RFC 8785 section 3.2.3: order of these seven names by UTF-16 code units.
test('sorts members by UTF-16 code units, not by code points', () => {
  const names = ['€', '\r', '\ufb33', '1', '😀', '\u0080', 'ö'];
  const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
  assert.equal(text, '{"\\r":0,"1":0,"\u0080":0,"ö":0,"€":0,"😀":0,"\ufb33":0}');
});

test('leaves undefined members out and keeps null', () => {
  assert.equal(canonicalJson({ b: undefined, a: null }), '{"a":null}');
});

test('writes minus zero as 0', () => {
  assert.equal(canonicalJson(-0), '0');
});

for (const [name, value] of [
  ['an integer beyond 2^53 - 1', 2 ** 53],
  ['not-a-number', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['half a surrogate pair', '\ud83d'],
  ['a date object', new Date(0)],
  ['a big integer', 1n],
  ['undefined in a list', [undefined]],
] as const) {
  test(`refuses ${name}, because readers would disagree about it`, () => {
    assert.throws(() => canonicalJson({ x: value }), { code: 'canonical-json.notJson', status: 422 });
  });
}

test('refuses nesting beyond 32 levels instead of running out of stack', () => {
  let value: unknown = 0;
  for (let level = 0; level < 100_000; level += 1) value = [value];
  assert.throws(() => canonicalJson(value), { code: 'canonical-json.notJson' });
});

test('nesting of 32 levels and the largest safe integer are written, one more of either is refused', () => {
  const nested = (levels: number, wrap: (inner: unknown) => unknown): unknown => {
    let value: unknown = 0;
    for (let level = 0; level < levels; level += 1) value = wrap(value);
    return value;
  };
  for (const wrap of [(inner: unknown) => [inner], (inner: unknown) => ({ a: inner })]) {
    assert.deepEqual(JSON.parse(canonicalJson(nested(32, wrap))), nested(32, wrap));
    assert.throws(() => canonicalJson(nested(33, wrap)), { code: 'canonical-json.notJson' });
  }
  assert.equal(canonicalJson([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]), '[9007199254740991,-9007199254740991]');
});
