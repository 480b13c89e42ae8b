import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import test from 'node:test';
import { isFresh } from '../../src/platform/workers/one-file.ts';
import { root } from '../files.ts';
import { bundleScript, oneFileScripts } from './one-file.ts';

test('the worker of the scanner is one file, and loads no package at its start: no schema library, no YAML', async () => {
  const [script] = oneFileScripts;
  assert.ok(script);
  const { code, inputs, packages } = await bundleScript(script);
  assert.ok(inputs.length > 100 && code.length > 100_000);
  assert.deepEqual(packages, []);
  assert.ok(!/^import .* from "\./m.test(code));
  assert.ok(inputs.includes('src/modules/model-scanner/source-code/python-file.ts'), 'what is loaded later is inside too');
  assert.ok(!/\bload\("\.\.?\//.test(code));
});

test('a prepared file counts only while every source is what it was made from', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'one-file-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const source = join(folder, 'a.ts');
  const record = join(folder, 'a.json');
  writeFileSync(source, 'one');
  const { size, mtimeMs } = statSync(source);
  const write = (inputs: unknown) => writeFileSync(record, JSON.stringify({ inputs }));
  const path = relative(root, source);
  assert.equal(isFresh(record), false);
  write([]);
  assert.equal(isFresh(record), false);
  write([[path, size, mtimeMs]]);
  assert.equal(isFresh(record), true);
  utimesSync(source, new Date(), new Date(mtimeMs + 5000));
  assert.equal(isFresh(record), false);
  write([[path, size, statSync(source).mtimeMs]]);
  writeFileSync(source, 'other');
  assert.equal(isFresh(record), false);
  rmSync(source);
  assert.equal(isFresh(record), false);
});
