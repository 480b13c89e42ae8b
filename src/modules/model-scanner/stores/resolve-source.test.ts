import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { resolveSource } from './resolve-source.ts';
import type { StoreSource } from './store-source.ts';

function folder(context: TestContext): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'stores-')));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function write(path: string, content: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function link(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const gitHash = (text: string) => createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex');
const names = async (source: StoreSource, roots: readonly string[]) => (await resolveSource(source, roots)).files.map(({ name }) => name);
const codes = async (source: StoreSource, roots: readonly string[]) =>
  (await resolveSource(source, roots)).problems.map(({ code }) => code);

/* ——— Hugging Face cache ——— */
const commit = '0123456789abcdef0123456789abcdef01234567';

function hubCache(root: string): string {
  const repo = join(root, 'hub', 'models--acme--net');
  write(join(repo, 'refs', 'main'), commit);
  write(join(repo, 'refs', 'refs/pr/1'), 'f'.repeat(40));
  write(join(repo, 'blobs', gitHash('{"model_type":"bert"}')), '{"model_type":"bert"}');
  write(join(repo, 'blobs', sha256('weights')), 'weights');
  link(join(repo, 'snapshots', commit, 'config.json'), `../../blobs/${gitHash('{"model_type":"bert"}')}`);
  link(join(repo, 'snapshots', commit, 'onnx', 'model.onnx'), `../../../blobs/${sha256('weights')}`);
  return repo;
}

test('a repository of the hub cache is its snapshot, with the names of the repository and the real blobs behind them', async (context) => {
  const root = folder(context);
  const repo = hubCache(root);
  const { files, problems } = await resolveSource({ hfCache: { repo: 'acme/net' } }, [root]);
  assert.deepEqual(problems, []);
  assert.deepEqual(files, [
    { path: join(repo, 'blobs', gitHash('{"model_type":"bert"}')), name: 'config.json' },
    { path: join(repo, 'blobs', sha256('weights')), name: 'onnx/model.onnx' },
  ]);
});

test('a revision may be a commit, the beginning of one, or a ref; another one is not found', async (context) => {
  const root = folder(context);
  hubCache(root);
  for (const revision of [commit, commit.slice(0, 8), 'main'])
    assert.equal((await names({ hfCache: { repo: 'acme/net', revision } }, [root])).length, 2, revision);
  for (const revision of ['v2', 'refs/pr/1', '../main', 'a/../../x'])
    assert.deepEqual(await codes({ hfCache: { repo: 'acme/net', revision } }, [root]), ['not-found'], revision);
});

test('a name that climbs out of the cache is not found', async (context) => {
  const root = folder(context);
  hubCache(root);
  for (const repo of ['../net', 'acme/../net', 'a/b/c', '', '.'])
    assert.deepEqual(await codes({ hfCache: { repo } }, [root]), ['not-found'], repo);
});

test('a link of a snapshot that leaves the roots is a problem, not a file', async (context) => {
  const [root, elsewhere] = [folder(context), folder(context)];
  const repo = hubCache(root);
  link(join(repo, 'snapshots', commit, 'secret.txt'), write(join(elsewhere, 'secret.txt'), 'x'));
  const { files, problems } = await resolveSource({ hfCache: { repo: 'acme/net' } }, [root]);
  assert.equal(files.length, 2);
  assert.deepEqual(
    problems.map(({ code, name }) => [code, name]),
    [['outside-root', 'secret.txt']],
  );
});

test('a blob whose bytes are not those of its name is said to be so, for both kinds of hash', async (context) => {
  const root = folder(context);
  const repo = hubCache(root);
  write(join(repo, 'blobs', sha256('weights')), 'others!');
  write(join(repo, 'blobs', gitHash('{"model_type":"bert"}')), '{}');
  assert.deepEqual(await codes({ hfCache: { repo: 'acme/net' } }, [root]), ['digest-mismatch', 'digest-mismatch']);
});

test('a dangling link is a missing file', async (context) => {
  const root = folder(context);
  link(join(hubCache(root), 'snapshots', commit, 'gone.bin'), '../../blobs/nothing');
  assert.deepEqual(await codes({ hfCache: { repo: 'acme/net' } }, [root]), ['missing']);
});

/* ——— ollama ——— */
function ollamaStore(root: string, layers: readonly { mediaType: string; digest: string }[]): string {
  const store = join(root, 'models');
  const config = '{"model_format":"gguf"}';
  write(join(store, 'blobs', `sha256-${sha256(config)}`), config);
  write(
    join(store, 'manifests', 'registry.ollama.ai', 'library', 'tiny', 'latest'),
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: `sha256:${sha256(config)}`, size: config.length },
      layers,
    }),
  );
  return store;
}
const layer = (kind: string, content: string) => ({
  mediaType: `application/vnd.ollama.image.${kind}`,
  digest: `sha256:${sha256(content)}`,
});

test('an ollama model is its manifest and the blobs it lists, under the names of what they are', async (context) => {
  const root = folder(context);
  const store = ollamaStore(root, [
    layer('model', 'GGUF'),
    layer('template', '{{ .Prompt }}'),
    layer('license', 'a'),
    layer('license', 'b'),
  ]);
  for (const text of ['GGUF', '{{ .Prompt }}', 'a', 'b']) write(join(store, 'blobs', `sha256-${sha256(text)}`), text);
  const { files, problems } = await resolveSource({ ollama: 'tiny' }, [root]);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    files.map(({ name }) => name),
    ['config.json', 'license', 'license-2', 'manifest.json', 'model.gguf', 'template'],
  );
  assert.equal(files[4]?.path, join(store, 'blobs', `sha256-${sha256('GGUF')}`));
  assert.deepEqual(
    await names({ ollama: 'registry.ollama.ai/library/tiny:latest' }, [store]),
    files.map(({ name }) => name),
  );
});

test('CVE-2024-37032: a digest with path characters opens no file', async (context) => {
  const root = folder(context);
  write(join(root, 'secret'), 'x');
  for (const digest of ['sha256:../../secret', '../../../secret', `sha256:${'a'.repeat(63)}`, `sha256:${'A'.repeat(64)}`]) {
    ollamaStore(root, [{ mediaType: 'application/vnd.ollama.image.model', digest }]);
    const { files, problems } = await resolveSource({ ollama: 'tiny' }, [root]);
    assert.deepEqual(
      files.map(({ name }) => name),
      ['config.json', 'manifest.json'],
    );
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['bad-digest'],
      digest,
    );
  }
});

test('a blob that is not there or holds other bytes is a problem', async (context) => {
  const root = folder(context);
  const store = ollamaStore(root, [layer('model', 'GGUF'), layer('system', 'you are')]);
  write(join(store, 'blobs', `sha256-${sha256('GGUF')}`), 'other');
  assert.deepEqual(await codes({ ollama: 'tiny' }, [root]), ['digest-mismatch', 'missing']);
});

test('a model name that is a path is refused, and a broken manifest is said to be broken', async (context) => {
  const root = folder(context);
  const store = ollamaStore(root, []);
  for (const name of ['../tiny', 'a/../tiny', '..:latest', 'a/b/c/d', 'tiny:..'])
    assert.deepEqual(await codes({ ollama: name }, [root]), ['not-found'], name);
  write(join(store, 'manifests', 'registry.ollama.ai', 'library', 'tiny', 'latest'), '{"layers": [');
  assert.deepEqual(await codes({ ollama: 'tiny' }, [root]), ['broken']);
});

/* ——— MLflow ——— */
const run = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';

function mlruns(root: string): string {
  const store = join(root, 'mlruns');
  write(join(store, '0', 'meta.yaml'), 'experiment_id: "0"\n');
  write(join(store, '0', run, 'meta.yaml'), `run_id: ${run}\nartifact_uri: file://${store}/0/${run}/artifacts\n`);
  write(join(store, '0', run, 'artifacts', 'model', 'MLmodel'), 'flavors: {}\n');
  write(join(store, '0', run, 'artifacts', 'model', 'model.pkl'), 'x');
  for (const version of [1, 2, 10])
    write(
      join(store, 'models', 'churn', `version-${version}`, 'meta.yaml'),
      `name: churn\nsource: file://${store}/0/${run}/artifacts/model\nversion: ${version}\n`,
    );
  write(join(store, 'models', 'churn', 'aliases', 'champion'), '2');
  return store;
}

test('a run is its artefacts, a registered model the files of its version', async (context) => {
  const root = folder(context);
  mlruns(root);
  assert.deepEqual(await names({ mlflow: { run } }, [root]), ['model/MLmodel', 'model/model.pkl']);
  for (const model of ['churn', 'churn/1', 'churn@champion'])
    assert.deepEqual(await names({ mlflow: { model } }, [root]), ['MLmodel', 'model.pkl'], model);
});

test('sources of MLflow 3 and of runs are followed', async (context) => {
  const root = folder(context);
  const store = mlruns(root);
  write(join(store, '0', 'models', 'm-0123456789abcdef0123456789abcdef', 'artifacts', 'MLmodel'), 'flavors: {}\n');
  write(join(store, 'models', 'new', 'version-1', 'meta.yaml'), 'source: models:/m-0123456789abcdef0123456789abcdef\n');
  write(join(store, 'models', 'old', 'version-1', 'meta.yaml'), `source: runs:/${run}/model\n`);
  assert.deepEqual(await names({ mlflow: { model: 'new' } }, [root]), ['MLmodel']);
  assert.deepEqual(await names({ mlflow: { model: 'old' } }, [root]), ['MLmodel', 'model.pkl']);
});

test('a version whose source leaves the roots gives no file', async (context) => {
  const [root, elsewhere] = [folder(context), folder(context)];
  const store = mlruns(root);
  write(join(elsewhere, 'MLmodel'), 'x');
  for (const source of [`file://${elsewhere}`, elsewhere, '../../../../../../etc', 's3://bucket/model', 'file://host/x']) {
    write(join(store, 'models', 'far', 'version-1', 'meta.yaml'), `source: ${source}\n`);
    const { files, problems } = await resolveSource({ mlflow: { model: 'far' } }, [root]);
    assert.deepEqual(files, []);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['outside-root', 'not-found'],
      source,
    );
  }
});

test('names with path characters are not found', async (context) => {
  const root = folder(context);
  mlruns(root);
  for (const model of ['..', '../x', 'churn/x', 'churn@../../x', ''])
    assert.deepEqual(await codes({ mlflow: { model } }, [root]), ['not-found'], model);
  assert.deepEqual(await codes({ mlflow: { run: '..' } }, [root]), ['not-found']);
});

/* ——— OCI layout ——— */
function blob(layout: string, content: string): { digest: string; size: number } {
  write(join(layout, 'blobs', 'sha256', sha256(content)), content);
  return { digest: `sha256:${sha256(content)}`, size: content.length };
}

function ociLayout(root: string, layers: readonly object[]): string {
  const layout = join(root, 'image');
  write(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...blob(layout, '{}') },
    layers,
  });
  const entry = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...blob(layout, manifest),
    annotations: { 'org.opencontainers.image.ref.name': 'v1' },
  };
  write(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  return layout;
}

test('an OCI layout is its index, manifests and blobs; titles are names, without climbing parts', async (context) => {
  const root = folder(context);
  const layout = join(root, 'image');
  ociLayout(root, [
    { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...blob(layout, 'tar') },
    {
      mediaType: 'application/octet-stream',
      ...blob(layout, 'w'),
      annotations: { 'org.opencontainers.image.title': '../../model.safetensors' },
    },
  ]);
  const { files, problems } = await resolveSource({ ociLayout: { folder: 'image', reference: 'v1' } }, [root]);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    files.map(({ name }) => name),
    ['config.json', 'index.json', 'layer.tar.gz', 'manifest.json', 'model.safetensors'],
  );
  assert.deepEqual(await codes({ ociLayout: { folder: 'image', reference: 'v2' } }, [root]), ['not-found']);
});

test('digests that are none open nothing, and a folder outside the roots holds no layout', async (context) => {
  const root = folder(context);
  const layout = ociLayout(root, [{ mediaType: 'x', digest: 'sha256:../../../etc/passwd' }]);
  assert.deepEqual(await codes({ ociLayout: { folder: layout } }, [root]), ['bad-digest']);
  assert.deepEqual(await codes({ ociLayout: { folder: '/etc' } }, [root]), ['not-found']);
  assert.deepEqual(await codes({ ociLayout: { folder: '../..' } }, [root]), ['not-found']);
});

test('roots that are not there hold nothing', async () => {
  assert.deepEqual(await codes({ ollama: 'tiny' }, [join(tmpdir(), 'no-such-folder')]), ['not-found']);
});
