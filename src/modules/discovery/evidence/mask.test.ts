import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { callFacts, importFacts, stringFacts } from './calls.ts';
import { type Language, lineFinder, mask } from './mask.ts';

const languages: readonly Language[] = ['python', 'javascript', 'go', 'java', 'rust', 'csharp'];
const codeOf = (text: string, language: Language) => mask(text, language).code;
const valuesOf = (text: string, language: Language) => stringFacts(mask(text, language)).map(({ value, key }) => [key, value]);

test('blanks comments and string contents and keeps every offset', () => {
  assert.equal(codeOf('a = "b#c" # d\ne', 'python'), 'a = "   "    \ne');
  assert.equal(codeOf("let a = 'x//y'; // z\n/* q */ b", 'javascript'), "let a = '    ';     \n        b");
  assert.equal(codeOf('let s = r#"a"b"#; /* x /* y */ z */ t', 'rust'), `let s = r#"   "#; ${' '.repeat('/* x /* y */ z */'.length)} t`);
  assert.equal(codeOf('var p = @"c:\\"; // x', 'csharp'), 'var p = @"   ";     ');
});

test('a docstring is a comment, a triple-quoted value is a string', () => {
  assert.deepEqual(valuesOf('def f():\n    """import torch"""\n    return 1\n', 'python'), []);
  assert.deepEqual(valuesOf('PROMPT = """You are\nkind."""\n', 'python'), [['PROMPT', 'You are\nkind.']]);
  assert.deepEqual(
    valuesOf('call(\n    "first",\n    "second"\n)\n', 'python').map(([, value]) => value),
    ['first', 'second'],
  );
});

test('a string knows the name it is given under', () => {
  assert.deepEqual(valuesOf('create(model="gpt-4o", x=1)', 'python'), [['model', 'gpt-4o']]);
  assert.deepEqual(valuesOf('d = {"model": "a", "b": "c"}', 'python'), [
    [null, 'model'],
    ['model', 'a'],
    [null, 'b'],
    ['b', 'c'],
  ]);
  assert.deepEqual(valuesOf("const o = { model: 'a' }; const m: string = 'b';", 'javascript'), [
    ['model', 'a'],
    ['m', 'b'],
  ]);
  assert.deepEqual(
    valuesOf('if x == "a": pass', 'python')
      .map(([key]) => key)
      .filter((key) => key === 'x'),
    [],
  );
});

test('imports are found where they are code, in each language’s forms', () => {
  const modules = (text: string, language: Language) => importFacts(mask(text, language), language).map(({ module }) => module);
  assert.deepEqual(modules('import a.b as x, c\nfrom d.e import (f, g as h)\n', 'python'), ['a.b', 'c', 'd.e', 'd.e.f', 'd.e.g']);
  assert.deepEqual(
    modules("import x from 'a';\nimport 'b';\nconst c = require('c');\nexport * from \"d\";\nawait import('e');\nlog('f');", 'javascript'),
    ['a', 'b', 'c', 'd', 'e'],
  );
  assert.deepEqual(modules('import (\n  "a"\n  x "b/c"\n)\nvar s = "d"\n', 'go'), ['a', 'b/c']);
  assert.deepEqual(modules('use a::b;\nextern crate c;\n// use d::e;\n', 'rust'), ['a', 'c']);
  assert.deepEqual(modules('import static a.b.C;\nimport d.E;\n', 'java'), ['a.b.C', 'd.E']);
  assert.deepEqual(modules('using A.B;\nusing static C.D;\nusing (var x = y) {}\n', 'csharp'), ['A.B', 'C.D']);
});

test('a call has its arguments by name and place; a definition is no call', () => {
  const [call] = callFacts(mask('m = torch.load("a.pt", map_location="cpu", weights=W)\ndef load(x): pass', 'python'), new Set(['load']));
  assert.deepEqual([call?.on, call?.name], ['torch', 'load']);
  assert.deepEqual(
    call?.arguments.map(({ key, value, identifier }) => [key, value, identifier]),
    [
      [null, 'a.pt', null],
      ['map_location', 'cpu', null],
      ['weights', null, 'W'],
    ],
  );
  assert.equal(callFacts(mask('def load(x): pass', 'python'), new Set(['load'])).length, 0);
});

test('whatever the text, length and lines stay, and nothing hangs', () => {
  const piece = fc.constantFrom(
    '"',
    "'",
    '`',
    '#',
    '/',
    '*',
    '\\',
    '\n',
    '{',
    '}',
    '(',
    ')',
    '"""',
    'r#"',
    '@"',
    '=',
    ':',
    'import ',
    'from ',
    'a',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 120 }), fc.constantFrom(...languages), (pieces, language) => {
      const text = pieces.join('');
      const masked = mask(text, language);
      assert.equal(masked.code.length, text.length);
      assert.equal(masked.code.split('\n').length, text.split('\n').length);
      for (const { start, end } of masked.strings) assert.ok(start <= end && end <= text.length);
      importFacts(masked, language);
      stringFacts(masked);
      callFacts(masked, new Set(['a']));
    }),
    { numRuns: 400 },
  );
});

test('a megabyte of the worst signs is masked in linear time', () => {
  for (const language of languages) {
    const text = `${'"'.repeat(1000)}${'/*'.repeat(5000)}${'a('.repeat(5000)}${'\\'.repeat(2000)}`.repeat(30);
    const startedAt = performance.now();
    const masked = mask(text, language);
    stringFacts(masked);
    callFacts(masked, new Set(['b']));
    // 0.7 MB; a quadratic pass would take minutes.
    assert.ok(performance.now() - startedAt < 8000, language);
  }
});

test('offsets become lines', () => {
  const lineAt = lineFinder('a\nbb\n\nc');
  assert.deepEqual([0, 1, 2, 4, 5, 6].map(lineAt), [1, 1, 2, 2, 3, 4]);
});
