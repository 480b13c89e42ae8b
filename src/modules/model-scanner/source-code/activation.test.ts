import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zip } from '../../../../test/corpus/model-scanner/build-zip.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import type { FileReport } from '../engine/file-report.ts';
import { withActivations } from './activation.ts';

const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));
const config = JSON.stringify({ model_type: 'acme', auto_map: { AutoModel: 'modeling_acme.AcmeModel' } });
const acts = "import os\nos.system('touch /tmp/marker')\n";

function scanned(files: Readonly<Record<string, string>>): Map<string, FileReport> {
  const reports = withActivations(Object.entries(files).map(([name, text]) => ({ ...reportOf(utf8(text), name), path: name })));
  return new Map(reports.map((report) => [report.path, report]));
}

test('a file that auto_map names makes the repository malicious, and says who activates it', () => {
  const report = scanned({ 'config.json': config, 'modeling_acme.py': acts, 'other.py': acts });
  const finding = report.get('modeling_acme.py')?.findings.find(({ axis }) => axis === 'effect');
  assert.equal(report.get('modeling_acme.py')?.verdict, 'malicious');
  assert.match(finding?.why ?? '', /activated by auto_map of config\.json/);
  assert.equal(finding?.where.line, 2);
  assert.equal(report.get('other.py')?.verdict, 'clean');
  assert.deepEqual(
    report.get('other.py')?.findings.map(({ severity }) => severity),
    ['informational'],
  );
});

test('a map inside the configuration of a part, a build backend of the project and the start-up files of Jupyter activate too', () => {
  const nested = JSON.stringify({ model_type: 'acme', vision_config: { auto_map: { AutoModel: 'modeling_eye.Eye' } } });
  const backend = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["tools"]\n';
  const builds =
    "import subprocess\nfrom setuptools.build_meta import *\ndef build_wheel(d, c=None, m=None):\n    subprocess.check_call(['cmake', '.'])\n";
  const report = scanned({
    'a/config.json': nested,
    'a/modeling_eye.py': acts,
    'b/pyproject.toml': backend,
    'b/tools/backend.py': acts,
    'c/pyproject.toml': backend,
    'c/tools/backend.py': builds,
    'd/pyproject.toml': '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "backend"\n',
    'd/backend.py': acts,
    '.jupyter/jupyter_server_config.py': acts,
    '.ipython/profile_default/startup/00.py': acts,
    'custom_generate/generate.py': "import os\ndef generate(model, **kwargs):\n    os.system('touch /tmp/marker')\n",
    'e/custom_generate/generate.py': 'import torch\ndef generate(model, input_ids, **kwargs):\n    return model(input_ids).logits\n',
    'e/jupyter_server_config.py': "import os\nc = get_config()\nc.ServerApp.port = int(os.environ.get('PORT', 8888))\n",
  });
  const verdicts = Object.fromEntries([...report].map(([path, { verdict }]) => [path, verdict]));
  assert.deepEqual(verdicts, {
    'a/config.json': 'risky',
    'a/modeling_eye.py': 'malicious',
    'b/pyproject.toml': 'clean',
    'b/tools/backend.py': 'malicious',
    'c/pyproject.toml': 'clean',
    'c/tools/backend.py': 'clean',
    'd/pyproject.toml': 'clean',
    'd/backend.py': 'clean',
    '.jupyter/jupyter_server_config.py': 'malicious',
    '.ipython/profile_default/startup/00.py': 'malicious',
    'custom_generate/generate.py': 'malicious',
    'e/custom_generate/generate.py': 'clean',
    'e/jupyter_server_config.py': 'clean',
  });
});

test('only the folder of the configuration counts', () => {
  const report = scanned({ 'a/config.json': config, 'a/modeling_acme.py': 'x = 1', 'b/modeling_acme.py': acts });
  assert.equal(report.get('b/modeling_acme.py')?.verdict, 'clean');
});

test('a file imported by an activated file is activated too, over several steps', () => {
  const report = scanned({
    'config.json': config,
    'modeling_acme.py': 'from .blocks import Block\n',
    'blocks.py': 'from . import kernels\n',
    'kernels/__init__.py': acts,
    'unused.py': 'from . import kernels\n',
  });
  assert.equal(report.get('kernels/__init__.py')?.verdict, 'malicious');
  assert.match(
    report.get('kernels/__init__.py')?.findings[0]?.why ?? '',
    /an import in blocks\.py, itself activated by an import in modeling_acme\.py/,
  );
});

test('an import in a file that nobody activates activates nothing', () => {
  const report = scanned({ 'train.py': 'from helper import run\n', 'helper.py': acts });
  assert.equal(report.get('helper.py')?.verdict, 'clean');
});

test('ordinary code that a configuration has imported stays clean', () => {
  const text = 'import torch\nfrom torch import nn\nclass AcmeModel(nn.Module):\n    def forward(self, x):\n        return x\n';
  const report = scanned({ 'config.json': config, 'modeling_acme.py': text });
  assert.equal(report.get('modeling_acme.py')?.verdict, 'clean');
  assert.equal(report.get('modeling_acme.py')?.role, 'code');
});

test('the constructor of the class that is built counts as well', () => {
  const text =
    "import os, torch\nclass AcmeModel(torch.nn.Module):\n    def __init__(self, config):\n        os.system('touch /tmp/marker')\n";
  assert.equal(scanned({ 'config.json': config, 'modeling_acme.py': text }).get('modeling_acme.py')?.verdict, 'malicious');
});

test('configuration and code in one archive are seen together', () => {
  const archive = zip([
    { name: 'model/config.json', data: utf8(config) },
    { name: 'model/modeling_acme.py', data: utf8(acts) },
  ]);
  const [report] = withActivations([reportOf(archive, 'repository.zip')]);
  assert.equal(report?.verdict, 'malicious');
  const [calm] = withActivations([reportOf(zip([{ name: 'model/modeling_acme.py', data: utf8(acts) }]), 'repository.zip')]);
  assert.equal(calm?.verdict, 'clean');
});

test('the handler of a TorchServe archive is activated by its manifest', () => {
  const manifest = JSON.stringify({ archiverVersion: '0.9.0', runtime: 'python', model: { modelName: 'acme', handler: 'handler.py:run' } });
  const archive = zip([
    { name: 'MAR-INF/MANIFEST.json', data: utf8(manifest) },
    { name: 'handler.py', data: utf8(acts) },
  ]);
  const [report] = withActivations([reportOf(archive, 'acme.mar')]);
  assert.equal(report?.verdict, 'malicious');
});

test('files that loaders import by their name or their class need no configuration', () => {
  assert.equal(scanned({ 'hubconf.py': acts }).get('hubconf.py')?.verdict, 'malicious');
  const builder = `import datasets\n${acts}class Acme(datasets.GeneratorBasedBuilder):\n    pass\n`;
  assert.equal(scanned({ 'acme.py': builder }).get('acme.py')?.verdict, 'malicious');
  assert.equal(scanned({ 'site/acme.pth': "import os; os.system('touch /tmp/marker')\n" }).get('site/acme.pth')?.verdict, 'malicious');
});

test('a path that leaves the scanned folder activates nothing, and cycles of imports end', () => {
  const report = scanned({
    'config.json': JSON.stringify({ model_type: 'acme', auto_map: { AutoModel: 'a.A' } }),
    'a.py': 'from .b import x\nfrom ....outside import y\n',
    'b.py': 'from .a import x\n',
  });
  assert.equal(report.get('a.py')?.verdict, 'clean');
});

test('the python backend of Triton activates every version, the configuration without a backend too, and the class alone', () => {
  const report = scanned({
    'repo/a/config.pbtxt': 'name: "a"\nbackend: "python"\n',
    'repo/a/1/model.py': acts,
    'repo/a/2/model.py': acts,
    'repo/a/2/deep/model.py': acts,
    'repo/b/config.pbtxt': 'name: "b"\nmax_batch_size: 4\ninput [{ name: "x" }]\n',
    'repo/b/1/model.py': 'import os\nfrom .helper import x\n',
    'repo/b/1/helper.py': acts,
    'repo/c/1/model.py': `${acts}class TritonPythonModel:\n    pass\n`,
    'repo/d/config.pbtxt': 'name: "d"\nbackend: "acme"\n',
    'repo/backends/acme/model.py': acts,
    'repo/e/config.pbtxt': 'name: "e"\nplatform: "onnxruntime_onnx"\n',
    'repo/e/1/model.py': acts,
  });
  const malicious = [...report].filter(([, { verdict }]) => verdict === 'malicious').map(([path]) => path);
  assert.deepEqual(malicious.sort(), [
    'repo/a/1/model.py',
    'repo/a/2/model.py',
    'repo/b/1/helper.py',
    'repo/backends/acme/model.py',
    'repo/c/1/model.py',
  ]);
});

test('the manifest of an unpacked TorchServe archive activates its handler, also one that lies above it in the repository', () => {
  const manifest = (handler: string) =>
    JSON.stringify({ archiverVersion: '0.9.0', runtime: 'python', model: { modelName: 'acme', handler } });
  const report = scanned({
    'store/a/MAR-INF/MANIFEST.json': manifest('handler.py:run'),
    'store/a/handler.py': acts,
    'store/b/MAR-INF/MANIFEST.json': manifest('../handler.py'),
    'store/handler.py': acts,
    'store/c/MAR-INF/MANIFEST.json': manifest('/store/other.py'),
    'store/other.py': acts,
    'store/d/MAR-INF/MANIFEST.json': manifest('image_classifier'),
    'store/d/image_classifier.py': acts,
  });
  assert.equal(report.get('store/a/handler.py')?.verdict, 'malicious');
  assert.equal(report.get('store/handler.py')?.verdict, 'malicious');
  assert.equal(report.get('store/other.py')?.verdict, 'clean');
  assert.equal(report.get('store/d/image_classifier.py')?.verdict, 'clean');
});
