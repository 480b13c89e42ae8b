import assert from 'node:assert/strict';
import test from 'node:test';
import { importsOf, lineCounter, parseText } from './syntax.ts';

test('every way to ask for a module is seen', () => {
  const text = `
    import a from './a.ts';
    import type { B } from './b.ts';
    import './c.ts';
    export * from './d.ts';
    export * as e from './e.ts';
    export { f } from './f.ts';
    export type { G } from './g.ts';
    const h = await import('./h.ts');
    const i = import(\`./i.ts\`);
    let j: import('./j.ts').J;
    function k(x: Map<string, typeof import('./k.ts')>) {}
  `;
  assert.deepEqual(
    importsOf(parseText('src/x.ts', text)).map(({ specifier }) => specifier),
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'].map((name) => `./${name}.ts`),
  );
});

test('a computed import is left out, because its name is only known when it runs', () => {
  assert.deepEqual(importsOf(parseText('src/x.ts', `import(name); import(\`./\${name}.ts\`);`)), []);
});

test('a broken file is refused with its name', () => {
  assert.throws(() => parseText('src/x.ts', 'const = ;'), /^Error: src\/x\.ts cannot be parsed/);
});

test('lines are counted in bytes, as swc does', () => {
  const lineOf = lineCounter('é\nb\n');
  // Bytes from 1: é is 1 and 2, the line feed 3, b 4.
  assert.deepEqual([1, 2, 3, 4, 5].map(lineOf), [1, 1, 1, 2, 2]);
});
