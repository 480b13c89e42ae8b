import assert from 'node:assert/strict';
import test from 'node:test';
import { toPlainJavaScript } from './plain-javascript.ts';

const plain = (text: string) => toPlainJavaScript('src/a/b.ts', text);

test('types go, and the names of own modules end in .js wherever code uses them', async () => {
  const { code, needs } = await plain(`
    // é: positions are counted in bytes
    import type { A } from './types-only.ts';
    import { b, type B } from '../b.ts';
    export { c } from './c.ts';
    export * from './d.ts';
    const e = await import('./e.ts');
    const f = new Worker(new URL('./f.ts', import.meta.url));
    const g = join(import.meta.dirname, 'g.ts');
    const h = load('./h.ts');
    export const n: number = b(e, f, g, h);
  `);
  assert.deepEqual(needs, ['../b.ts', './c.ts', './d.ts', './e.ts', './f.ts', './g.ts', './h.ts']);
  assert.doesNotMatch(code, /\.ts["']|types-only|: number/);
  for (const name of ['../b.js', './c.js', './d.js', './e.js', './f.js', 'g.js', './h.js']) assert.ok(code.includes(`"${name}"`), name);
});

test('texts that only look like a module stay as they are', async () => {
  const { code, needs } = await plain("say('edit store.ts', 'table.ts');\n");
  assert.deepEqual(needs, []);
  assert.match(code, /"edit store\.ts", "table\.ts"/);
});
