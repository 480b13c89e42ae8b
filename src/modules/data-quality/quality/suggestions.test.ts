import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from '../frame.ts';
import type { Rule } from '../rule.ts';
import { csv, withFrames } from '../test-frames.ts';
import { suggestRules } from './suggestions.ts';

const cities = ['Bern', 'Chur', 'Genf', 'Sion'];
/** 400 rows: a key, a city that its zip decides, a start before its end, an amount that is never negative, a note that may be missing. */
const line = (i: number) => {
  const city = (i * 7 + Math.floor(i / 3)) % 4;
  const day = String(1 + (i % 20)).padStart(2, '0');
  const later = String(1 + (i % 20) + (i % 4)).padStart(2, '0');
  return `K-${1000 + i},${cities[city]},${3000 + city},2024-01-${day},2024-01-${later},${(i * 37) % 100}.5,${i % 10 === 0 ? '' : `note ${'x'.repeat(i % 9)}`}`;
};
const table = (change: (line: string, i: number) => string = (same) => same) =>
  csv(`id,city,zip,start,end,amount,note\n${Array.from({ length: 400 }, (_, i) => change(line(i), i)).join('\n')}\n`);

const ruleText = (rule: Rule) => JSON.stringify(rule);

test('a good table suggests its key, sets, bounds, dependencies and comparisons, each with evidence and a bound', async () => {
  const { suggestions, leftOut } = await withFrames([table()], (frame) => suggestRules(frame as Frame));
  const rules = suggestions.map(({ rule }) => ruleText(rule));
  for (const expected of [
    { kind: 'uniqueKey', columns: ['id'] },
    { kind: 'pattern', column: 'id', pattern: '[A-Z]-[0-9]{4}' },
    { kind: 'set', column: 'city', values: cities },
    { kind: 'functionalDependency', determinant: ['zip'], dependent: 'city' },
    { kind: 'compare', left: 'start', operator: '<=', right: 'end' },
    { kind: 'range', column: 'amount', min: 0 },
    { kind: 'range', column: 'amount', min: 0.5, max: 99.5 },
    { kind: 'type', column: 'start', type: 'time' },
    { kind: 'notMissing', column: 'amount' },
  ])
    assert.ok(rules.includes(JSON.stringify(expected)), JSON.stringify(expected));
  assert.ok(!rules.includes(ruleText({ kind: 'notMissing', column: 'note' })));
  assert.ok(!rules.includes(ruleText({ kind: 'compare', left: 'end', operator: '<=', right: 'start' })));
  assert.deepEqual(leftOut, []);
  const range = suggestions.find(({ rule }) => rule.kind === 'range' && rule.max !== undefined);
  // By hand: 400 values, (400 − 1)/(400 + 1).
  assert.equal(range?.confidence, 399 / 401);
  const sign = suggestions.find(({ rule }) => rule.kind === 'range' && rule.max === undefined && rule.column === 'amount');
  // By hand, from what it says of itself: (0.05 ÷ proposals)^(1 ÷ rows).
  const [, tried = 0, rows = 0] = (/over (\d+) proposals: none of (\d+) rows/.exec(sign?.method ?? '') ?? []).map(Number);
  assert.equal(sign?.confidence, (0.05 / tried) ** (1 / rows));
  assert.ok(tried >= suggestions.length && rows > 150 && rows < 250, sign?.method);
  assert.match(sign?.evidence ?? '', /amount has no negative value in \d+ rows/);
});

test('what a single row breaks is not suggested, whichever half it falls into', async () => {
  const broken = table((text, i) =>
    i === 201 ? text.replace(/,[\d.]+,(?=[^,]*$)/, ',-1,').replace(/,(Bern|Chur|Genf|Sion),/, ',Rom,') : text,
  );
  const { suggestions } = await withFrames([broken], (frame) => suggestRules(frame as Frame));
  const rules = suggestions.map(({ rule }) => ruleText(rule));
  assert.ok(!rules.includes(ruleText({ kind: 'range', column: 'amount', min: 0 })));
  assert.ok(!rules.includes(ruleText({ kind: 'set', column: 'city', values: cities })));
  assert.ok(!rules.includes(ruleText({ kind: 'functionalDependency', determinant: ['zip'], dependent: 'city' })));
});

test('a few rows suggest nothing, and that is said', async () => {
  const { suggestions, leftOut } = await withFrames([csv('a,b\n1,2\n')], (frame) => suggestRules(frame as Frame));
  assert.deepEqual([suggestions.length, leftOut.length], [0, 1]);
});
