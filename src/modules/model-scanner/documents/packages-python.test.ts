import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
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
sdist @ https://example.org/sdist-2.0.tar.gz
./wheels/torchaudio-2.1.0%2Bcpu-cp311-cp311-linux_x86_64.whl
`,
  );
  assert.equal(artefact.format, 'pip-requirements');
  assert.deepEqual(shown(artefact), [
    'torch@2.1.0',
    'transformers >=4.30,<5',
    'numpy',
    'acme@1.0',
    'team-tools',
    'other',
    'sdist@2.0',
    'torchaudio@2.1.0+cpu',
  ]);
  assert.deepEqual(
    artefact.packages.map(({ where }) => where.line),
    [3, 5, 6, 7, 8, 9, 11, 12],
  );
  const [torch, , , acme, tools] = artefact.packages;
  assert.equal(torch?.digest, `sha256:${'0'.repeat(64)}`);
  assert.equal(torch?.purl, 'pkg:pypi/torch@2.1.0');
  assert.deepEqual([acme?.origin, acme?.digest], ['https://example.org/acme-1.0-py3-none-any.whl', `sha256:${'1'.repeat(64)}`]);
  // Credentials never leave the reader.
  assert.equal(tools?.origin, `git+https://example.org/team/tools.git@${commit}`);
  assert.doesNotMatch(JSON.stringify(artefact.packages), /secret/);
  assert.deepEqual(codes(artefact), ['lock-without-digests', 'source-without-commit', 'source-without-digest', 'unpinned']);
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
keras = [{ version = "2.9.0", python = "<3.9" }, { version = "^2.12", optional = true }]
jax = "~0.4"
own = { path = "../own" }
[[tool.poetry.source]]
name = "ours"
url = "https://pypi.example.org/simple"
priority = "supplemental"
`,
  );
  assert.deepEqual(shown(artefact), [
    'torch >=2',
    'acme',
    'faiss-gpu@1.7.2',
    'pytest >=8',
    'keras@2.9.0',
    'keras >=2.12,<3',
    'jax >=0.4,<0.5',
    'own',
  ]);
  assert.deepEqual(
    artefact.packages.map(({ scope }) => scope),
    ['runtime', 'runtime', 'optional', 'development', 'runtime', 'optional', 'runtime', 'runtime'],
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
dependencies = [{ name = "requests" }]
[package.dev-dependencies]
dev = [{ name = "bare" }]
[[package]]
name = "deep"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://files.pythonhosted.org/d", hash = "sha256:dd" }]
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
  assert.deepEqual(shown(uv), ['app@0.1.0', 'deep@1.0', 'requests@2.31.0', 'bare@1.0']);
  assert.deepEqual(
    uv.packages.map(({ origin }) => origin),
    ['.', null, null, 'https://pypi.example.org/simple'],
  );
  // The project of the lock says what it asks for.
  assert.deepEqual(
    uv.packages.map(({ relation, scope }) => `${relation} ${scope}`),
    ['direct runtime', 'transitive runtime', 'direct runtime', 'direct development'],
  );
  assert.deepEqual(codes(uv), ['lock-without-digests']);

  const pdm = readText(
    'pdm.lock',
    `[[package]]\nname = "peft"\nversion = "0.11"\ngit = "https://example.org/peft.git"\nref = "main"\nrevision = "${commit}"\ngroups = ["dev"]\n[[package]]\nname = "own"\nversion = "1"\npath = "./own"\n`,
  );
  assert.deepEqual(
    pdm.packages.map(({ origin, scope }) => [origin, scope]),
    [
      [`git+https://example.org/peft.git@${commit}`, 'development'],
      ['./own', 'runtime'],
    ],
  );
  assert.deepEqual(codes(pdm), []);

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
      _meta: { sources: [{ url: 'https://pypi.org/simple' }, { url: 'https://pypi.example.org/simple', verify_ssl: false }] },
      default: { torch: { version: '==2.0', hashes: ['sha256:aa'] }, own: { path: '.' } },
      develop: { pytest: { version: '==8.0' } },
    }),
  );
  assert.deepEqual(
    [shown(lock), codes(lock)],
    [
      ['torch@2.0', 'own', 'pytest@8.0'],
      ['lock-without-digests', 'several-indexes', 'trusted-host'],
    ],
  );
  assert.equal(lock.practices.find(({ code }) => code === 'lock-without-digests')?.text, '1 of 2');
  const setup = readText(
    'setup.cfg',
    '[metadata]\nname = x\n[options]\ninstall_requires =\n    torch>=1.0\n    numpy\npackages = find:\n[options.extras_require]\nall =\n    faiss-cpu==1.7\n',
  );
  assert.deepEqual(shown(setup), ['torch >=1.0', 'numpy', 'faiss-cpu@1.7']);
});

test('conda: environments with pip inside, explicit lists', () => {
  const environment = readText(
    'environment.yml',
    'name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.11\n  - pytorch::pytorch==2.1.0\n  - numpy>=1.20\n  - "pandas[version=\'>=2,<3\']"\n  - scipy=1.11.4=py311\n  - pip:\n      - transformers==4.30\n      - --extra-index-url https://pypi.example.org\n',
  );
  assert.deepEqual(
    environment.packages.map(({ ecosystem, name, version }) => [ecosystem, name, version]),
    [
      // One `=` alone is a prefix: any 3.11.
      ['conda', 'python', null],
      ['conda', 'pytorch', '2.1.0'],
      ['conda', 'numpy', null],
      ['conda', 'pandas', null],
      ['conda', 'scipy', '1.11.4'],
      ['PyPI', 'transformers', '4.30'],
    ],
  );
  assert.deepEqual(
    [0, 3].map((at) => environment.packages[at]?.requirement),
    ['=3.11', '>=2,<3'],
  );
  const locked = readText(
    'conda-lock.yml',
    `metadata: {content_hash: {linux-64: x}}\npackage:\n- {name: a, version: '1.0', manager: conda, hash: {md5: bb, sha256: aa}, category: main}\n- {name: pytest, version: 8.2.2, manager: pip, hash: {sha256: cc}, category: dev}\n`,
  );
  assert.deepEqual(
    locked.packages.map(({ ecosystem, digest, scope }) => [ecosystem, digest, scope]),
    [
      ['conda', 'sha256:aa', 'runtime'],
      ['PyPI', 'sha256:cc', 'development'],
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

test('settings of package managers: indexes over http, certificates that nobody checks, programs of the project; mirrors and scopes are ordinary', () => {
  const told = (name: string, text: string) =>
    reportOf(Buffer.from(text), name).findings.flatMap(({ ruleId, severity, where }) =>
      ruleId === 'package-source' ? [`${severity} line ${where.line}`] : [],
    );
  const hostile: readonly (readonly [string, string, readonly string[]])[] = [
    ['.npmrc', 'registry=http://registry.example/\n', ['medium line 1']],
    ['.npmrc', 'registry=https://registry.example/\n', ['low line 1']],
    ['.npmrc', '@acme:registry = http://registry.example/\nstrict-ssl=false\n', ['medium line 1', 'medium line 2']],
    ['.npmrc', '; tools\ngit=./tools/git\nnode-options="--require ./hook.js"\n', ['high line 2', 'high line 3']],
    ['.yarnrc', 'registry "http://registry.example"\nyarn-path "./tools/yarn.js"\n', ['medium line 1', 'high line 2']],
    [
      'pip.conf',
      '[global]\nindex-url = http://index.example/simple\ntrusted-host =\n    index.example\n',
      ['medium line 2', 'medium line 4'],
    ],
    [
      'pip.ini',
      '[install]\nextra-index-url =\n  https://index.example/simple\n  http://other.example/simple\n',
      ['medium line 3', 'medium line 4'],
    ],
    ['.pypirc', '[private]\nrepository: http://upload.example/\nusername: me\n', ['medium line 2']],
    [
      'uv.toml',
      '[[index]]\nname = "a"\nurl = "http://index.example/simple"\n[pip]\nallow-insecure-host = ["index.example"]\n',
      ['medium line 1', 'medium line 5'],
    ],
    [
      'uv.toml',
      'index-strategy = "unsafe-best-match"\nextra-index-url = ["https://index.example/simple"]\n',
      ['medium line 1', 'medium line 2'],
    ],
    [
      '.yarnrc.yml',
      'npmRegistryServer: "http://registry.example"\nenableStrictSsl: false\nplugins:\n  - ./tools/plugin.cjs\n',
      ['medium line 1', 'medium line 2', 'high line 4'],
    ],
    ['bunfig.toml', '[install]\nregistry = "http://registry.example"\n', ['medium line 2']],
    [
      '.cargo/config.toml',
      '[build]\nrustc-wrapper = "./wrap.sh"\n[source.mirror]\nregistry = "sparse+http://mirror.example/"\n',
      ['high line 2', 'medium line 4'],
    ],
    ['.condarc', 'channels:\n  - http://channel.example/main\nssl_verify: false\n', ['medium line 2', 'medium line 3']],
  ];
  for (const [name, text, expected] of hostile) assert.deepEqual(told(name, text).toSorted(), expected.toSorted(), `${name} ${text}`);
  for (const [name, text] of [
    [
      '.npmrc',
      'save-exact=true\nengine-strict=true\nnode-options=--max-old-space-size=4096\n@acme:registry=https://npm.acme.example\nscript-shell=/bin/bash\ngit=git\nalways-auth=true\n',
    ],
    ['pip.conf', '[global]\ntimeout = 60\nindex-url = https://pypi.org/simple\nno-cache-dir = true\n'],
    ['uv.toml', '[[index]]\nname = "torch"\nurl = "https://download.pytorch.org/whl/cpu"\nexplicit = true\n'],
    ['.condarc', 'channels:\n  - conda-forge\n  - defaults\n'],
    ['.yarnrc', 'yarn-path ".yarn/releases/yarn-1.22.19.cjs"\n'],
    [
      '.yarnrc.yml',
      'yarnPath: .yarn/releases/yarn-4.1.0.cjs\nplugins:\n  - path: .yarn/plugins/@yarnpkg/plugin-version.cjs\n    spec: x\nnodeLinker: node-modules\n',
    ],
    ['bunfig.toml', 'preload = ["./setup.ts"]\n[install]\nexact = true\n'],
    ['.cargo/config.toml', '[build]\nrustc-wrapper = "sccache"\n[registries.acme]\nindex = "sparse+https://cargo.acme.example/"\n'],
  ] as const)
    assert.deepEqual(told(name, text), [], name);
  const secret = reportOf(
    Buffer.from('registry=https://user:hunter2pass@npm.example/\n//npm.example/:_authToken=npm_0123456789abcdefghijABCDEFGHIJ012345\n'),
    '.npmrc',
  );
  assert.doesNotMatch(JSON.stringify(secret), /hunter2pass|npm_0123456789abcdef/);
});
