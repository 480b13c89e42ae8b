import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedBytes } from '../../engine/reader.ts';
import { offsetOf } from './value-places.ts';
import { parseYaml } from './yaml-values.ts';

const only = (text: string) => {
  const [document] = parseYaml(text);
  assert.ok(document);
  return document;
};
const fails = (code: string) => (error: unknown) => error instanceof MalformedBytes && error.code === code;

test('values, places and several documents of one file are read', () => {
  const text = 'a: 1\n---\nb:\n  - x\n  - {c: two}\n';
  const [first, second] = parseYaml(text);
  assert.deepEqual(first?.root, new Map([['a', 1]]));
  assert.deepEqual(second?.root, new Map([['b', ['x', new Map([['c', 'two']])]]]));
  assert.ok(second);
  assert.equal(text.slice(offsetOf(second, ['b', 1, 'c'])).startsWith('c: two'), true);
});

test('keys are texts and never reach a prototype', () => {
  assert.deepEqual(
    only('__proto__: {x: 1}\n1: y\n').root,
    new Map<string, unknown>([
      ['__proto__', new Map([['x', 1]])],
      ['1', 'y'],
    ]),
  );
});

test('tags are reported and not followed', () => {
  const { tags, root } = only('a: !!python/object/apply:os.system ["id"]\nb: !Ref x\nc: !!str 3\n');
  assert.deepEqual(
    tags.map(({ tag }) => tag),
    ['tag:yaml.org,2002:python/object/apply:os.system', '!Ref'],
  );
  assert.ok(root instanceof Map);
  assert.deepEqual(root.get('a'), ['id']);
});

test('aliases are shared; a text that multiplies through them is named a bomb', () => {
  const shared = only('a: &x {k: 1}\nb: *x\n').root;
  assert.ok(shared instanceof Map);
  assert.equal(shared.get('a'), shared.get('b'));
  const levels = Array.from({ length: 10 }, (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join(', ')}]`);
  assert.throws(() => parseYaml(`l0: &l0 x\n${levels.join('\n')}\n`), fails('yaml-alias-bomb'));
});

test('an alias to itself ends', () => {
  assert.deepEqual(only('a: &x [*x]\n').root, new Map([['a', [null]]]));
});

test('deep nesting and broken text are refused with a code', () => {
  assert.throws(
    () => parseYaml('['.repeat(5000)),
    (error) => error instanceof MalformedBytes,
  );
  assert.throws(() => parseYaml(`${'['.repeat(300)}${']'.repeat(300)}`), fails('yaml-depth'));
  assert.throws(() => parseYaml('a: [1, 2\nb: }'), fails('yaml-broken'));
});

test('a text of more than a million tokens is not begun', () => {
  assert.throws(() => parseYaml(`[${',a'.repeat(600_000)}]`), fails('document-size'));
});

test('a key that stands twice is told', () => {
  assert.deepEqual(only('a: 1\nb: 2\na: 3\n').repeatedKeys, [{ key: 'a', at: 10 }]);
});
