import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalogFolder } from '../../../platform/catalog.ts';
import { OperatorDocument, operatorTables } from './operator-tables.ts';
import type { OperatorTables } from './tables.ts';

const documents = loadCatalogFolder('operators', OperatorDocument);

/** Whether a file of the catalog says anything about a name. */
function isListed(name: string, framework: OperatorDocument['framework'], tables: OperatorTables): boolean {
  // Everything below a module of Keras counts too.
  if (framework === 'keras')
    return tables.kerasClasses.has(name) || [...tables.kerasModules].some((module) => name === module || name.startsWith(`${module}.`));
  const table = tables.graphs.get(framework);
  if (framework === 'onnx' || framework === 'tensorflow') return tables[framework].has(name) || table?.known.has(name) === true;
  return table?.harmful.has(name) === true || table?.known.has(name) === true;
}

for (const [file, document] of documents)
  test(`${file}: its own examples are found, and its counter-examples are not`, () => {
    const tables = operatorTables([document]);
    for (const name of document.matches) assert.ok(isListed(name, document.framework, tables), name);
    for (const name of document.nonMatches) assert.ok(!isListed(name, document.framework, tables), name);
  });

test('a line says name, effect, certainty and why', () => {
  const made = (harmful: string) =>
    operatorTables([OperatorDocument.parse({ framework: 'paddle', source: 'x', matches: ['a'], nonMatches: ['b'], harmful })]);
  assert.deepEqual(made('a exec possible calls something').graphs.get('paddle')?.harmful.get('a'), {
    effect: 'exec',
    certainty: 'possible',
    why: 'calls something',
  });
  assert.throws(() => made('a explode possible x'));
});
