import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold, itemOf, unescapeText } from './fold.ts';
import { computedBytes, computedText, integer, sequence, unknown, type Value } from './values.ts';

const tools = {
  bytesOf: (value: Value | undefined): Uint8Array | undefined => (value?.kind === 'bytes' ? value.data : undefined),
};
const word = computedText;
const blob = (text: string) => computedBytes(Buffer.from(text, 'latin1'));
const shown = (value: Value | undefined): unknown => {
  if (value?.kind === 'text') return value.text;
  if (value?.kind === 'bytes') return Buffer.from(value.data ?? []).toString('latin1');
  if (value?.kind === 'integer') return value.value;
  return value?.kind;
};
const folded = (key: string, ...args: Value[]) => shown(fold(key, args, tools));

// Expected values: what the expression in the title of each row gives in Python.
test('computes the text functions that hide names', () => {
  assert.equal(folded('builtins str.join', word(''), sequence('list', [word('o'), word('s')])), 'os');
  assert.equal(folded('builtins str.format', word('{}.{0}'), word('a')), 'a.a');
  assert.equal(folded('operator mod', word('%c%s'), sequence('tuple', [integer(111), word('s')])), 'os');
  assert.equal(folded('operator add', word('sys'), word('tem')), 'system');
  assert.equal(folded('builtins str.replace', word('oXs'), word('X'), word('')), 'os');
  assert.equal(folded('builtins chr', integer(111)), 'o');
  assert.equal(shown(itemOf(word('abc'), integer(-1), tools)), 'c');
});

test('decodes what was encoded', () => {
  assert.equal(folded('builtins bytes.decode', blob('os')), 'os');
  assert.equal(folded('codecs decode', word('flfgrz'), word('rot13')), 'system');
  assert.equal(folded('codecs decode', blob('6f73'), word('hex')), 'os');
  assert.equal(folded('base64 b64decode', word('c3lzdGVt')), 'system');
  assert.equal(folded('builtins bytes.fromhex', word('6f 73')), 'os');
  assert.equal(folded('builtins bytes', sequence('list', [integer(111), integer(115)])), 'os');
});

test('gives up instead of guessing', () => {
  assert.equal(folded('builtins str.join', word(''), sequence('list', [word('o'), unknown])), undefined);
  assert.equal(folded('operator mod', word('%x'), integer(1)), undefined);
  assert.equal(folded('builtins chr', integer(-1)), undefined);
  assert.equal(folded('somepackage join', word('a')), undefined);
});

test('never grows a text beyond what is kept', () => {
  const long = word('x'.repeat(60_000));
  assert.equal(folded('operator add', long, long), 'x'.repeat(65_536));
  assert.equal(folded('builtins str.join', long, sequence('list', [long, long])), undefined);
});

test('resolves the escapes of Python literals', () => {
  assert.equal(unescapeText('a\\x62\\143\\u0064\\n\\\\\\q'), 'abcd\n\\\\q');
});
