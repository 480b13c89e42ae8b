import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isProblem } from '../../contract/problem.ts';
import { systemActor } from '../../platform/actors.ts';
import { withContext } from '../../platform/ambient.ts';
import { config, overrideEnvironment } from '../../platform/config.ts';
import { call, forgetLocalRoutes, serveLocally } from '../../platform/http/call.ts';
import { doorOpcodes, doorRules, doorStores, type ScanSource, scanModel, scanStatus } from './contract.ts';
import { routes } from './service.ts';

/** Protocol 2: os.system('marker'). Nothing loads it. */
const hostile = Buffer.concat([
  Buffer.from([0x80, 2]),
  Buffer.from('cos\nsystem\n'),
  Buffer.from([0x58, 6, 0, 0, 0]),
  Buffer.from('marker'),
  Buffer.from([0x85, 0x52, 0x2e]),
]);
const workspaceId = randomUUID();
const commit = '0123456789abcdef0123456789abcdef01234567';
const uploadId = randomUUID();

const settings = (root: string) => ({
  SCAN_ROOTS: `${join(root, 'models')}:${join(root, 'hub')}`,
  QUARANTINE_DIR: join(root, 'quarantine'),
  LOG_LEVEL: 'silent',
  LOG_DIR: '',
});

async function door(t: { after(release: () => Promise<void>): void }) {
  const root = await mkdtemp(join(tmpdir(), 'door-'));
  const files: Readonly<Record<string, Buffer | string>> = {
    'models/bad.pkl': hostile,
    'hub/models--acme--small/refs/main': commit,
    [`hub/models--acme--small/snapshots/${commit}/config.json`]: '{"model_type":"bert"}',
    [`quarantine/${workspaceId}/${uploadId}/mine/bad.pkl`]: hostile,
    'outside/secret.pkl': hostile,
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  const { LOG_LEVEL, LOG_DIR } = config();
  overrideEnvironment(settings(root));
  serveLocally(routes);
  t.after(async () => {
    forgetLocalRoutes();
    overrideEnvironment({ SCAN_ROOTS: '', QUARANTINE_DIR: '', LOG_LEVEL, LOG_DIR });
    await rm(root, { recursive: true, force: true });
  });
  const context = {
    actor: systemActor(workspaceId, 'test', 'job'),
    traceId: '0'.repeat(32),
    signal: new AbortController().signal,
    address: null,
    userAgent: null,
  };
  const ask: typeof call = (endpoint, input) => withContext(context, () => call(endpoint, input));
  const refusal = async (source: ScanSource, workspace?: string): Promise<string> => {
    try {
      await ask(scanModel, { source, wait: true, ...(workspace === undefined ? {} : { workspace }) });
      return 'answered';
    } catch (error) {
      return isProblem(error) ? error.code : 'failed';
    }
  };
  return { root, ask, refusal };
}

test('with wait the result is answered with every report asked for, and whether it reaches the bar', async (t) => {
  const { root, ask } = await door(t);
  const path = join(root, 'models');
  const formats = ['json', 'sarif', 'cyclonedx', 'html'] as const;
  const { id, result, failed, reports } = await ask(scanModel, {
    source: { path },
    wait: true,
    failOn: 'suspicious',
    formats: [...formats],
  });
  assert.equal(result?.verdict, 'malicious');
  assert.equal(failed, true);
  assert.deepEqual(Object.keys(reports ?? {}).toSorted(), [...formats].toSorted());
  assert.equal(JSON.parse(reports?.sarif ?? '').version, '2.1.0');
  assert.equal(JSON.parse(reports?.cyclonedx ?? '').specVersion, '1.6');
  const status = await ask(scanStatus, { id });
  assert.deepEqual([status.state, status.failed], ['done', true]);
});

test('an upload and a model of a store are scanned under the names people know', async (t) => {
  const { ask } = await door(t);
  const uploaded = await ask(scanModel, { source: { upload: uploadId }, workspace: workspaceId, wait: true });
  assert.deepEqual([uploaded.result?.verdict, uploaded.result?.files.map(({ path }) => path)], ['malicious', ['mine/bad.pkl']]);
  const stored = await ask(scanModel, { source: { hfCache: { repo: 'acme/small', revision: 'main' } }, wait: true });
  assert.deepEqual(
    stored.result?.files.map(({ path }) => path),
    ['config.json'],
  );
  assert.deepEqual(
    (await ask(doorStores, { kind: 'huggingface' })).items.map(({ label }) => label),
    ['acme/small@main'],
  );
});

test('what lies outside the roots, in another workspace or nowhere is refused', async (t) => {
  const { root, refusal } = await door(t);
  assert.equal(await refusal({ path: join(root, 'outside') }), 'path.outsideRoots');
  assert.equal(await refusal({ path: join(root, 'models', '..', 'outside') }), 'path.outsideRoots');
  assert.equal(await refusal({ upload: uploadId }), 'model-scanner.uploadNotFound');
  assert.equal(await refusal({ upload: uploadId }, randomUUID()), 'model-scanner.uploadNotFound');
  assert.equal(await refusal({ hfCache: { repo: 'acme/missing' } }), 'model-scanner.sourceNotFound');
  assert.equal(await refusal({ ollama: '../../etc/passwd' }), 'model-scanner.sourceNotFound');
  assert.equal(await refusal({ ociLayout: { folder: '../outside' } }), 'model-scanner.sourceNotFound');
});

test('opcodes and rules are answered', async (t) => {
  const { ask } = await door(t);
  const { opcodes } = await ask(doorOpcodes, { start: 0, base64: hostile.toString('base64'), anchor: 25 });
  assert.deepEqual(
    opcodes.map(({ name }) => name),
    ['PROTO', 'GLOBAL', 'BINUNICODE', 'TUPLE1', 'REDUCE', 'STOP'],
  );
  const { rules } = await ask(doorRules, {});
  assert.ok(rules.every(({ references, remedy }) => references.length > 0 && remedy !== ''));
});

test('whom the installation trusts is asked for each signature that the door meets', async (t) => {
  const { root, ask } = await door(t);
  const signatures = new URL('../../../test/corpus/model-scanner/signatures/', import.meta.url);
  // The folder that the bundle was made over: make_signatures.py.
  const folder = join(root, 'models', 'signed');
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), '{"model_type": "acme", "architectures": ["Acme"]}');
  await writeFile(join(folder, 'merges.txt'), 'a b\n');
  await copyFile(new URL('key.sig', signatures), join(folder, 'model.sig'));
  const said = async () => {
    const { result } = await ask(scanModel, { source: { path: folder }, wait: true });
    return result?.findings.filter(({ ruleId }) => ruleId.startsWith('provenance-')).map(({ title }) => title);
  };
  assert.deepEqual(await said(), ['A signature whose signer was not verified']);
  overrideEnvironment({ ...settings(root), SCAN_TRUSTED_KEYS: fileURLToPath(new URL('signer.pem', signatures)) });
  assert.deepEqual(await said(), ['Signed by somebody who is trusted']);
  overrideEnvironment({ ...settings(root), SCAN_TRUSTED_KEYS: join(root, 'nothing.pem') });
  await assert.rejects(said());
  overrideEnvironment({ ...settings(root), SCAN_TRUSTED_KEYS: '' });
});
