import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseJson, parseToml, parseYaml } from '../document.ts';
import { agentConfig } from './agent-config.ts';
import { cardFact, folderModel, hubSnapshot, ollamaManifest } from './card.ts';
import { mcpClientOf, mcpServers } from './mcp-config.ts';
import { notebookCode } from './notebook.ts';
import { mayBePrompt, promptFact } from './prompt.ts';
import { requirementReader } from './requirement.ts';
import { dockerfileFacts, manifestFacts } from './serving.ts';
import { configuredModels, keyNames } from './setting.ts';

const read = (name: string, text: string) =>
  (requirementReader(name)?.read(text) ?? []).map(({ name: found, version, line }) => [found, version, line]);

describe('manifests and lock files', () => {
  test('requirements.txt with options, extras, markers, hashes and comments', () => {
    const text =
      '-i https://x\ntorch==2.1.0 --hash=sha256:aa \\\n# numpy==1\nopenai[datalib]>=1,<2 ; python_version>"3"\ntransformers @ git+https://x/y\n./local\nflask\n';
    assert.deepEqual(read('requirements-dev.txt', text), [
      ['torch', '2.1.0', 2],
      ['openai', null, 4],
      ['transformers', null, 5],
      ['flask', null, 7],
    ]);
  });
  test('pyproject in both forms', () => {
    const text =
      '[project]\ndependencies = ["torch==2.1", "openai>=1"]\n[project.optional-dependencies]\ndev = ["trl"]\n[tool.poetry.dependencies]\npython = "^3.11"\nlangchain = { version = "0.2.1" }\nflask = "^3"\n';
    assert.deepEqual(
      read('pyproject.toml', text).map(([name, version]) => [name, version]),
      [
        ['torch', '2.1'],
        ['openai', null],
        ['trl', null],
        ['langchain', '0.2.1'],
        ['flask', null],
      ],
    );
  });
  test('poetry, uv and Cargo locks', () => {
    assert.deepEqual(read('uv.lock', 'version = 1\n[[package]]\nname = "torch"\nversion = "2.1.0"\n'), [['torch', '2.1.0', 3]]);
    assert.deepEqual(read('Cargo.lock', '[[package]]\nname = "candle-core"\nversion = "0.4.1"\n'), [['candle-core', '0.4.1', 2]]);
  });
  test('Pipfile, its lock, conda with pip inside', () => {
    assert.deepEqual(
      read('Pipfile', '[packages]\ntorch = "==2.1"\nflask = "*"\n').map(([name, version]) => [name, version]),
      [
        ['torch', '2.1'],
        ['flask', null],
      ],
    );
    assert.deepEqual(
      read('Pipfile.lock', '{"default":{"torch":{"version":"==2.1.0"}}}').map(([name, version]) => [name, version]),
      [['torch', '2.1.0']],
    );
    assert.deepEqual(
      read('environment.yml', 'dependencies:\n  - conda-forge::pytorch=2.1\n  - pip:\n      - openai==1.2\n').map(([name, version]) => [
        name,
        version,
      ]),
      [
        ['torch', '2.1'],
        ['openai', '1.2'],
      ],
    );
  });
  test('package.json and the locks of npm, pnpm and yarn', () => {
    assert.deepEqual(read('package.json', '{\n "dependencies": {"openai": "4.1.0", "react": "^19"}\n}'), [
      ['openai', '4.1.0', 2],
      ['react', null, 2],
    ]);
    assert.deepEqual(
      read('package-lock.json', '{"packages":{"":{},"node_modules/a/node_modules/@x/y":{"version":"1.0.0"}}}').map(([name, version]) => [
        name,
        version,
      ]),
      [['@x/y', '1.0.0']],
    );
    assert.deepEqual(
      read('pnpm-lock.yaml', "packages:\n  '@langchain/core@0.2.1(zod@3)':\n    x: 1\n  /openai@4.0.0:\n").map(([name, version]) => [
        name,
        version,
      ]),
      [
        ['@langchain/core', '0.2.1'],
        ['openai', '4.0.0'],
      ],
    );
    assert.deepEqual(
      read('yarn.lock', '"openai@^4.0.0":\n  version "4.2.0"\n').map(([name, version]) => [name, version]),
      [['openai', '4.2.0']],
    );
  });
  test('go.mod, Cargo.toml, pom.xml, build.gradle and csproj', () => {
    assert.deepEqual(read('go.mod', 'module x\nrequire (\n\tgithub.com/openai/openai-go v0.1.0\n)\n'), [
      ['github.com/openai/openai-go', 'v0.1.0', 3],
    ]);
    assert.deepEqual(
      read('Cargo.toml', '[dependencies]\nort = "2.0"\nserde = { version = "1", package = "serde_x" }\n').map(([name]) => name),
      ['ort', 'serde_x'],
    );
    assert.deepEqual(
      read('pom.xml', '<dependency>\n<groupId>dev.langchain4j</groupId>\n<artifactId>langchain4j</artifactId><version>1.0</version>').map(
        ([name, version]) => [name, version],
      ),
      [['dev.langchain4j:langchain4j', '1.0']],
    );
    assert.deepEqual(
      read('build.gradle', "implementation 'com.openai:openai-java:1.2.3'").map(([name, version]) => [name, version]),
      [['com.openai:openai-java', '1.2.3']],
    );
    assert.deepEqual(
      read('app.csproj', '<PackageReference Include="OpenAI" Version="2.0.0" />').map(([name, version]) => [name, version]),
      [['OpenAI', '2.0.0']],
    );
  });
  test('any text gives requirements or none, quickly', () => {
    const names = [
      'requirements.txt',
      'pyproject.toml',
      'package.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'go.mod',
      'pom.xml',
      'environment.yml',
      'Pipfile.lock',
    ];
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), fc.constantFrom(...names), (text, name) =>
        Array.isArray(requirementReader(name)?.read(text)),
      ),
    );
    const startedAt = performance.now();
    for (const name of names)
      requirementReader(name)?.read(`${'a@'.repeat(50_000)}\n${' '.repeat(50_000)}\n${'<dependency>'.repeat(5000)}`);
    assert.ok(performance.now() - startedAt < 5000);
  });
});

describe('MCP configurations', () => {
  test('every client’s form names the same server the same', () => {
    const stdio = {
      command: 'npx',
      args: ['-y', '@modelcontextprotocol/server-filesystem@1.2.3', '/data'],
      env: { TOKEN: 'value-that-stays' },
    };
    const forms: [string, string][] = [
      ['.mcp.json', JSON.stringify({ mcpServers: { files: stdio } })],
      ['.vscode/mcp.json', `{ // comment\n "servers": { "files": ${JSON.stringify(stdio)}, },\n}`],
      [
        '.codex/config.toml',
        '[mcp_servers.files]\ncommand = "npx"\nargs = ["-y", "@modelcontextprotocol/server-filesystem@1.2.3", "/data"]\n[mcp_servers.files.env]\nTOKEN = "value-that-stays"\n',
      ],
      [
        '.continue/config.yaml',
        'mcpServers:\n  - name: files\n    command: npx\n    args: ["-y", "@modelcontextprotocol/server-filesystem@1.2.3", "/data"]\n    env: { TOKEN: value-that-stays }\n',
      ],
      ['opencode.json', JSON.stringify({ mcp: { files: { command: ['npx', ...stdio.args], environment: stdio.env } } })],
      [
        '.zed/settings.json',
        JSON.stringify({ context_servers: { files: { command: { path: 'npx', args: stdio.args, env: stdio.env } } } }),
      ],
    ];
    for (const [path, text] of forms) {
      assert.notEqual(mcpClientOf(path), null, path);
      const [server] = mcpServers(path, text);
      assert.deepEqual(
        [server?.name, server?.identity, server?.version],
        ['files', 'npm/@modelcontextprotocol/server-filesystem', '1.2.3'],
        path,
      );
      assert.ok(!JSON.stringify(server).includes('value-that-stays'), path);
    }
  });
  test('uvx, docker, remote and script servers; secrets in arguments and addresses stay', () => {
    const one = (entry: object) => mcpServers('.mcp.json', JSON.stringify({ mcpServers: { x: entry } }))[0];
    assert.equal(one({ command: 'uvx', args: ['--from', 'git-tools==2', 'mcp'] })?.identity, 'pypi/git-tools');
    assert.equal(one({ command: 'docker', args: ['run', '-i', '--rm', '-e', 'A=b', 'ghcr.io/x/y:1.0'] })?.identity, 'oci/ghcr.io/x/y');
    assert.equal(one({ command: 'python', args: ['tools/s.py'] })?.script, 'tools/s.py');
    const remote = one({ url: 'https://user:pw@mcp.example/sse?token=abc', type: 'sse' });
    assert.deepEqual([remote?.launch, remote?.transport], ['https://mcp.example/sse', 'sse']);
    const secretive = one({
      command: 'node',
      args: ['s.js', '--api-key=abcdef', 'postgres://u:p@h/d', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    });
    for (const text of ['abcdef', 'u:p', 'AAAAAAAA']) assert.ok(!secretive?.launch.includes(text), text);
    assert.equal(one({ type: 'unknown' }), undefined);
  });
  test('other files of those names, and broken ones, have no servers', () => {
    assert.equal(mcpClientOf('src/settings.json'), null);
    assert.deepEqual(mcpServers('.vscode/settings.json', '{"editor.tabSize": 2}'), []);
    assert.deepEqual(mcpServers('.mcp.json', '{"mcpServers": '), []);
    assert.deepEqual(
      mcpServers('.mcp.json', '{"mcpServers": {"__proto__": {"command": "x"}}}').map(({ name }) => name),
      ['__proto__'],
    );
  });
});

test('agent files govern the folder that holds their client’s folder', () => {
  assert.deepEqual(agentConfig('a/.claude/agents/b.md'), { client: 'Claude Code', what: 'agent', folder: 'a' });
  assert.deepEqual(agentConfig('a/b/AGENTS.md'), { client: 'Coding agents', what: 'instructions', folder: 'a/b' });
  assert.deepEqual(agentConfig('.github/copilot-instructions.md'), { client: 'GitHub Copilot', what: 'instructions', folder: '' });
  assert.equal(agentConfig('docs/AGENTS.md.txt'), null);
});

test('prompts are recognised by place and by reading like one', () => {
  assert.equal(mayBePrompt('app/prompts/system.md') && mayBePrompt('x.prompty') && !mayBePrompt('src/prompt.ts'), true);
  assert.deepEqual(promptFact('prompts/a.md', 'You are a clerk. Greet {{ name }} and {topic}.')?.variables, ['name', 'topic']);
  assert.equal(promptFact('prompts/a.txt', 'one two three four five six seven'), null);
});

describe('serving', () => {
  test('a Dockerfile by image and by command, with digest or not', () => {
    const facts = dockerfileFacts(`FROM vllm/vllm-openai@sha256:${'a'.repeat(64)}\nEXPOSE 8000\nCMD ["--model", "org/m"]\n`);
    assert.deepEqual(
      facts.map(({ product, pinned, model, ports, line }) => [product, pinned, model, ports, line]),
      [['vLLM', true, 'org/m', ['8000'], 1]],
    );
    assert.deepEqual(
      dockerfileFacts('FROM python:3\nCMD mlflow models serve -m x\n').map(({ product, line }) => [product, line]),
      [['MLflow', 2]],
    );
  });
  test('compose services and Kubernetes objects; words others use need the field’s API group', () => {
    assert.deepEqual(
      manifestFacts('services:\n  db: {image: "postgres:16"}\n  v: {image: "qdrant/qdrant:v1", ports: ["6333:6333"]}\n').map(
        ({ kind, name, addresses }) => [kind, name, addresses],
      ),
      [['vector-store', 'v', ['http://v:6333']]],
    );
    assert.deepEqual(
      manifestFacts(
        'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: m}\nspec: {predictor: {model: {storageUri: "s3://b/m"}}}\n',
      ).map(({ product, model }) => [product, model]),
      [['KServe', 's3://b/m']],
    );
    assert.deepEqual(manifestFacts('apiVersion: example.com/v1\nkind: Model\nmetadata: {name: m}\n'), []);
    assert.deepEqual(
      manifestFacts(
        'apiVersion: v1\nkind: Pod\nspec: {containers: [{name: t, image: "x/y", resources: {limits: {nvidia.com/gpu: 1}}}]}\n',
      ).map(({ kind }) => kind),
      ['accelerator'],
    );
    assert.deepEqual(manifestFacts('kind: {{ .Values.kind }}\nimage: {{ x }}\n'), []);
  });
});

test('cards, layouts and stores', () => {
  assert.equal(cardFact('---\ntask_categories: [x]\n---\n# D')?.subject, 'dataset');
  assert.equal(cardFact('---\nbase_model: org/b\nlicense: mit\n---\n# M')?.subject, 'model');
  assert.equal(cardFact('---\ntitle: Blog\ntags: [gpt-4]\n---\n# Post'), null);
  assert.equal(cardFact('# just a readme'), null);
  assert.equal(folderModel('config.json', '{"version": 3}'), null);
  assert.equal(folderModel('adapter_config.json', '{"base_model_name_or_path":"org/b","peft_type":"LORA"}')?.baseModel, 'org/b');
  assert.equal(
    folderModel('MLmodel', 'flavors:\n  python_function: {loader_module: mlflow.sklearn}\n  sklearn: {}\n')?.facts['loaderModule'],
    'mlflow.sklearn',
  );
  assert.deepEqual(hubSnapshot('c/hub/models--a--b/snapshots/0123456789abcdef/x.bin')?.repository, 'a/b');
  assert.equal(ollamaManifest('m/manifests/registry.ollama.ai/library/q/latest', '{}'), null);
});

test('a notebook’s code keeps its lines, and magics are no Python', () => {
  const text = JSON.stringify(
    {
      cells: [
        { cell_type: 'markdown', source: ['import torch'] },
        { cell_type: 'code', source: ['%pip install torch\n', 'import os'] },
      ],
      nbformat: 4,
    },
    null,
    1,
  );
  const notebook = notebookCode(text);
  assert.equal(notebook?.code.trim(), 'import os');
  assert.equal(text.split('\n')[(notebook?.lineOf(2) ?? 0) - 1]?.includes('import os'), true);
  assert.equal(notebookCode('{"cells": []}'), null);
});

test('settings give key names without values, and models by key', () => {
  assert.deepEqual(
    keyNames('# OPENAI_API_KEY=x\nexport OPENAI_API_KEY="sk-abc"\nHF_TOKEN=\nOTHER=1\n').map(({ name, line, set }) => [name, line, set]),
    [
      ['OPENAI_API_KEY', 2, true],
      ['HF_TOKEN', 3, false],
    ],
  );
  assert.deepEqual(
    configuredModels('model: gpt-4o\n# model: gpt-4\nname: gpt-4o\n"model": "claude-3-opus-latest",\n').map(({ id, line }) => [id, line]),
    [
      ['gpt-4o', 1],
      ['claude-3-opus-latest', 4],
    ],
  );
});

test('documents are bounded: depth, aliases and size end in nothing, not in a hang', () => {
  const before = process.cpuUsage();
  assert.equal(parseJson('['.repeat(100_000)), null);
  assert.equal(parseToml(`a = ${'['.repeat(5000)}`), null);
  assert.deepEqual(
    parseYaml(
      'a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
    ),
    [],
  );
  assert.deepEqual(parseYaml('a: '.repeat(80_000)), []);
  // Processor time, not the clock: other tests may run beside this one. In microseconds.
  assert.ok(process.cpuUsage(before).user < 4_000_000);
});
