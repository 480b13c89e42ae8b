import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expressionOf, quote } from './expression.ts';
import { computedText, integer, none, sequence, type Value } from './values.ts';

test('shows control, bidirectional and invisible characters instead of printing them', () => {
  assert.equal(quote('a\nb\u001b[2Jc\u202ed\u200b\u00a0'), "'a\\nb\\x1b[2Jc\\u{202e}d\\u{200b}\\xa0'");
  assert.equal(quote("it's \\"), "'it\\'s \\\\'");
  assert.equal(quote('<script>'), "'<script>'", 'markup is for the page to escape');
});

test('cuts long texts and long expressions', () => {
  assert.equal(quote('x'.repeat(100), 10), `'${'x'.repeat(10)}'…`);
  const wide = sequence(
    'list',
    Array.from({ length: 50 }, () => computedText('y'.repeat(60))),
  );
  assert.ok(expressionOf(wide).length <= 200);
});

test('prints values as Python does', () => {
  const value: Value = { kind: 'dict', items: [computedText('a'), sequence('tuple', [integer(1)]), none, sequence('set', [])], count: 2 };
  assert.equal(expressionOf(value), "{'a': (1,), None: set()}");
  assert.equal(expressionOf(integer(2n ** 100n)), `0x1${'0'.repeat(25)}`);
});

test('does not follow values deeper than a reader would', () => {
  let value: Value = sequence('list', []);
  for (let depth = 0; depth < 50_000; depth += 1) value = sequence('list', [value]);
  assert.equal(expressionOf(value), '[[[[[[[…]]]]]]]');
});
