import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, readText, scanText, shown } from '../packages/test-list.ts';

const commit = 'a'.repeat(40);

test('pip requirements: versions, ranges, extras, markers, digests, addresses, each with its line', () => {
  const artefact = readText(
    'requirements.txt',
    `# ours
-r base.txt
torch==2.1.0 \\
    --hash=sha256:${'0'.repeat(64)}
Transformers[torch]>=4.30,<5 ; python_version < "3.12"  # note
numpy
acme @ https://example.org/acme-1.0-py3-none-any.whl#sha256=${'1'.repeat(64)}
-e git+https://token:secret@example.org/team/tools.git@${commit}#egg=Team_Tools
git+https://example.org/team/other@main
./local
`,
  );
  assert.equal(artefact.format, 'pip-requirements');
  assert.deepEqual(shown(artefact), ['torch@2.1.0', 'transformers >=4.30,<5', 'numpy', 'acme', 'team-tools', 'other']);
  assert.deepEqual(
    artefact.packages.map(({ where }) => where.line),
    [3, 5, 6, 7, 8, 9],
  );
  const [torch, , , acme, tools] = artefact.packages;
  assert.equal(torch?.digest, `sha256:${'0'.repeat(64)}`);
  assert.equal(torch?.purl, 'pkg:pypi/torch@2.1.0');
  assert.equal(acme?.origin, 'https://example.org/acme-1.0-py3-none-any.whl');
  // Credentials never leave the reader.
  assert.equal(tools?.origin, `git+https://example.org/team/tools.git@${commit}`);
  assert.doesNotMatch(JSON.stringify(artefact.packages), /secret/);
  assert.deepEqual(codes(artefact), ['lock-without-digests', 'source-without-commit', 'unpinned']);
});

test('pip options: indexes and trusted hosts; the public index of torch is only worth knowing', () => {
  const artefact = readText(
    'requirements-dev.txt',
    '-i http://pypi.example.org/simple\n--extra-index-url https://pypi.example.org/simple\n--extra-index-url https://download.pytorch.org/whl/cpu\n--trusted-host pypi.example.org\ntorch==2.1.0\n',
  );
  assert.deepEqual(codes(artefact), ['extra-public-index', 'plain-http-index', 'several-indexes', 'trusted-host']);
  assert.equal(scanText('requirements.txt', '-r http://example.org/more.txt\ntorch==2.1.0\n').verdict, 'risky');
  assert.equal(scanText('requirements.txt', '-r base.txt\n-c ../constraints.txt\ntorch==2.1.0\n').verdict, 'clean');
  const report = scanText('requirements-dev.txt', '--extra-index-url https://download.pytorch.org/whl/cpu\ntorch==2.1.0\nnumpy\n');
  assert.equal(report.verdict, 'clean');
});

test('a name one letter from a known package is risky; known packages and honest neighbours are not', () => {
  const report = scanText('requirements.txt', 'tensorfow==2.0\ntransformesr==1\n');
  assert.equal(report.verdict, 'risky');
  assert.deepEqual(
    report.findings.filter(({ ruleId }) => ruleId === 'package-similar-name').map(({ evidence, where }) => [evidence, where.line]),
    [
      ['tensorfow', 1],
      ['transformesr', 2],
    ],
  );
  const clean = scanText(
    'requirements.txt',
    'tensorflow==2.0\ndataset==1.6\nngboost==0.5\nfastai==2.7\ngrequests==0.7\nktransformers==0.2\n',
  );
  assert.deepEqual([clean.verdict, clean.findings.length], ['clean', 0]);
});

test('pyproject: PEP 621, groups, poetry with its carets, sources', () => {
  const artefact = readText(
    'pyproject.toml',
    `[project]
name = "x"
license = "MIT OR Apache-2.0"
dependencies = ["torch>=2", "acme @ git+https://example.org/acme@v1"]
[project.optional-dependencies]
gpu = ["faiss-gpu==1.7.2"]
[dependency-groups]
test = ["pytest>=8", { include-group = "other" }]
[tool.poetry.dependencies]
python = "^3.11"
keras = "^2.12"
jax = "~0.4"
own = { path = "../own" }
[[tool.poetry.source]]
name = "ours"
url = "https://pypi.example.org/simple"
priority = "supplemental"
`,
  );
  assert.deepEqual(shown(artefact), ['torch >=2', 'acme', 'faiss-gpu@1.7.2', 'pytest >=8', 'keras >=2.12,<3', 'jax >=0.4,<0.5', 'own']);
  assert.deepEqual(
    artefact.packages.map(({ scope }) => scope),
    ['runtime', 'runtime', 'optional', 'development', 'runtime', 'runtime', 'runtime'],
  );
  assert.deepEqual(codes(artefact), ['several-indexes', 'source-without-commit']);
  assert.deepEqual(
    artefact.licences.map(({ expression, terms, source }) => [expression, terms, source]),
    [['MIT OR Apache-2.0', 'permissive', 'manifest']],
  );
  assert.equal(artefact.packages[0]?.where.line, 4);
});

test('poetry.lock, uv.lock and pylock.toml: exact versions, digests, sources', () => {
  const poetry = readText(
    'poetry.lock',
    `[[package]]
name = "PyYAML"
version = "6.0"
optional = false
files = [{file = "x.whl", hash = "sha256:${'2'.repeat(64)}"}]
[[package]]
name = "own"
version = "0.1"
[package.source]
type = "git"
url = "https://example.org/own.git"
reference = "main"
resolved_reference = "${commit}"
[metadata]
lock-version = "2.0"
`,
  );
  assert.deepEqual(shown(poetry), ['pyyaml@6.0', 'own@0.1']);
  assert.deepEqual(
    [poetry.packages[0]?.digest, poetry.packages[1]?.origin],
    [`sha256:${'2'.repeat(64)}`, `git+https://example.org/own.git@${commit}`],
  );
  assert.deepEqual(codes(poetry), []);

  const uv = readText(
    'uv.lock',
    `version = 1
[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
[[package]]
name = "requests"
version = "2.31.0"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "https://files.pythonhosted.org/x", hash = "sha256:aa", size = 1 }
[[package]]
name = "bare"
version = "1.0"
source = { registry = "https://pypi.example.org/simple" }
`,
  );
  assert.deepEqual(shown(uv), ['app@0.1.0', 'requests@2.31.0', 'bare@1.0']);
  assert.deepEqual(
    uv.packages.map(({ origin }) => origin),
    ['.', null, 'https://pypi.example.org/simple'],
  );
  assert.deepEqual(codes(uv), ['lock-without-digests']);

  const pylock = readText(
    'pylock.dev.toml',
    `lock-version = "1.0"\n[[packages]]\nname = "attrs"\nversion = "25.1.0"\n[[packages.wheels]]\nname = "attrs.whl"\nhashes = {sha256 = "bb"}\n`,
  );
  assert.deepEqual([shown(pylock), pylock.packages[0]?.digest], [['attrs@25.1.0'], 'sha256:bb']);
});

test('Pipfile, Pipfile.lock, setup.cfg', () => {
  const pipfile = readText(
    'Pipfile',
    '[[source]]\nurl = "http://pypi.example.org/simple"\nverify_ssl = false\n[packages]\ntorch = "*"\nflask = "==2.0"\n[dev-packages]\npytest = ">=8"\n',
  );
  assert.deepEqual(shown(pipfile), ['torch', 'flask@2.0', 'pytest >=8']);
  assert.deepEqual(codes(pipfile), ['plain-http-index', 'trusted-host']);
  const lock = readText(
    'Pipfile.lock',
    JSON.stringify({
      _meta: {},
      default: { torch: { version: '==2.0', hashes: ['sha256:aa'] } },
      develop: { pytest: { version: '==8.0' } },
    }),
  );
  assert.deepEqual([shown(lock), codes(lock)], [['torch@2.0', 'pytest@8.0'], ['lock-without-digests']]);
  const setup = readText(
    'setup.cfg',
    '[metadata]\nname = x\n[options]\ninstall_requires =\n    torch>=1.0\n    numpy\npackages = find:\n[options.extras_require]\nall =\n    faiss-cpu==1.7\n',
  );
  assert.deepEqual(shown(setup), ['torch >=1.0', 'numpy', 'faiss-cpu@1.7']);
});

test('conda: environments with pip inside, explicit lists', () => {
  const environment = readText(
    'environment.yml',
    'name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.11\n  - pytorch::pytorch==2.1.0\n  - numpy>=1.20\n  - pip:\n      - transformers==4.30\n      - --extra-index-url https://pypi.example.org\n',
  );
  assert.deepEqual(
    environment.packages.map(({ ecosystem, name, version }) => [ecosystem, name, version]),
    [
      ['conda', 'python', '3.11'],
      ['conda', 'pytorch', '2.1.0'],
      ['conda', 'numpy', null],
      ['PyPI', 'transformers', '4.30'],
    ],
  );
  const explicit = readText(
    'spec-file.txt',
    '# platform: linux-64\n@EXPLICIT\nhttps://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.0-py311h64a7726_0.conda#0123456789abcdef0123456789abcdef\n',
  );
  assert.deepEqual([explicit.format, shown(explicit), codes(explicit)], ['conda-explicit', ['numpy@1.26.0'], []]);
});

test('lists of installed packages are not the project’s own', () => {
  assert.equal(readText('venv/lib/python3/site-packages/x/requirements.txt', 'torch==1.0\n').packages.length, 0);
});
