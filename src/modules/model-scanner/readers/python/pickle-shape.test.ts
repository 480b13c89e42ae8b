import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, oldCallingPickle } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { bytesSource } from '../../engine/source.ts';
import { fileWalksLikePickle, isNoPickle, walksLikePickle } from './pickle-shape.ts';

test('pickles of protocol 0 and 1 are recognised without signature, cut ones too', () => {
  for (const text of [
    "(dp0\nS'a'\np1\nI1\ns.",
    '(lp0\nI1\naI2\na.',
    "cos\nsystem\n(S'id'\ntRgarbage",
    '(iacme\nThing\np0\n(dp1\nb.',
    ']q\u0000(K\u0001K\u0002e.',
  ])
    assert.equal(walksLikePickle(bytes(text), true), true, text);
  assert.equal(walksLikePickle(oldCallingPickle, true), true);
});

test('prose, code, tables and word lists are not', () => {
  const texts = [
    'I have a dream.\n',
    'cat\ndog\nbird\n',
    '(c) 2024 somebody. All rights reserved.\n',
    'a,b,c\n1,2,3\n',
    'import os\nos.system("id")\n',
    'N',
    '.',
    'the\nof\nand\n',
    '(1) First.\n(2) Second.\n',
    '[section]\nkey = value\n',
    '{"a": 1}',
    'class A:\n  pass\n',
    '0.5 0.25\n',
    'VERSION 1.\n',
    '% comment\n',
  ];
  for (const text of texts) assert.equal(walksLikePickle(bytes(text), true), false, text);
});

test('a number of thousands of digits is a pickle made to exhaust its reader; a text of digits is not', () => {
  assert.equal(walksLikePickle(bytes(`L${'9'.repeat(5000)}`), false), true);
  assert.equal(walksLikePickle(bytes(`L${'9'.repeat(5000)}L\n.`), true), true);
  assert.equal(walksLikePickle(bytes('9'.repeat(5000)), false), false);
  assert.equal(walksLikePickle(bytes('L9 is a good rating\n'), true), false);
});

test('values longer than the beginning of the file, and thousands of them, hide no call', () => {
  const act = "cos\nsystem\n(S'id'\ntR.";
  const long = 'A'.repeat(70_000);
  for (const text of [
    `V${long}\n0${act}`,
    `Tp\u0011\u0001\0${long}0${act}`,
    `${'('.repeat(5000)}${act}`,
    `${'(0'.repeat(3000)}${act}`,
    `(lp0\n.${act}`,
    `I 1_0\n0${act}`,
    `L0x41\n0F.5\n0${act}`,
  ]) {
    assert.equal(isNoPickle(bytes(text).subarray(0, 4096), text.length <= 4096), false, text.slice(0, 20));
    assert.equal(fileWalksLikePickle(bytesSource(bytes(text))), true, text.slice(0, 20));
  }
  for (const text of ['N'.repeat(9000), '('.repeat(9000), `V${long}\nNext line\n`, 'Prose goes on '.repeat(2000)])
    assert.equal(fileWalksLikePickle(bytesSource(bytes(text))), false, text.slice(0, 20));
});
