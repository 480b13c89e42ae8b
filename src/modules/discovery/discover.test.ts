import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleFiles } from '../../../scripts/examples/make.ts';
import type { Hit } from './contract.ts';
import { discover } from './discover.ts';
import { memoryTree } from './tree/tree.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;
function hitsOf(files: Files): Hit[] {
  return discover(memoryTree(new Map(Object.entries(files)))).hits;
}
/** `kind name` of every hit, the short form expectations are written in. */
function named(hits: readonly Hit[]): string[] {
  return hits.map(({ kind, name }) => `${kind} ${name}`).sort();
}
function one(hits: readonly Hit[], kind: Hit['kind'], name?: string): Hit {
  const found = hits.filter((hit) => hit.kind === kind && (name === undefined || hit.name === name));
  assert.equal(found.length, 1, `one ${kind} ${name ?? ''} in ${named(hits).join(', ')}`);
  const [hit] = found;
  assert.ok(hit);
  return hit;
}

describe('the example project', () => {
  const hits = hitsOf(Object.fromEntries([...exampleFiles()].map(([path, bytes]) => [path.replace('shop-assistant/', ''), bytes])));

  test('yields everything that was planted and nothing else', () => {
    assert.deepEqual(
      named(hits.filter(({ assetType }) => assetType !== null)),
      [
        'agent Coding agents in tree',
        'agent app/assistant.py',
        'dataset Shop reviews',
        'dataset customers.csv',
        'dataset tickets.jsonl',
        'dataset train.csv',
        'dataset validation.csv',
        'endpoint app/serve.py',
        'hosted-model claude-3-5-haiku-latest (Anthropic)',
        'hosted-model gpt-4o-mini (OpenAI)',
        'hosted-model text-embedding-3-small (OpenAI)',
        'mcp-server docs',
        'mcp-server files',
        'mcp-server orders',
        'model assistant.gguf',
        'model embedder.pt',
        'model intent-encoder',
        'model intent-epoch1.pt',
        'model model.pkl',
        'model order-review.onnx',
        'model product-tagger.keras',
        'model reranker.pkl',
        'model sentiment.onnx',
        'model-reference distilbert/distilbert-base-uncased',
        'notebook notebooks/churn.ipynb',
        'serving llm (vLLM)',
        'training-code training/train_churn.py',
        'training-code training/train_intent.py',
        'vector-store vectors (Qdrant)',
      ].sort(),
    );
    assert.deepEqual(named(hits.filter(({ kind }) => kind === 'prompt')), ['prompt refund.prompty', 'prompt system.md']);
    assert.deepEqual(named(hits.filter(({ kind }) => kind === 'secret')), [
      'secret AWS access key id (AKIA…)',
      'secret Hugging Face token (hf_N…)',
    ]);
  });

  test('links data to training to model to endpoint, and agents to what they call', () => {
    const edges = (kind: Hit['kind'], name: string) =>
      one(hits, kind, name)
        .edges.map((edge) => `${edge.kind} ${edge.toKey}`)
        .sort();
    assert.deepEqual(edges('training-code', 'training/train_churn.py'), [
      'produces file:/tree/models/churn/model.pkl',
      'trains_on file:/tree/data/customers.csv',
    ]);
    assert.deepEqual(edges('endpoint', 'app/serve.py'), [
      'serves file:/tree/models/churn/model.pkl',
      'serves file:/tree/models/sentiment.onnx',
    ]);
    assert.deepEqual(edges('agent', 'app/assistant.py'), [
      'calls hosted:openai/gpt-4o-mini',
      'calls hosted:openai/text-embedding-3-small',
      'reads local-url:/tree#http://vectors:6333',
    ]);
    assert.ok(
      edges('training-code', 'training/train_intent.py').includes('depends_on purl:pkg:huggingface/distilbert/distilbert-base-uncased'),
    );
    const toKeys = new Set(hits.flatMap(({ keys }) => keys));
    for (const hit of hits)
      for (const edge of hit.edges) assert.ok(toKeys.has(edge.toKey) || edge.toKey.startsWith('purl:'), `${edge.toKey} is a hit`);
  });

  test('never lets the value of a secret leave', () => {
    const said = JSON.stringify(hits);
    for (const secret of ['AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI', 'hf_NotARealToken4ShopAssistantExample', 'Bearer set-me'])
      assert.ok(!said.includes(secret), `${secret} left the reader`);
  });

  test('is the same twice', () => {
    const again = hitsOf(Object.fromEntries([...exampleFiles()].map(([path, bytes]) => [path.replace('shop-assistant/', ''), bytes])));
    assert.deepEqual(again, hits);
  });
});

describe('what looks like AI and is not', () => {
  const cases: Readonly<Record<string, Files>> = {
    'an import in a comment': { 'a.py': '# import torch\nx = 1  # from transformers import pipeline\n' },
    'an import in a docstring': { 'a.py': '"""\nimport torch\nfrom openai import OpenAI\n"""\nx = 1\n' },
    'an import in a string': { 'a.py': 'help_text = "import torch to use this"\nmore = """\nimport openai\n"""\n' },
    'prose that names models': {
      'README.md': '# Notes\n\nWe like gpt-4o, claude-3-5-sonnet and import torch.\n',
      'docs/a.txt': 'from_pretrained("org/name")\n',
    },
    'packages of other people': {
      'node_modules/openai/index.js': "import OpenAI from 'openai';\n",
      '.venv/lib/site-packages/torch/__init__.py': 'import torch\n',
    },
    'a package with a name one word longer': {
      'requirements.txt': 'torch-geometric-example-not-listed==1\nopenai-unofficial==2\nrequests==2\n',
    },
    'a commented requirement': { 'requirements.txt': '# torch==2.0\n  # openai\n-r other.txt\n--index-url https://example.org/torch\n' },
    'tables outside data folders that no AI code reads': {
      'reports/2024.csv': 'a,b\n1,2\n3,4\n',
      'log.jsonl': '{"level":"info"}\n{"level":"warn"}\n',
    },
    'documents and archives': {
      'a.docx': zipNamed('word/document.xml'),
      'lib.jar': zipNamed('META-INF/MANIFEST.MF'),
      'pkg.whl': zipNamed('torch/__init__.py'),
    },
    'a short word as a model id without AI': { 'car.py': 'model = "o1"\nengine = "command-r"\n', 'car.yaml': 'model: o1\n' },
    'a module of the project with a generic name': {
      'requirements.txt': 'flask==3\n',
      'app.py': 'from agents import Agent\nfrom datasets import load\n',
      'agents.py': 'class Agent: pass\n',
    },
    'the project’s own module that shadows a package': { 'openai.py': 'KEY = 1\n', 'app.py': 'import openai\n' },
    'a regular expression in JavaScript': {
      'a.js': "const imports = /import .* from 'openai'/;\nconst url = text.replace(/\"https:\\/\\/api.openai.com\"/g, '');\n",
    },
    'a Rust lifetime and a C# comment': {
      'a.rs': "fn first<'a>(x: &'a str) -> &'a str { x } // use candle_core::Tensor;\n",
      'a.cs': '/* using OpenAI; */ class A {}\n',
    },
    'a JSON config that is no model': {
      'config.json': '{"name": "app", "version": 1}',
      'tsconfig.json': '{ // types\n "compilerOptions": {} }',
    },
    'placeholders for keys': {
      'notes.env': 'OTHER=sk-your-key-here-your-key-here-your-key\n',
      'a.py': 'token = "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"\n',
    },
    'a Kubernetes deployment of a web server': {
      'deploy.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: "nginx:1.27"}]}}}\n',
    },
    'a Dockerfile that only mentions serving in a comment': { Dockerfile: 'FROM alpine:3.20\n# vllm serve was here\nRUN echo hello\n' },
    'a prompt folder of a shell': { 'prompts/zsh.sh': 'PS1="%n"\n', 'src/prompt/index.txt': 'x\n' },
    'bytes that only begin like a pickle': {
      'noise.bin': new Uint8Array([0x80, 0x07, 1, 2, 3, 4, 5, 6, 7, 8]),
      'mz.dat': new Uint8Array(64).fill(0x4d),
    },
  };
  for (const [what, files] of Object.entries(cases)) test(`${what} gives no hit`, () => assert.deepEqual(named(hitsOf(files)), []));
});

/** An archive whose directory names one member: enough for a reader that looks at names. */
function zipNamed(name: string): Uint8Array {
  const bytes = Buffer.from(name);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(22), Buffer.from([bytes.length, 0, 0, 0]), bytes]);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02', 'latin1'),
    Buffer.alloc(24),
    Buffer.from([bytes.length, 0]),
    Buffer.alloc(16),
    bytes,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

describe('code in six languages', () => {
  test('imports and hosted calls are found with their line', () => {
    const hits = hitsOf({
      'a.py': 'import os, torch.nn as nn\n',
      'b.ts': "import OpenAI from 'openai';\nconst answer = await new OpenAI().responses.create({ model: 'gpt-4.1-mini', input: '' });\n",
      'c.go': 'package main\n\nimport (\n\t"fmt"\n\topenai "github.com/sashabaranov/go-openai"\n)\n',
      'd.rs': 'use candle_core::{Device, Tensor};\n',
      'E.java': 'import dev.langchain4j.model.chat.ChatLanguageModel;\n',
      'f.cs': 'using Microsoft.SemanticKernel;\n',
      'g.js':
        "const { pipeline } = require('@xenova/transformers');\nconst p = await pipeline('sentiment-analysis', 'Xenova/distilbert-base');\n",
    });
    assert.deepEqual(
      hits
        .filter(({ kind }) => kind === 'framework-use')
        .map(({ name, where }) => `${name} ${where[0]?.path}:${where[0]?.line}`)
        .sort(),
      [
        '@xenova/transformers g.js:1',
        'candle-core d.rs:1',
        'dev.langchain4j:langchain4j E.java:1',
        'github.com/sashabaranov/go-openai c.go:5',
        'microsoft.semantickernel f.cs:1',
        'openai b.ts:1',
        'torch a.py:1',
      ],
    );
    assert.equal(one(hits, 'hosted-model').where[0]?.line, 2);
    assert.deepEqual(one(hits, 'model-reference').keys, ['purl:pkg:huggingface/Xenova/distilbert-base']);
  });

  test('a revision that is given is part of the package URL, a missing one is said to be missing', () => {
    const code = (call: string) => `from transformers import AutoModel\nmodel = AutoModel.from_pretrained(${call})\n`;
    assert.equal(one(hitsOf({ 'a.py': code('"org/name", revision="abc123"') }), 'model-reference').purl, 'pkg:huggingface/org/name@abc123');
    assert.equal(one(hitsOf({ 'a.py': code('"org/name"') }), 'model-reference').facts['revision'], 'unpinned');
  });

  test('a model named by a constant is found, one given by a variable of unknown value is not', () => {
    const start = 'from sentence_transformers import SentenceTransformer\n';
    assert.equal(
      one(hitsOf({ 'a.py': `${start}NAME = "org/embed"\nm = SentenceTransformer(NAME)\n` }), 'model-reference').name,
      'org/embed',
    );
    assert.deepEqual(
      hitsOf({ 'a.py': `${start}m = SentenceTransformer(name_from_somewhere)\n` }).filter(({ kind }) => kind === 'model-reference'),
      [],
    );
  });

  test('a local path in from_pretrained is an edge to the model there, not a hub model', () => {
    const hits = hitsOf({
      'models/own/config.json': '{"model_type": "bert", "architectures": ["BertModel"]}',
      'models/own/model.safetensors': safetensors(),
      'train.py': 'from transformers import Trainer, AutoModel\nm = AutoModel.from_pretrained("models/own")\nTrainer(m).train()\n',
    });
    assert.deepEqual(
      hits.filter(({ kind }) => kind === 'model-reference'),
      [],
    );
    assert.deepEqual(one(hits, 'training-code').edges, [{ kind: 'depends_on', toKey: 'folder:/tree/models/own', inferred: false }]);
  });

  test('providers are known by address: a local one is an endpoint of its own project', () => {
    const hits = hitsOf({
      'a.py':
        'import requests\nrequests.post("http://localhost:11434/api/chat")\nrequests.post("https://api.mistral.ai/v1/chat/completions")\n',
    });
    assert.deepEqual(
      hits.map(({ name, assetType, keys }) => [name, assetType, keys[0]]),
      [
        ['Mistral AI at api.mistral.ai', 'api', 'url:https://api.mistral.ai'],
        ['Ollama at localhost:11434', 'endpoint', 'local-url:/tree#http://localhost:11434'],
      ],
    );
  });
});

function safetensors(): Uint8Array {
  const header = Buffer.from('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(4)]);
}

describe('layouts', () => {
  test('what DVC tracks is the file that lies there, or stands for one that does not; other outputs are left out', () => {
    const dvc = (path: string, digest: string) => `outs:\n- md5: ${digest}\n  size: 5\n  path: ${path}\n`;
    const hits = hitsOf({
      'models/net.gguf': Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(60)]),
      'models/net.gguf.dvc': dvc('net.gguf', 'a'.repeat(32)),
      'data.dvc': dvc('data', `${'b'.repeat(32)}.dir`),
      'report.pdf.dvc': dvc('report.pdf', 'c'.repeat(32)),
      'evil.dvc': dvc('../../data', 'd'.repeat(32)),
    });
    assert.deepEqual(named(hits), ['dataset data', 'model net.gguf']);
    assert.equal(one(hits, 'model').facts['store'], 'dvc');
    assert.equal(one(hits, 'dataset').facts['present'], false);
    assert.ok(one(hits, 'dataset').keys.includes('folder:/tree/data'));
  });

  test('LM Studio keeps models under the names of their repositories', () => {
    const hits = hitsOf({ '.lmstudio/models/acme/Net-GGUF/net.Q4.gguf': Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(60)]) });
    assert.deepEqual([one(hits, 'model').facts['store'], one(hits, 'model').facts['repository']], ['lm-studio', 'acme/Net-GGUF']);
  });

  test('shards are one model, a model folder is one model with its card', () => {
    const hits = hitsOf({
      'm/config.json': '{"model_type":"llama"}',
      'm/model-00001-of-00002.safetensors': safetensors(),
      'm/model-00002-of-00002.safetensors': safetensors(),
      'm/README.md': '---\nbase_model: org/base\ndatasets: [org/data]\nlibrary_name: transformers\nlicense: mit\n---\n# M\n',
    });
    const model = one(hits, 'model');
    assert.equal(model.facts['files'], 2);
    assert.equal(model.facts['licence'], 'mit');
    assert.deepEqual(
      model.edges.map(({ kind, toKey }) => `${kind} ${toKey}`),
      ['depends_on purl:pkg:huggingface/org/base', 'trains_on hf-dataset:org/data'],
    );
    assert.deepEqual(model.keys.slice(0, 2), ['folder:/tree/m', 'file:/tree/m/model-00001-of-00002.safetensors']);
  });

  test('the Hugging Face cache names repository and revision, and meets the code that names it', () => {
    const snapshot = 'hub/models--org--name/snapshots/0123456789abcdef0123456789abcdef01234567';
    const hits = hitsOf({
      [`${snapshot}/config.json`]: '{"model_type":"bert"}',
      [`${snapshot}/model.safetensors`]: safetensors(),
      'hub/models--org--name/blobs/aa': safetensors(),
      'use.py': 'from transformers import AutoModel\nAutoModel.from_pretrained("org/name")\n',
    });
    const model = one(hits, 'model');
    assert.equal(model.name, 'org/name');
    assert.equal(model.purl, 'pkg:huggingface/org/name@0123456789abcdef0123456789abcdef01234567');
    assert.ok(model.where.some(({ path }) => path === 'use.py'));
    assert.deepEqual(
      hits.filter(({ kind }) => kind === 'model-reference'),
      [],
    );
  });

  test('an ollama manifest and its blob are one model', () => {
    const digest = 'ab'.repeat(32);
    const hits = hitsOf({
      'models/manifests/registry.ollama.ai/library/tiny/latest': JSON.stringify({
        layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}` }],
      }),
      [`models/blobs/sha256-${digest}`]: Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(60)]),
    });
    const model = one(hits, 'model');
    assert.ok(model.keys.includes(`sha256:${digest}`) && model.keys.includes('ollama:tiny:latest'));
  });

  test('equal files in two places are one model with two places', () => {
    const bytes = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(100, 7)]);
    const model = one(hitsOf({ 'a/x.gguf': bytes, 'b/y.gguf': bytes }), 'model');
    assert.deepEqual(
      model.where.map(({ path }) => path),
      ['a/x.gguf', 'b/y.gguf'],
    );
    assert.ok(model.keys[0]?.startsWith('sha256:'));
  });

  test('an extension decides nothing: a renamed pickle and a renamed GGUF are found', () => {
    const pickle = Buffer.from('\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x07sklearn\x94.', 'latin1');
    const hits = hitsOf({ 'notes.dat': pickle, 'picture.xyz': Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(60)]) });
    assert.deepEqual(hits.map(({ facts }) => facts['format']).sort(), ['gguf', 'pickle']);
  });
});

describe('bounds', () => {
  test('a walk that may read no more files says so and is not complete', () => {
    const files = new Map(Array.from({ length: 50 }, (_, index) => [`f${index}.py`, 'import torch\n']));
    const { summary } = discover(memoryTree(files), { limits: { files: 10 } });
    assert.equal(summary.files, 10);
    assert.equal(summary.complete, false);
    assert.ok(summary.skipped.some(({ reason }) => reason === 'files'));
  });

  test('depth, bytes and hits are bounded too', () => {
    const deep = memoryTree(new Map([[`${'d/'.repeat(60)}a.py`, 'import torch\n']]));
    assert.equal(discover(deep, { limits: { depth: 5 } }).hits.length, 0);
    const large = memoryTree(
      new Map([
        ['a.py', 'import torch\n'.repeat(1000)],
        ['b.py', 'import torch\n'],
      ]),
    );
    assert.equal(discover(large, { limits: { readBytes: 1000 } }).summary.complete, false);
    const many = memoryTree(
      new Map(Array.from({ length: 30 }, (_, index) => [`${index}.gguf`, Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(60, index)])])),
    );
    const cut = discover(many, { limits: { hits: 10 } });
    assert.equal(cut.hits.length, 10);
    assert.equal(cut.summary.complete, false);
  });

  test('vendored folders are counted, and a model folder called vendor is none', () => {
    const files = new Map<string, string | Uint8Array>([
      ['node_modules/a/index.js', 'x'],
      ['vendor/modules.txt', 'x'],
      ['vendor/x/a.go', 'x'],
      ['models/vendor/a.gguf', Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(60)])],
    ]);
    const { hits, summary } = discover(memoryTree(files));
    assert.deepEqual(
      summary.skipped.map(({ path, reason }) => [path, reason]),
      [
        ['node_modules', 'vendored'],
        ['vendor', 'vendored'],
      ],
    );
    assert.deepEqual(
      hits.map(({ name }) => name),
      ['a.gguf'],
    );
    assert.equal(summary.complete, true);
  });
});
