/** The catalog's pickle facts: every file parses, its examples hold, and the tables mean what the files say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectOf } from './names.ts';
import { EffectsDocument, loadPickleTables, PickleGlobalsDocument, parseAllow, withoutEffects } from './tables.ts';
import { catalogTables, readDocuments } from './testing/catalog.ts';

const splitName = (example: string): [string, string] => {
  const [module = '', name = ''] = example.split(' ');
  return [module, name];
};

for (const [path, document] of readDocuments('effects'))
  test(`${path}: every line is a fact and its examples hold`, () => {
    const { matches, nonMatches, facts } = EffectsDocument.parse(document);
    const rows = facts.split('\n').filter((line) => line.replace(/#.*$/, '').trim() !== '');
    const tables = loadPickleTables({ pickleGlobals: [], effects: [document] });
    const kept = tables.effects.size + tables.moduleEffects.size + tables.prefixEffects.size;
    assert.equal(kept, rows.length, 'no line is dropped, none is there twice');
    for (const example of matches) assert.ok(effectOf(tables, ...splitName(example)), example);
    for (const example of nonMatches) assert.equal(effectOf(tables, ...splitName(example)), undefined, example);
  });

for (const [path, document] of readDocuments('pickle-globals'))
  test(`${path}: parses and its examples hold`, () => {
    const parsed = PickleGlobalsDocument.parse(document);
    const tables = loadPickleTables({ pickleGlobals: [document], effects: [] });
    const known = new Set([
      ...tables.allow.keys(),
      ...tables.exports.keys(),
      ...tables.python2Names.keys(),
      ...tables.standardLibrary,
      ...tables.aiPackages,
    ]);
    for (const example of parsed.matches) assert.ok(known.has(example), example);
    for (const example of parsed.nonMatches) assert.ok(!known.has(example), example);
    if (parsed.kind !== 'allow') return;
    for (const line of parsed.globals.split('\n').filter((row) => row.trim() !== '' && !row.startsWith('#'))) {
      const words = line.trim().split(/\s+/);
      const fact = parseAllow(words.slice(2));
      const understood = Number(words.includes('class')) + Number(words.includes('reference')) + fact.calls.length;
      assert.equal(understood, words.length - 2, line);
    }
  });

test('allows nothing that is harmful as a class or in a call with any arguments', () => {
  const tables = catalogTables();
  for (const [key, fact] of tables.allow) {
    const effect = tables.effects.get(key);
    if (!effect || effect.atCall === 'possible') continue;
    assert.ok(!fact.asClass || !effect.atNew, key);
    assert.ok(
      fact.calls.every(({ kinds, more }) => !more || kinds.length > 0),
      key,
    );
  }
});

test('reads optional and further arguments of a call', () => {
  assert.deepEqual(parseAllow(['class', 'call(text,data?,*)']), {
    asClass: true,
    asReference: true,
    calls: [{ kinds: ['text', 'data'], least: 1, more: true }],
  });
  assert.deepEqual(parseAllow(['call()']).calls, [{ kinds: [], least: 0, more: false }]);
});

test('has about 400 harm facts and more, which can be taken away', () => {
  const tables = catalogTables();
  assert.ok(tables.effects.size + tables.moduleEffects.size + tables.prefixEffects.size >= 400);
  const emptied = withoutEffects(tables);
  assert.equal(emptied.effects.size + emptied.moduleEffects.size + emptied.prefixEffects.size, 0);
  assert.equal(emptied.allow, tables.allow);
});
