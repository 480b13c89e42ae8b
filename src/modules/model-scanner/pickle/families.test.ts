/** Every family of hostile pickles is found, with and without harm facts; ordinary pickles of real libraries stay clean. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { opcodeOf } from './opcodes.ts';
import { withoutEffects } from './tables.ts';
import { catalogTables } from './testing/catalog.ts';
import { hostileSamples } from './testing/hostile.ts';
import { atLeast, readBytes } from './testing/verdict.ts';

const tables = catalogTables();
const families = Map.groupBy(hostileSamples, ({ family }) => family);

for (const [family, samples] of families)
  test(`finds every pickle of the family "${family}"`, () => {
    for (const { name, data, least } of samples) {
      const { weight } = readBytes(data, tables);
      assert.ok(atLeast(weight, least), `${name}: ${weight}, expected ${least}`);
    }
  });

test('with every harm fact deleted, allow facts and call shapes alone still call every hostile pickle at least suspicious', () => {
  const emptied = withoutEffects(tables);
  const missed = hostileSamples.filter(({ data }) => !atLeast(readBytes(data, emptied).weight, 'suspicious'));
  assert.deepEqual(
    missed.map(({ family, name }) => `${family}: ${name}`),
    [],
  );
  assert.ok(hostileSamples.length > 500);
});

// Saved by numpy, scipy, scikit-learn, pandas, xgboost, lightgbm, torch, transformers, omegaconf and the standard library themselves:
// scripts/golden/pickle_globals.py clean.
const clean = JSON.parse(readFileSync(new URL('./testing/clean-pickles.golden.json', import.meta.url), 'utf8')) as Record<string, string>;

test('calls every ordinary pickle of real libraries clean', () => {
  const alarms = Object.entries(clean).flatMap(([name, base64]) => {
    const { weight, facts } = readBytes(Buffer.from(base64, 'base64'), tables);
    return weight === 'clean'
      ? []
      : [`${name}: ${weight} ${facts.globals.filter(({ judgement }) => judgement !== 'allowed').map(({ expression }) => expression)}`];
  });
  assert.deepEqual(alarms, []);
  assert.ok(Object.keys(clean).length >= 60);
});

test('every fact names a place that is an opcode of the kind it tells of', () => {
  const calling = new Set([
    'REDUCE',
    'INST',
    'OBJ',
    'NEWOBJ',
    'NEWOBJ_EX',
    'BUILD',
    'SETITEM',
    'SETITEMS',
    'APPEND',
    'APPENDS',
    'ADDITEMS',
  ]);
  for (const { name, data } of hostileSamples) {
    for (const { where, position, expression } of readBytes(data, tables).facts.globals) {
      const opcode = opcodeOf(data[where.offset ?? -1] ?? 0)?.name ?? '';
      assert.ok(position === 'reference' || calling.has(opcode), `${name}: ${expression} at ${where.offset} is ${opcode}`);
      assert.ok(expression.length <= 200);
    }
  }
});
