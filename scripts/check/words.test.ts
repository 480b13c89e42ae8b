import assert from 'node:assert/strict';
import test from 'node:test';
import { parseText } from '../syntax.ts';
import { checkWords } from './words.ts';

const says = (path: string, text: string): string[] =>
  checkWords(parseText(path, text)).map((one) => `${one.line}: ${one.says.slice(0, 24)}`);
const routes = 'src/modules/risk/routes.ts';

for (const [how, text] of Object.entries({
  'process.env.PORT': 'export const a = process.env.PORT;',
  "process.env['PORT']": "export const a = process.env['PORT'];",
  destructuring: 'const { env } = process;',
  'an import of node:process': "import { env } from 'node:process';",
})) {
  test(`reading the environment by ${how} is refused`, () => {
    assert.equal(says(routes, text).length, 1);
  });
}

test('the configuration, tests and scripts may read the environment', () => {
  const text = 'export const a = process.env.PORT;';
  for (const path of ['src/platform/config.ts', 'src/a.test.ts', 'src/platform/test-database.ts', 'scripts/a.ts', 'test/a.ts'])
    assert.deepEqual(says(path, text), []);
});

test('other parts of process are not the environment', () => {
  assert.deepEqual(says(routes, 'process.exitCode = 1; const env = { a: 1 }; env.a;'), []);
});

test('a bare Error is refused with its line, a problem and an own error class are not', () => {
  assert.deepEqual(says(routes, "\nif (a) throw new Error('no');\n"), ['2: throw a problem from pro']);
  assert.deepEqual(says(routes, "throw riskProblems.notFound({ id });\nthrow new ConfigError('x');"), []);
  assert.deepEqual(says('src/a.test.ts', "throw new Error('no');"), []);
});

test("only the store takes 'db', everyone may open a transaction", () => {
  const text = (names: string) => `import { ${names} } from '../../platform/database/database.ts';`;
  assert.equal(says(routes, text('db')).length, 1);
  assert.equal(says(routes, text('transaction, db as rows')).length, 1);
  assert.deepEqual(says(routes, text('transaction')), []);
  assert.deepEqual(says('src/modules/risk/store.ts', text('db')), []);
  assert.deepEqual(says('src/modules/risk/score-store.ts', text('db')), []);
});

test('a path into the catalog is refused, words about it are not', () => {
  assert.equal(says(routes, "read('../../../catalog/sla.yaml');").length, 1);
  assert.equal(says(routes, 'read(`catalog/sla.yaml`);').length, 1);
  assert.deepEqual(says(routes, "say('Not in the catalog/register.');"), []);
});
