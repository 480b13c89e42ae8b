import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Observation } from '../contract.ts';
import { applyDeclaration, applyObservation, differencesOf, type FieldState } from './provenance.ts';

const by = { source: 'discovery', at: '2026-01-01T00:00:00.000Z' };
const seen = (more: Partial<Observation> = {}): Observation => ({
  keys: ['file:/a'],
  type: 'model',
  name: 'a',
  mark: 'static',
  places: [{ place: '/a', line: null, evidence: '' }],
  ...more,
});
const person = { source: 'ana', at: '2026-01-02T00:00:00.000Z' };

test('an observation marks each field it sets and is a no-op the second time', () => {
  const first = applyObservation(null, seen({ metadata: { format: 'gguf' } }), by);
  assert.deepEqual([...first.changed].sort(), ['metadata.format', 'name']);
  assert.equal(first.marks['metadata.format']?.mark, 'static');
  assert.deepEqual(applyObservation(first, seen({ metadata: { format: 'gguf' } }), { ...by, at: 'later' }).changed, []);
});

test('a declared value stays in force, and the machine’s is kept only while it differs', () => {
  const known = applyObservation(null, seen(), by);
  const declared = applyDeclaration(known, { name: 'Churn', owner: 'Ana' }, person);
  assert.deepEqual(differencesOf(declared), [{ field: 'name', declared: 'Churn', observed: 'a', source: 'discovery' }]);
  const again = applyObservation(declared, seen({ name: 'Churn' }), by);
  assert.equal(again.fields.name, 'Churn');
  assert.deepEqual(differencesOf(again), []);
});

test('a person may declare that a field is empty', () => {
  const known = applyObservation(null, seen({ owner: 'robot', tags: ['x'] }), by);
  const declared = applyDeclaration(known, { owner: null, tags: [] }, person);
  const again = applyObservation(declared, seen({ owner: 'robot', tags: ['x'] }), by);
  assert.equal(again.fields.owner, null);
  assert.deepEqual(again.fields.tags, []);
  assert.deepEqual(
    differencesOf(again)
      .map(({ field }) => field)
      .sort(),
    ['owner', 'tags'],
  );
});

test('replacing metadata declares the keys left out as empty', () => {
  const known = applyObservation(null, seen({ metadata: { a: 1, b: 2 } }), by);
  const declared = applyDeclaration(known, { metadata: { a: 1, c: 'x' } }, person);
  assert.deepEqual(declared.fields.metadata, { a: 1, c: 'x' });
  assert.deepEqual(applyObservation(declared, seen({ metadata: { a: 1, b: 2 } }), by).fields.metadata, { a: 1, c: 'x' });
});

test('a source owns what it said first; another fills only what is empty', () => {
  const known = applyObservation(null, seen({ name: 'first' }), by);
  const other = applyObservation(known, seen({ name: 'second', region: 'eu' }), { source: 'wiz', at: by.at });
  assert.equal(other.fields.name, 'first');
  assert.equal(other.fields.region, 'eu');
});

test('whatever is observed and declared in any order, repeating the last observation changes nothing', () => {
  const value = fc.record(
    {
      name: fc.constantFrom('a', 'b'),
      owner: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      metadata: fc.dictionary(fc.constantFrom('k', '__proto__', 'm'), fc.integer({ min: 0, max: 2 })),
    },
    { requiredKeys: ['name'] },
  );
  const step = fc.oneof(
    fc.record({ kind: fc.constant('see' as const), source: fc.constantFrom('discovery', 'wiz'), value }),
    fc.record({ kind: fc.constant('say' as const), source: fc.constant('ana'), value }),
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), step, (steps, last) => {
      let state: FieldState | null = null;
      for (const { kind, source, value: said } of steps) {
        const clean = Object.fromEntries(Object.entries(said).filter(([, one]) => one !== undefined));
        state =
          kind === 'see' ? applyObservation(state, seen(clean), { source, at: '' }) : applyDeclaration(state, clean, { source, at: '' });
      }
      const clean = Object.fromEntries(Object.entries(last.value).filter(([, one]) => one !== undefined));
      const once = applyObservation(state, seen(clean), { source: last.source, at: '' });
      const twice = applyObservation(once, seen(clean), { source: last.source, at: '' });
      assert.deepEqual(twice.changed, []);
      assert.deepEqual(twice.fields, once.fields);
      for (const [field, mark] of Object.entries(state?.marks ?? {}))
        if (mark.mark === 'declared') assert.equal(twice.marks[field]?.mark, 'declared');
    }),
  );
});
