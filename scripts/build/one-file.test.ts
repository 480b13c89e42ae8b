import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import test, { type TestContext } from 'node:test';
import { detectors } from '../../src/modules/model-scanner/detectors.generated.ts';
import { freshRecord } from '../../src/platform/workers/one-file.ts';
import { root } from '../files.ts';
import { bundleScript, workerScripts } from './one-file.ts';
import { scriptText, startText } from './one-file-start.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'one-file-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('the worker of the scanner is one file, and loads no package at its start: no schema library, no YAML', async () => {
  const [script] = workerScripts;
  assert.ok(script);
  const { code, inputs, packages } = await bundleScript(script);
  assert.ok(inputs.length > 100 && code.length > 100_000);
  assert.deepEqual(packages, []);
  assert.ok(!/^import .* from "\./m.test(code));
  assert.ok(inputs.includes('src/modules/model-scanner/source-code/python-file.ts'), 'what is loaded later is inside too');
  assert.ok(!/\bload\("\.\.?\//.test(code));
});

test('a script that is prepared as the body of a function knows its place by what is handed to it, and has no examples of detectors', async () => {
  const [script] = workerScripts;
  assert.ok(script);
  const { code } = await bundleScript(script, 'script');
  assert.ok(!code.includes('import.meta'));
  assert.match(code, /placeOf\.url\("src\/modules\//);
  assert.equal(code.split('flags:[],passes:[]').length - 1, detectors.length);
});

test('a prepared script starts, keeps its compiled code once, and takes it the next time', (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'part.js'), scriptText('exports.place=placeOf.dirname("src/a.ts");exports.twice=(n)=>2*n;'));
  writeFileSync(join(folder, 'part.cjs'), startText('part'));
  // In processes of their own: one process starts a script once.
  const start = (...flags: string[]) => {
    const program = `const s=require(${JSON.stringify(join(folder, 'part.cjs'))});console.log(s.twice(21));s.keepPreparedCode()`;
    return spawnSync(process.execPath, [...flags, '-e', program], { encoding: 'utf8' }).stdout;
  };
  const keptFiles = () => readdirSync(folder).filter((name) => name.startsWith(`part.${process.version}-${process.arch}-`));
  assert.equal(start(), '42\n');
  const kept = join(folder, keptFiles()[0] ?? '');
  const { mtimeMs } = statSync(kept);
  assert.equal(start('--no-maglev'), '42\n');
  assert.equal(keptFiles().length, 2, 'code of other flags stands beside it');
  assert.equal(start(), '42\n');
  assert.equal(statSync(kept).mtimeMs, mtimeMs);
  writeFileSync(kept, 'no compiled code');
  assert.equal(start(), '42\n');
  assert.notEqual(readFileSync(kept, 'latin1'), 'no compiled code');
  const { place }: { place: string } = createRequire(import.meta.url)(join(folder, 'part.cjs'));
  assert.equal(place, join(folder, '../../../src'));
  assert.ok(existsSync(kept));
});

test('a prepared file counts only while every source is what it was made from', (t) => {
  const folder = folderOf(t);
  const source = join(folder, 'a.ts');
  const record = join(folder, 'a.json');
  writeFileSync(source, 'one');
  const { size, mtimeMs } = statSync(source);
  const write = (inputs: unknown) => writeFileSync(record, JSON.stringify({ inputs, starts: {} }));
  const path = relative(root, source);
  assert.equal(freshRecord(record), null);
  write([]);
  assert.equal(freshRecord(record), null);
  write([[path, size, mtimeMs]]);
  assert.notEqual(freshRecord(record), null);
  utimesSync(source, new Date(), new Date(mtimeMs + 5000));
  assert.equal(freshRecord(record), null);
  write([[path, size, statSync(source).mtimeMs]]);
  writeFileSync(source, 'other');
  assert.equal(freshRecord(record), null);
  rmSync(source);
  assert.equal(freshRecord(record), null);
});
