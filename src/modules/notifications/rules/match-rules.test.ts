import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hours } from '../destinations/hours.ts';
import { type MatchRule, routedTo } from './match-rules.ts';

const any: MatchRule = { events: [], severities: [], categories: [], assetTags: [], hours: null, quiet: null, destinationIds: ['chat'] };
const what = { event: 'alert.raised', severity: 'high' as const, categories: ['poisoning', 'data-quality'], assetTags: ['payments'] };
const noon = new Date('2026-01-09T12:00:00Z');
const night: Hours = { zone: 'UTC', from: '22:00', to: '07:00', days: [1, 2, 3, 4, 5, 6, 7] };
const chosen = (...rules: Partial<MatchRule>[]) => [
  ...routedTo(
    rules.map((rule) => ({ ...any, ...rule })),
    what,
    noon,
  ).keys(),
];

test('a rule without conditions takes everything; each condition must hold, by one of its words', () => {
  assert.deepEqual(chosen({}), ['chat']);
  assert.deepEqual(chosen({ severities: ['critical', 'high'], categories: ['data-quality'], assetTags: ['payments', 'x'] }), ['chat']);
  for (const wrong of [
    { severities: ['low'] },
    { categories: ['evasion'] },
    { assetTags: ['hr'] },
    { events: ['incident.opened'] },
    { hours: night },
  ])
    assert.deepEqual(chosen(wrong), []);
});

test('a destination of several rules is told once, and is quiet only when all of them are', () => {
  const quiet = routedTo(
    [
      { ...any, quiet: night },
      { ...any, destinationIds: ['chat', 'mail'], quiet: night },
    ],
    what,
    noon,
  );
  assert.deepEqual(
    [...quiet].map(([id, hours]) => [id, hours.length]),
    [
      ['chat', 2],
      ['mail', 1],
    ],
  );
  assert.deepEqual(routedTo([{ ...any, quiet: night }, any], what, noon).get('chat'), []);
});
