import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { type FilterField, readFilters } from './filter.ts';
import { askedOf, heardFields } from './filter-input.ts';

const choices = (...values: string[]) => values.map((value) => ({ value, label: value }));
const written: readonly FilterField[] = [
  { key: 'severity', label: 'severity', kind: 'choice', choices: choices('critical', 'high', 'low') },
  { key: 'mode', label: 'mode', kind: 'choice', choices: choices('watch', 'enforce') },
  { key: 'role', label: 'role', kind: 'choice', choices: choices('admin', 'viewer') },
  { key: 'owner', label: 'owner', kind: 'text' },
  { key: 'active', label: 'state', kind: 'choice', choices: choices('on', 'off') },
];
const input = z.object({
  // Several, joined by commas.
  severity: z
    .string()
    .regex(/^(critical|high|low)(,(critical|high|low))*$/)
    .optional(),
  mode: z.enum(['watch', 'enforce']).optional(),
  role: z
    .array(z.enum(['admin', 'viewer']))
    .min(1)
    .optional(),
  owner: z.string().max(5).optional(),
  q: z.string().trim().min(1).optional(),
});
const fields = heardFields(written, input);
const answer = (address: string) => askedOf(readFilters(new URLSearchParams(address), fields), fields, input);
const asked = (address: string) => answer(address).input;

test('several values go as the endpoint takes them: joined, or as a list', () => {
  assert.deepEqual(asked('severity=critical,high&role=admin,viewer'), { severity: 'critical,high', role: ['admin', 'viewer'] });
});
test('a field whose endpoint takes one value offers one, and an address with two asks for the last, which the chip shows', () => {
  assert.deepEqual(
    fields.map((field) => (field.kind === 'choice' ? field.single : field.kind === 'text' && field.whole)),
    [false, true, false, true, undefined],
  );
  const { filters } = readFilters(new URLSearchParams('mode=watch,enforce&mode.is-not=watch'), fields);
  assert.deepEqual(filters, [{ field: 'mode', operator: 'is', values: ['enforce'] }]);
  assert.deepEqual(asked('mode=watch,enforce'), { mode: 'enforce' });
});
test('"is not" asks for all the others, and when none is left nothing can match', () => {
  assert.deepEqual(asked('severity.is-not=low'), { severity: 'critical,high' });
  assert.deepEqual(asked('role.is-not=viewer'), { role: ['admin'] });
  assert.equal(answer('role.is-not=viewer').matchNothing, false);
  assert.equal(answer('role.is-not=viewer,admin').matchNothing, true);
  assert.equal(answer('severity=low&severity.is-not=low').matchNothing, true);
});
test('an older address that says "contains" of a whole value is read as "is"', () => {
  assert.deepEqual(asked('owner.has=mine'), { owner: 'mine' });
});
test('what the endpoint would refuse is left out and said to be, what it does not know is left out', () => {
  assert.deepEqual(asked('severity=strange&owner=far-too-long&active=on&q=%20torch%20&constructor=x'), { q: 'torch' });
  assert.deepEqual(answer('severity=strange&owner=far-too-long&active=on').unheard, ['severity', 'owner']);
});
