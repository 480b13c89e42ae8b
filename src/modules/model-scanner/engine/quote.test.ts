import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeText, quote } from './quote.ts';

test('control, bidirectional and invisible characters become escapes', () => {
  assert.equal(
    escapeText('a\u001b[31mb\n\u202ec\u200bd\u{e0041}e\ud800f\u009b'),
    'a\\u{1b}[31mb\\u{a}\\u{202e}c\\u{200b}d\\u{e0041}e\\u{d800}f\\u{9b}',
  );
});

test('letters of every script and pictures stay as they are', () => {
  assert.equal(escapeText('Grüße 模型 😀 עברית'), 'Grüße 模型 😀 עברית');
});

test('quoted text is cut', () => {
  assert.equal(quote('x'.repeat(300), 10), `'${'x'.repeat(10)}…'`);
});
