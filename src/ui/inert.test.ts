import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inertLine, inertParts } from './inert.ts';

test('shows direction and zero-width characters as codes', () => {
  assert.deepEqual(inertParts('safe\u202egpj.exe'), [
    { text: 'safe', code: false },
    { text: 'U+202E', code: true },
    { text: 'gpj.exe', code: false },
  ]);
});
test('shows terminal escapes by name', () => {
  assert.equal(inertLine('\u001b[31mred\u0000'), '[ESC][31mred[NUL]');
});
test('shows tag characters outside the basic plane and lone surrogates', () => {
  assert.equal(inertLine('\u{e0041}'), '[U+E0041]');
  assert.equal(inertLine('\ud800x'), '[U+D800]x');
});
test('leaves ordinary text, tabs and line feeds alone', () => {
  const text = 'posix.system("id")\n\tünïcode 漢字';
  assert.deepEqual(inertParts(text), [{ text, code: false }]);
});
test('stops at the limit and says how much was left out', () => {
  assert.equal(inertLine('abcdef', 4), 'abcd[… 2 more characters]');
});
