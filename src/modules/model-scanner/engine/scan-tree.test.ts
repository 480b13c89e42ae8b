import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bytes, callingPickle, harmlessPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { externalTensor, field, onnxModel, twoTensors } from '../../../../test/corpus/model-scanner/build-models.ts';
import { scanTables } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import type { WorkerPool } from '../../../platform/workers/pool.ts';
import { workerProblems } from '../../../platform/workers/pool.ts';
import { ScanResult } from '../contract.ts';
import type { Trust } from '../signatures/trust.ts';
import type { FileReport } from './file-report.ts';
import { scanFile } from './scan.ts';
import { type ScanPool, scanPool, scanTree, type TreeOptions } from './scan-tree.ts';
import type { ScanTask } from './scan-worker.ts';

const pool: ScanPool = scanPool(scanTables(), 1);
const folders: string[] = [];
after(async () => {
  await pool.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'scan-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const options: TreeOptions = { tables: scanTables(), engineVersion: '1.0.0', rulesVersion: 'test', pool };

test('a folder is scanned to a result of the contract: artefacts with verdicts, findings worst first, plain files counted', async () => {
  const root = folderOf({
    'a/m.safetensors': twoTensors,
    'a/evil.pkl': callingPickle,
    'README.md': bytes('# hello'),
    'logo.png': bytes('\u0089PNG\r\n\u001a\n'),
  });
  const seen: number[] = [];
  const result = await scanTree([root], { ...options, onProgress: ({ filesDone }) => seen.push(filesDone) });
  assert.ok(ScanResult.parse(result));
  assert.deepEqual(
    result.files.map(({ path, format }) => [path, format]),
    [
      ['a/evil.pkl', 'pickle'],
      ['a/m.safetensors', 'safetensors'],
    ],
  );
  assert.equal(result.filesTotal, 4);
  assert.equal(result.filesRead, 4);
  assert.ok(result.verdict === 'malicious' || result.verdict === 'suspicious');
  assert.deepEqual(result.findings[0]?.where.containerPath, ['a/evil.pkl']);
  assert.deepEqual([seen[0], seen.at(-1)], [0, 4]);
});

test('a finding shows the bytes around its place', async () => {
  const root = folderOf({ 'evil.pkl': callingPickle });
  const found = (await scanTree([root], options)).findings.find(({ evidence }) => evidence.includes('system'));
  assert.ok(found?.excerpt);
  assert.equal(Buffer.from(found.excerpt.base64, 'base64').toString('latin1').includes('posix'), true);
});

test('plain files are listed when asked for, with no verdict', async () => {
  const root = folderOf({ 'README.md': bytes('# hello') });
  const result = await scanTree([root], { ...options, listPlain: true });
  assert.deepEqual(
    result.files.map(({ path, verdict }) => [path, verdict]),
    [['README.md', null]],
  );
});

test('an unknown binary counts beside a model or when it is named, and not elsewhere', async () => {
  const odd = bytes([1, 2, 3, 250, 251, 252, 0, 9]);
  const beside = await scanTree([folderOf({ 'm/m.safetensors': twoTensors, 'm/odd.xyz': odd, 'assets/odd.xyz': odd })], options);
  assert.deepEqual(
    beside.unread.map(({ path, reason }) => [path, reason]),
    [['m/odd.xyz', 'unsupported']],
  );
  assert.equal(beside.verdict, 'incomplete');
  const root = folderOf({ 'odd.xyz': odd });
  assert.equal((await scanTree([join(root, 'odd.xyz')], options)).verdict, 'unsupported');
  assert.equal((await scanTree([root], options)).verdict, 'clean');
});

test('the data file that a model names is part of it, not an unknown binary', async () => {
  const model = onnxModel(bytes(field(5, externalTensor('weights.bin'))));
  const result = await scanTree([folderOf({ 'm.onnx': model, 'weights.bin': bytes([1, 2, 3, 250, 0]) })], options);
  assert.equal(result.verdict, 'clean');
});

test('several paths keep their own names', async () => {
  const first = folderOf({ 'a.pkl': harmlessPickle });
  const second = folderOf({ 'b.pkl': harmlessPickle });
  const result = await scanTree([first, join(second, 'b.pkl')], options);
  assert.deepEqual(result.files.map(({ path }) => path).sort(), [`${first}/a.pkl`, `${second}/b.pkl`].sort());
});

test('a link to weights outside the folder leaves the scan incomplete', async () => {
  const outside = folderOf({ 'm.bin': callingPickle });
  const root = folderOf({ 'ok.safetensors': twoTensors });
  symlinkSync(join(outside, 'm.bin'), join(root, 'model.bin'));
  const result = await scanTree([root], options);
  assert.equal(result.verdict, 'incomplete');
  assert.deepEqual(
    result.unread.map(({ path, reason }) => [path, reason]),
    [['model.bin', 'permission']],
  );
});

/** A pool in this thread that dies on files of one name, as a crash of a reader would. */
function dyingPool(deadly: string): WorkerPool<ScanTask, FileReport[]> {
  return {
    warm: () => {},
    close: async () => {},
    run: async ({ files, limits, current }) =>
      files.map(({ path, name }, index) => {
        Atomics.store(current, 0, index);
        if (name === deadly) throw workerProblems.crashed({ reason: 'out of memory' });
        return scanFile(path, name, { tables: scanTables(), limits });
      }),
  };
}

test('a file that kills its worker is reported as that, and every other file is still scanned', async () => {
  const root = folderOf({ 'a.pkl': callingPickle, 'b.pkl': harmlessPickle, 'c.pkl': callingPickle });
  const result = await scanTree([root], { ...options, pool: dyingPool('b.pkl') });
  assert.deepEqual(
    result.unread.map(({ path, reason }) => [path, reason]),
    [['b.pkl', 'reader-failed']],
  );
  const found = new Set(result.findings.filter(({ axis }) => axis === 'effect').map(({ path }) => path));
  assert.deepEqual([...found].sort(), ['a.pkl', 'c.pkl']);
});

test('files after the end of the time are unread, and the scan ends', async () => {
  const root = folderOf({ 'a.pkl': harmlessPickle });
  const result = await scanTree([root], { ...options, maxTimeMs: -1 });
  assert.deepEqual(
    result.unread.map(({ reason }) => reason),
    ['budget'],
  );
  assert.equal(result.verdict, 'incomplete');
});

test('an aborted scan is refused', async () => {
  const root = folderOf({ 'a.pkl': harmlessPickle });
  await assert.rejects(scanTree([root], { ...options, signal: AbortSignal.abort() }), { code: 'workers.stopped' });
});

test('a path that does not exist is an error of the system', async () => {
  await assert.rejects(scanTree(['/nowhere/at/all'], options), { code: 'ENOENT' });
});

test('a moved file keeps the fingerprints of its findings', async () => {
  const prints = async (name: string) =>
    (await scanTree([folderOf({ [name]: callingPickle })], options)).findings.map(({ fingerprint }) => fingerprint).sort();
  assert.deepEqual(await prints('here/m.pkl'), await prints('there/deeper/m.pkl'));
});

test('pickled weights beside the same weights as safetensors are risky', async () => {
  const root = folderOf({ 'pytorch_model.bin': harmlessPickle, 'model.safetensors': twoTensors });
  const result = await scanTree([root], options);
  assert.equal(result.verdict, 'risky');
  assert.ok(result.findings.some(({ ruleId, path }) => ruleId === 'pickle-beside-safetensors' && path === 'pytorch_model.bin'));
});

test('a model repository without a licence is risky as a whole folder, not as a choice of its files', async () => {
  const config = bytes('{"model_type": "bert", "architectures": ["BertModel"]}');
  const root = folderOf({ 'm/config.json': config, 'm/model.safetensors': twoTensors });
  const whole = await scanTree([root], options);
  const told = whole.findings.filter(({ ruleId }) => ruleId === 'licence-missing');
  assert.deepEqual([whole.verdict, told.map(({ path }) => path)], ['risky', ['m/config.json']]);
  const chosen = await scanTree([root], { ...options, files: ['m/config.json', 'm/model.safetensors'] });
  assert.equal(chosen.verdict, 'clean');
  writeFileSync(join(root, 'LICENSE'), 'SPDX-License-Identifier: Apache-2.0\n');
  assert.equal((await scanTree([root], options)).verdict, 'clean');
});

test('values with a second name elsewhere are told with the onnx version that the project locks', async () => {
  const root = folderOf({
    'models/m.onnx': onnxModel(bytes(field(5, externalTensor('weights.bin')))),
    'poetry.lock': bytes('[[package]]\nname = "onnx"\nversion = "1.19.0"\n'),
  });
  const elsewhere = folderOf({ secret: bytes('marker') });
  linkSync(join(elsewhere, 'secret'), join(root, 'models/weights.bin'));
  const { findings } = await scanTree([root], options);
  const found = findings.find(({ ruleId }) => ruleId === 'external-path');
  assert.ok(found?.references.includes('CVE-2026-34446'));
  assert.match(found?.why ?? '', / The project locks onnx 1\.19\.0 \(poetry\.lock\)\.$/);
});

test('files of a folder know what they import from one another, whatever batch they travel in', async () => {
  const root = folderOf({
    'model/config.json': bytes(JSON.stringify({ model_type: 'acme', auto_map: { AutoModel: 'modeling_acme.AcmeModel' } })),
    'model/modeling_acme.py': bytes('import os\nfrom .settings.names import COMMAND\nos.system(COMMAND)\n'),
    'model/settings/names.py': bytes("COMMAND = 'touch /tmp/marker'\n"),
  });
  const result = await scanTree([root], options);
  assert.equal(result.verdict, 'malicious');
  assert.ok(
    result.findings.some(({ evidence, path }) => path === 'model/modeling_acme.py' && evidence === "os.system('touch /tmp/marker')"),
  );
});

test('whom the person who scans trusts reaches the threads that read signatures', async () => {
  const signatures = new URL('../../../../test/corpus/model-scanner/signatures/', import.meta.url);
  const signed = (name: string) => new Uint8Array(readFileSync(new URL(name, signatures)));
  // The folder that the bundle was made over: make_signatures.py.
  const root = folderOf({
    'config.json': bytes('{"model_type": "acme", "architectures": ["Acme"]}'),
    'merges.txt': bytes('a b\n'),
    'model.sig': signed('key.sig'),
  });
  const said = async (trust?: Trust) =>
    (await scanTree([root], { ...options, ...(trust ? { trust } : {}) })).findings
      .filter(({ ruleId }) => ruleId.startsWith('provenance-'))
      .map(({ title, severity }) => `${severity}: ${title}`);
  const key = { keys: [Buffer.from(signed('signer.pem')).toString()], certificates: [], logs: [], signers: [] };
  assert.deepEqual(await said(), ['informational: A signature whose signer was not verified']);
  assert.deepEqual(await said(key), ['informational: Signed by somebody who is trusted']);
  assert.deepEqual(await said({ ...key, keys: [Buffer.from(signed('other.pem')).toString()] }), [
    'medium: Signed by somebody who is not trusted',
  ]);
  writeFileSync(join(root, 'merges.txt'), 'a c\n');
  assert.ok((await said(key)).includes('high: The file is not the one its manifest speaks about'));
});
