import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { resolveSource } from '../stores/resolve-source.ts';
import { listStoredModels } from './list-stores.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const run = 'abcdef0123456789abcdef0123456789';

async function storesIn(t: { after(release: () => Promise<void>): void }, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'stores-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

test('every store names what lies in it, and each name is one that a scan finds', async (t) => {
  const root = await storesIn(t, {
    '.cache/huggingface/hub/models--acme--small/refs/main': commit,
    [`.cache/huggingface/hub/models--acme--small/snapshots/${commit}/config.json`]: '{}',
    '.ollama/models/manifests/registry.ollama.ai/library/shop/latest': '{"schemaVersion":2,"layers":[]}',
    '.ollama/models/manifests/registry.ollama.ai/someone/chat/8b': '{"schemaVersion":2,"layers":[]}',
    // The volume of a container.
    'ollama/models/manifests/registry.ollama.ai/library/tiny/latest': '{"schemaVersion":2,"layers":[]}',
    [`mlruns/0/${run}/meta.yaml`]: `run_id: ${run}\n`,
    [`mlruns/0/${run}/artifacts/model.pkl`]: 'x',
    'mlruns/models/churn/version-2/meta.yaml': 'name: churn\n',
    'images/one/oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'images/one/index.json': '{"schemaVersion":2,"manifests":[]}',
  });
  const labels = async (kind: Parameters<typeof listStoredModels>[0]): Promise<string[]> =>
    (await listStoredModels(kind, [root])).items.map(({ label }) => label);
  assert.deepEqual(await labels('huggingface'), ['acme/small@main']);
  assert.deepEqual(await labels('ollama'), ['shop:latest', 'someone/chat:8b', 'tiny:latest']);
  assert.deepEqual(await labels('mlflow'), ['churn/2', `run ${run}`]);
  assert.deepEqual(await labels('oci'), ['images/one']);
  assert.deepEqual(
    (await resolveSource({ hfCache: { repo: 'acme/small', revision: 'main' } }, [root])).files.map(({ name }) => name),
    ['config.json'],
  );
  assert.ok((await resolveSource({ mlflow: { run } }, [root])).files.length > 0);
  for (const ollama of ['someone/chat:8b', 'tiny:latest']) assert.ok((await resolveSource({ ollama }, [root])).files.length > 0);
});

test('a store behind a link out of the roots is not looked into', async (t) => {
  const outside = await storesIn(t, { 'models--acme--secret/refs/main': commit, [`models--acme--secret/snapshots/${commit}/a`]: '' });
  const root = await storesIn(t, { 'readme.txt': '' });
  await symlink(outside, join(root, 'hub'));
  assert.deepEqual((await listStoredModels('huggingface', [root])).items, []);
});

test('roots without stores give empty lists', async () => {
  assert.deepEqual(await listStoredModels('ollama', ['/nowhere/at/all']), { items: [], leftOut: 0, searched: ['/nowhere/at/all'] });
});
