import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FilterField, filterWords, readFilters, valuesOf, withFilter, writeFilters } from './filter.ts';

const fields: FilterField[] = [
  {
    key: 'severity',
    label: 'severity',
    kind: 'choice',
    choices: [
      { value: 'critical', label: 'Critical' },
      { value: 'high', label: 'High' },
    ],
  },
  { key: 'owner', label: 'owner', kind: 'text' },
  { key: 'priority', label: 'priority', kind: 'number' },
  { key: 'accepted', label: 'accepted risks', kind: 'presence' },
];

test('what was written to the address is read back, commas included', () => {
  const state = {
    text: 'torch',
    filters: [
      { field: 'severity', operator: 'is', values: ['critical', 'high'] },
      { field: 'owner', operator: 'is', values: ['Brandt, Aiko,', 'Raman', '100 %2C'] },
      { field: 'priority', operator: 'min', values: ['70'] },
      { field: 'accepted', operator: 'state', values: ['only'] },
    ],
  } as const;
  const params = writeFilters(new URLSearchParams('sort=due'), fields, state);
  assert.equal(params.get('severity'), 'critical,high');
  assert.equal(params.get('sort'), 'due');
  assert.deepEqual(readFilters(params, fields), state);
});
test('parameters no field knows are no filters', () => {
  assert.deepEqual(readFilters(new URLSearchParams('evil=1&severity='), fields), { text: '', filters: [] });
});
test('a changed filter closes the peek, because the record may be gone', () => {
  assert.equal(writeFilters(new URLSearchParams('peek=7'), fields, { text: '', filters: [] }).toString(), '');
});
test('a chip reads as field, operator and the words of its values', () => {
  assert.deepEqual(filterWords({ field: 'severity', operator: 'is-not', values: ['critical', 'high'] }, fields), {
    field: 'severity',
    operator: 'is not',
    value: 'Critical or High',
  });
});
test('editing a chip replaces it, emptying it removes it', () => {
  const first = { field: 'severity', operator: 'is', values: ['high'] } as const;
  const edited = withFilter([first], { ...first, operator: 'is-not' }, first);
  assert.deepEqual(edited, [{ ...first, operator: 'is-not' }]);
  assert.deepEqual(withFilter(edited, { ...first, operator: 'is-not', values: [] }, null), []);
  assert.equal(valuesOf({ text: '', filters: edited }, 'severity'), undefined);
});
