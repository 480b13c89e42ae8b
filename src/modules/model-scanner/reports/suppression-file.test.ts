import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSuppressions } from './suppression-file.ts';

const fingerprint = 'ab'.repeat(32);
const entry = { fingerprint, reason: 'Reviewed by hand.', owner: 'ml@acme.test', expires: '2026-12-31' };

test('the same list is read from YAML and from JSON', () => {
  const yaml = `suppressions:\n  - fingerprint: ${fingerprint}\n    reason: Reviewed by hand.\n    owner: ml@acme.test\n    expires: 2026-12-31\n`;
  const expected = [{ ...entry, rule: null, path: null }];
  assert.deepEqual(readSuppressions(yaml, 's.yaml'), expected);
  assert.deepEqual(readSuppressions(JSON.stringify({ suppressions: [entry] }), 's.json'), expected);
  assert.deepEqual(readSuppressions(JSON.stringify([entry]), 's.json'), expected);
});

test('a rule and a path make a suppression without end', () => {
  const [read] = readSuppressions(JSON.stringify([{ rule: 'pickle-format', path: '**', reason: 'x', owner: 'y' }]), 's');
  assert.deepEqual(read, { fingerprint: null, rule: 'pickle-format', path: '**', reason: 'x', owner: 'y', expires: null });
});

test('an entry that says less or other than it should is refused with its number', () => {
  const wrong = [
    { ...entry, reason: undefined },
    { ...entry, owner: '' },
    { ...entry, fingerprint: 'abc' },
    { ...entry, fingerprint: undefined, rule: 'pickle-format' },
    { ...entry, rule: 'pickle-format' },
    { ...entry, expires: '2026-02-30' },
    { ...entry, expires: '31.12.2026' },
    { ...entry, until: '2027-01-01' },
    { ...entry, reason: 5 },
    'text',
  ];
  for (const row of wrong)
    assert.throws(() => readSuppressions(JSON.stringify([entry, row]), 's.json'), {
      code: 'suppression-file.wrong',
      message: /^Suppression 2 /,
    });
});

test('what is no list, and what is neither YAML nor JSON, is refused', () => {
  assert.throws(() => readSuppressions('suppressions: all', 's'), { code: 'suppression-file.notList' });
  assert.throws(() => readSuppressions('a: [', 's'), { code: 'suppression-file.notReadable' });
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
    .split('')
    .map((c, i) => `${c}: &${c} [${`*${'abcdefg'[i]},`.repeat(9)}]`)
    .join('\n')}\n`;
  assert.throws(() => readSuppressions(bomb, 's'));
});
