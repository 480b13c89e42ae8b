import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { jsonDepth, maxJsonDepth, parseInput, parseJsonBody, typedQuery } from './input.ts';

test('a body nested deeper than the limit is refused before it is parsed', () => {
  const bomb = Buffer.from('['.repeat(200_000));
  assert.throws(() => parseJsonBody(bomb), { code: 'request.tooDeep', status: 400 });
  const deepest = '['.repeat(maxJsonDepth) + ']'.repeat(maxJsonDepth);
  assert.doesNotThrow(() => parseJsonBody(Buffer.from(deepest)));
});

test('brackets and escaped quotes inside text are no nesting', () => {
  assert.equal(jsonDepth(Buffer.from(JSON.stringify({ a: '[[[[{{{{\\"[[', b: ['\\'] }))), 2);
});

test('the depth counted equals the depth of what JSON.parse builds', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  fc.assert(fc.property(fc.json(), (text) => jsonDepth(Buffer.from(text)) === depthOf(JSON.parse(text))));
});

test('a body that is not JSON or not UTF-8 is malformed, never a failure', () => {
  for (const bytes of [Buffer.from('{"a":'), Buffer.from('nope'), Buffer.from([0x22, 0xff, 0x22])]) {
    assert.throws(() => parseJsonBody(bytes), { code: 'request.malformed', status: 400 });
  }
});

test('query text becomes what the schema asks for, and stays text where it cannot', () => {
  const schema = z.object({
    limit: z.int().default(50),
    all: z.boolean().optional(),
    ids: z.array(z.string()).optional(),
    q: z.string().optional(),
  });
  assert.deepEqual(typedQuery({ limit: '7', all: 'true', ids: 'a,b', q: '12' }, schema), { limit: 7, all: true, ids: ['a', 'b'], q: '12' });
  assert.deepEqual(typedQuery({ limit: 'seven', all: 'yes' }, schema), { limit: 'seven', all: 'yes' });
  assert.deepEqual(typedQuery({ all: 'false' }, schema), { all: false });
});

test('every wrong value is named by its path', () => {
  const schema = z.strictObject({ name: z.string(), nested: z.object({ size: z.int() }) });
  assert.throws(
    () => parseInput(schema, JSON.parse('{"name":1,"nested":{"size":"x"},"__proto__":{"admin":true}}')),
    (error: unknown) => {
      assert.ok(typeof error === 'object' && error !== null && 'issues' in error && Array.isArray(error.issues));
      assert.deepEqual(error.issues.map(({ path }: { path: string }) => path).sort(), ['', 'name', 'nested.size']);
      return true;
    },
  );
  assert.equal('admin' in {}, false);
});

test('text the database cannot hold is refused by its path', () => {
  const schema = z.object({ deep: z.array(z.object({ name: z.string() })) });
  for (const name of ['a\0b', '\ud800']) {
    assert.throws(
      () => parseInput(schema, { deep: [{ name: 'fine' }, { name }] }),
      (error: unknown) => {
        assert.ok(typeof error === 'object' && error !== null && 'issues' in error);
        assert.deepEqual(error.issues, [{ path: 'deep.1.name', message: 'Text may not hold NUL or half a surrogate pair.' }]);
        return true;
      },
    );
  }
});
