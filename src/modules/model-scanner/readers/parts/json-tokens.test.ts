import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type JsonValue, parseJson } from './json-tokens.ts';

function plain(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Map ? Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)])) : value;
}

test('any JSON value comes back as JSON.parse gives it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      assert.deepEqual(plain(parseJson(text).value), JSON.parse(text));
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('text is either parsed or refused, never anything else', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      let accepted = true;
      try {
        JSON.parse(text);
      } catch {
        accepted = false;
      }
      if (accepted) parseJson(text);
      else assert.throws(() => parseJson(text), { name: 'MalformedBytes' });
    }),
    { numRuns: 500, seed: 2, examples: [['[1,]'], ['{"a":1,}'], ['"\\x"'], ['1 2'], ['']] },
  );
});

test('a key that stands twice is told with its place', () => {
  assert.deepEqual(parseJson('{"a":1,"b":{"c":1,"c":2}}').repeatedKeys, [{ key: 'c', at: 18 }]);
});

test('keys like __proto__ are keys', () => {
  const { value } = parseJson('{"__proto__":{"x":1}}');
  assert.ok(value instanceof Map && value.has('__proto__'));
});

test('nesting without end is refused, not a stack overflow', () => {
  assert.throws(() => parseJson('['.repeat(100_000)), { code: 'json-depth' });
});

test('numbers of Python that JSON forbids are read', () => {
  assert.deepEqual(parseJson('[NaN,-Infinity]').value, [Number.NaN, Number.NEGATIVE_INFINITY]);
});
