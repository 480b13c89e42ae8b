import assert from 'node:assert/strict';
import test from 'node:test';
import { parseText } from '../syntax.ts';
import { checkSizes, fileStop, functionStop, proofFileStop } from './sizes.ts';

const lines = (count: number): string => 'x();\n'.repeat(count);
const check = (path: string, text: string) => checkSizes(parseText(path, text)).map(({ line, says }) => ({ line, says }));

test('a file of exactly the stop is accepted, one line more is not', () => {
  assert.deepEqual(check('src/a.ts', lines(fileStop)), []);
  assert.equal(check('src/a.ts', lines(fileStop + 1)).length, 1);
  assert.match(check('src/a.ts', lines(fileStop + 1))[0]?.says ?? '', /^401 lines; the stop is 400/);
});

test('a function of exactly the stop is accepted, one line more is not, and its first line is named', () => {
  const shaped = (length: number) => `// é takes two bytes\n\nfunction long() {\n${lines(length - 2)}}\n`;
  assert.deepEqual(check('src/a.ts', shaped(functionStop)), []);
  assert.deepEqual(check('src/a.ts', shaped(functionStop + 1)), [{ line: 3, says: 'a function of 61 lines; the stop is 60.' }]);
});

const body = lines(functionStop);
for (const [kind, text] of Object.entries({
  'arrow function': `const f = () => {\n${body}};\n`,
  method: `class A {\n  run() {\n${body}}\n}\n`,
  'private method': `class A {\n  #run() {\n${body}}\n}\n`,
  constructor: `class A {\n  constructor() {\n${body}}\n}\n`,
  'method of an object': `const a = {\n  run() {\n${body}},\n};\n`,
  getter: `const a = {\n  get size() {\n${body} return 1; },\n};\n`,
  'function expression': `run(function () {\n${body}});\n`,
})) {
  test(`a long ${kind} is found`, () => {
    assert.equal(check('src/a.ts', text).length, 1);
  });
}

test('a component with JSX is read, and a long one is found', () => {
  const rows = '      <li>row</li>\n'.repeat(functionStop);
  assert.equal(check('src/a.tsx', `export function List() {\n  return (\n    <ul>\n${rows}    </ul>\n  );\n}\n`).length, 1);
});

test("a test's functions may be long, its file has its own stop", () => {
  assert.deepEqual(check('src/a.test.ts', `suite(() => {\n${lines(functionStop * 2)}});\n`), []);
  assert.equal(check('src/a.test.ts', lines(proofFileStop + 1)).length, 1);
});
