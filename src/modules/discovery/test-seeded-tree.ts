/** A repository in which every kind of AI thing was planted, among many things that only look like one. Built in code, from a seed. */
import { existsSync, readFileSync } from 'node:fs';
import { bytes } from '../../../test/corpus/model-scanner/build-bytes.ts';
import { field, message, npy, onnxModel, onnxNode } from '../../../test/corpus/model-scanner/build-models.ts';
import { tar } from '../../../test/corpus/model-scanner/build-tar.ts';
import { zip } from '../../../test/corpus/model-scanner/build-zip.ts';
import type { HitKind } from './contract.ts';

type Content = string | Uint8Array;
/** A file, and the kinds of hit that must name it as a place; none: it must be named by no hit. */
type Seed = readonly [path: string, content: Content, ...kinds: readonly HitKind[]];

export type SeededTree = {
  readonly files: ReadonlyMap<string, Content>;
  /** `kind path`, for everything that was planted. */
  readonly planted: ReadonlySet<string>;
};

const corpus = new URL('../../../test/corpus/model-scanner/', import.meta.url);
const saved = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(existsSync(new URL(`real/${name}`, corpus)) ? `real/${name}` : `real-formats/${name}`, corpus)));
const gguf = (fill: number) => bytes('GGUF', new Uint8Array(60).fill(fill));
const safetensors = (name: string) => {
  const header = Buffer.from(JSON.stringify({ [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return bytes(length, header, new Uint8Array(4));
};
const paddle = message(
  field(1, message(field(1, 0), field(2, 0), field(3, message(field(1, 'x'))), field(4, message(field(3, 'conv2d'))))),
  field(4, message(field(1, 2_006_002))),
);
const pickle = (text: string) => bytes([0x80, 4, 0x95], [text.length + 4, 0, 0, 0, 0, 0, 0, 0], [0x8c, text.length], text, [0x94], '.');

/** Weights by the library that writes them; those marked saved come from the libraries themselves. */
function models(id: number): Seed[] {
  return [
    [`weights/plain-${id}.gguf`, gguf(id), 'model'],
    [`weights/net-${id}.safetensors`, safetensors(`w${id}`), 'model'],
    [`weights/clf-${id}.pkl`, pickle(`sklearn.linear_model${id}`), 'model'],
    [`weights/no-ending-${id}`, pickle(`sklearn.svm${id}`), 'model'],
    [`weights/graph-${id}.onnx`, onnxModel(field(1, onnxNode(`Op${id}`))), 'model'],
    [`weights/mobile-${id}.pte`, bytes([16, 0, 0, 0], 'ET12', new Uint8Array(64).fill(id)), 'model'],
    [`weights/engine-${id}.plan`, bytes('ptrt', new Uint8Array(64).fill(id)), 'model'],
    [
      `weights/net-${id}.params`,
      bytes([0x12, 1, 0, 0, 0, 0, 0, 0], new Uint8Array(8), [id + 1, 0, 0, 0, 0, 0, 0, 0], new Uint8Array(40)),
      'model',
    ],
    [`weights/inference-${id}.pdmodel`, bytes(paddle, field(5, message(field(1, `x${id}`)))), 'model'],
    [
      `weights/ir-${id}.xml`,
      `<?xml version="1.0"?>\n<net name="m${id}" version="11">\n<layers><layer id="0" name="x" type="Parameter" version="opset1"/></layers>\n</net>\n`,
      'model',
    ],
    [
      `weights/asr-${id}.nemo`,
      tar([
        { name: './model_config.yaml', data: bytes(`id: ${id}\n`) },
        { name: './model_weights.ckpt', data: pickle(`torch${id}`) },
      ]),
      'model',
    ],
    [
      `weights/served-${id}.mar`,
      zip([
        { name: 'MAR-INF/MANIFEST.json', data: bytes(`{"id": ${id}}`) },
        { name: 'handler.py', data: bytes('pass\n') },
      ]),
      'model',
    ],
    [
      `weights/torch-${id}.pt`,
      zip([
        { name: 'm/data.pkl', data: pickle(`torch${id}`) },
        { name: 'm/version', data: bytes('3') },
      ]),
      'model',
    ],
    [
      `weights/net-${id}.keras`,
      zip([
        { name: 'config.json', data: bytes(`{"n": ${id}}`) },
        { name: 'metadata.json', data: bytes('{}') },
        { name: 'model.weights.h5', data: bytes('x') },
      ]),
      'model',
    ],
  ];
}

/** One of each real file, as the libraries save them. */
const savedModels: readonly Seed[] = [
  'plain-xgboost.json',
  'plain-xgboost.ubj',
  'plain-xgboost-legacy.model',
  'plain-lightgbm.txt',
  'plain-catboost.cbm',
  'plain.tflite',
  'plain-coreml.mlmodel',
  'plain-flax.msgpack',
  'model.joblib',
  'model.gzip.joblib',
].map((name) => [`saved/${name}`, saved(name), 'model'] as const);
const savedData: readonly Seed[] = ['plain-pandas.parquet', 'plain-v2.feather', 'plain.npy', 'plain.npz'].map(
  (name) => [`data/${name}`, saved(name), 'dataset'] as const,
);

function layouts(id: number): Seed[] {
  const revision = String(id).repeat(40).slice(0, 40);
  const digest = String(id).repeat(64).slice(0, 64);
  const snapshot = `cache/hub/models--acme--net${id}/snapshots/${revision}`;
  return [
    [`hf-${id}/config.json`, `{"model_type": "bert", "architectures": ["Bert${id}"]}`, 'model'],
    [`hf-${id}/model.safetensors`, safetensors(`h${id}`), 'model'],
    [`${snapshot}/config.json`, '{"model_type":"bert"}', 'model'],
    [`${snapshot}/model.safetensors`, safetensors(`c${id}`), 'model'],
    [`adapter-${id}/adapter_config.json`, `{"peft_type": "LORA", "base_model_name_or_path": "acme/base${id}"}`, 'model'],
    [`adapter-${id}/adapter_model.safetensors`, safetensors(`a${id}`), 'model'],
    [
      `ollama/manifests/registry.ollama.ai/library/tiny${id}/latest`,
      JSON.stringify({ layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}` }] }),
      'model',
    ],
    [`.lmstudio/models/acme/Net${id}-GGUF/net${id}.Q4_K_M.gguf`, gguf(100 + id), 'model'],
    [`mlruns/${id}/m-1/artifacts/model/MLmodel`, `flavors:\n  python_function: {loader_module: mlflow.sklearn}\nrun_id: r${id}\n`, 'model'],
    [`mlruns/${id}/m-1/artifacts/model/model.pkl`, pickle(`sklearn.tree${id}`), 'model'],
    [`tracked-${id}/net.onnx.dvc`, `outs:\n- md5: ${digest.slice(0, 32)}\n  size: 12\n  hash: md5\n  path: net.onnx\n`, 'model'],
    [`tracked-${id}/train.csv.dvc`, `outs:\n- md5: ${digest.slice(1, 33)}\n  size: 12\n  path: train.csv\n`, 'dataset'],
    [
      `card-${id}/README.md`,
      `---\npretty_name: Reviews ${id}\ntask_categories: [text-classification]\nlicense: mit\n---\n# Reviews\n`,
      'dataset',
    ],
    [`card-${id}/train.jsonl`, `{"text": "a${id}", "label": 1}\n{"text": "b", "label": 0}\n`, 'dataset'],
    [`data/rows-${id}.csv`, `a,b\n${id},2\n3,4\n`, 'dataset'],
  ];
}

function code(id: number): Seed[] {
  return [
    [
      `py-${id}/train.py`,
      `import torch\nfrom transformers import Trainer, AutoModel\nm = AutoModel.from_pretrained("acme/base-${id}")\nTrainer(m).train()\n`,
      'framework-use',
      'model-reference',
      'training-code',
    ],
    [
      `py-${id}/ask.py`,
      'from openai import OpenAI\nc = OpenAI()\nc.chat.completions.create(model="gpt-4o-mini", messages=[])\n',
      'framework-use',
      'hosted-model',
    ],
    [
      `ts-${id}/ask.ts`,
      "import OpenAI from 'openai';\nawait new OpenAI().responses.create({ model: 'gpt-4.1-mini', input: '' });\n",
      'framework-use',
      'hosted-model',
    ],
    [`go-${id}/ask.go`, 'package main\n\nimport (\n\topenai "github.com/sashabaranov/go-openai"\n)\n', 'framework-use'],
    [`java-${id}/Ask.java`, 'import dev.langchain4j.model.chat.ChatLanguageModel;\n', 'framework-use'],
    [`rs-${id}/ask.rs`, 'use candle_core::{Device, Tensor};\n', 'framework-use'],
    [`cs-${id}/Ask.cs`, 'using Microsoft.SemanticKernel;\n', 'framework-use'],
    [
      `nb-${id}/study.ipynb`,
      JSON.stringify({
        cells: [{ cell_type: 'code', source: ['import torch\n', `x = ${id}\n`], outputs: [], metadata: {}, execution_count: null }],
        metadata: {},
        nbformat: 4,
        nbformat_minor: 5,
      }),
      'notebook',
    ],
    [`py-${id}/requirements.txt`, 'torch==2.6.0\ntransformers>=4\ndatasets>=3\n', 'package'],
    [
      `py-${id}/data.py`,
      `from datasets import load_dataset\nrows = load_dataset("acme/reviews-${id}")\n`,
      'framework-use',
      'dataset-reference',
    ],
    [`ts-${id}/package.json`, '{"dependencies": {"openai": "5.0.0"}}', 'package'],
    [`go-${id}/go.mod`, 'module x\n\nrequire github.com/sashabaranov/go-openai v1.40.0\n', 'package'],
    [`rs-${id}/Cargo.toml`, '[dependencies]\ncandle-core = "0.9"\n', 'package'],
    [
      `serve-${id}/app.py`,
      `from fastapi import FastAPI\nimport onnxruntime\napp = FastAPI()\ns = onnxruntime.InferenceSession("net${id}.onnx")\n@app.post("/v1/score")\ndef score(x: list[float]) -> float:\n    return s.run(None, {"x": x})[0]\n`,
      'endpoint',
      'framework-use',
    ],
  ];
}

function agents(id: number): Seed[] {
  const server = JSON.stringify({ mcpServers: { [`files${id}`]: { command: 'npx', args: ['-y', `@acme/files-${id}@1.0.0`] } } });
  return [
    [`agents-${id}/.mcp.json`, server, 'mcp-server'],
    [`agents-${id}/.cursor/mcp.json`, server.replace(`files${id}`, `cursor${id}`).replace('@acme/files', '@acme/cursor'), 'mcp-server'],
    [`agents-${id}/AGENTS.md`, '# Rules\nUse the tests.\n', 'agent'],
    [`agents-${id}/CLAUDE.md`, '# Rules\nUse the tests.\n', 'agent'],
    [`agents-${id}/.cursor/rules/style.mdc`, '---\ndescription: style\n---\nTwo spaces.\n', 'agent'],
    [`agents-${id}/.claude/skills/ship/SKILL.md`, '---\nname: ship\ndescription: Ship it\n---\nRun the tests.\n', 'agent'],
    [
      `agents-${id}/prompts/support.prompty`,
      `---\nname: Support ${id}\nmodel:\n  configuration:\n    model: gpt-4o-mini\n---\nsystem:\nYou are the assistant of shop {{shop}}.\n`,
      'prompt',
    ],
    [`agents-${id}/prompts/refund.md`, `You are the assistant of shop ${id}. Answer the customer about {order}.\n`, 'prompt'],
  ];
}

function serving(id: number): Seed[] {
  return [
    [
      `deploy-${id}/Dockerfile`,
      `FROM vllm/vllm-openai:v0.${id + 1}.0\nENTRYPOINT ["python3", "-m", "vllm.entrypoints.openai.api_server", "--model", "acme/chat-${id}"]\n`,
      'serving',
    ],
    [
      `deploy-${id}/kserve.yaml`,
      `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: iris${id}}\nspec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: "s3://models/iris${id}"}}}\n`,
      'serving',
    ],
    [
      `deploy-${id}/seldon.yaml`,
      `apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: fraud${id}}\nspec: {predictors: [{name: default, graph: {name: m, implementation: SKLEARN_SERVER, modelUri: "gs://m/${id}"}}]}\n`,
      'serving',
    ],
    [
      `deploy-${id}/ray.yaml`,
      `apiVersion: ray.io/v1\nkind: RayService\nmetadata: {name: ray${id}}\nspec: {serveConfigV2: "applications: []"}\n`,
      'serving',
    ],
    [
      `deploy-${id}/gpu.yaml`,
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gpu${id}}\nspec: {template: {spec: {containers: [{name: t, image: "acme/trainer:${id}", resources: {limits: {nvidia.com/gpu: 1}}}]}}}\n`,
      'serving',
    ],
    [
      `deploy-${id}/compose.yaml`,
      `services:\n  llm${id}:\n    image: ollama/ollama:0.5.${id}\n  vectors:\n    image: qdrant/qdrant:v1.${id}.0\n`,
      'serving',
      'vector-store',
    ],
    [`deploy-${id}/.env`, 'OPENAI_API_KEY=\nPINECONE_API_KEY=\n', 'key-name'],
  ];
}

const words = ['invoice', 'ledger', 'parser', 'router', 'window', 'garden', 'copper', 'meadow', 'signal', 'basket'];
const pick = (id: number, step: number) => words[(id * 7 + step * 3) % words.length] ?? 'plain';

/** Everyday files that share a word, a shape or an ending with the field. */
function lookAlikes(id: number): Seed[] {
  const word = pick(id, 1);
  return [
    [
      `src-${id}/${word}.py`,
      `# import torch\n"""\nimport openai\nfrom transformers import pipeline\n"""\ntext = "import torch to use this"\n`,
    ],
    [`src-${id}/model.py`, `class Model:\n    """A row of the ${word}."""\n    def fit(self, width: int) -> int:\n        return width\n`],
    [`src-${id}/train.ts`, `export const trains = [{ line: 'S${id}', model: 'o1', to: '${word}' }];\n`],
    [
      `src-${id}/agent.go`,
      'package agent\n\nimport "net/http"\n\n// Agent of an insurance; openai is a word here.\nvar Agent = http.DefaultClient\n',
    ],
    [`src-${id}/Tokenizer.java`, 'import java.util.StringTokenizer;\nclass Tokenizer {}\n'],
    [`src-${id}/embedding.rs`, 'use std::fmt;\n// use candle_core::Tensor;\nstruct Embedding;\n'],
    [
      `docs-${id}/models.md`,
      `# Models of ${word}\n\nWe tried gpt-4o and claude-3-5-sonnet. \`from_pretrained("org/name")\` is how it is done.\n`,
    ],
    [`docs-${id}/README.md`, `---\ntitle: ${word}\nlicense: mit\n---\n# ${word}\n`],
    [`docs-${id}/prompt.txt`, `C:\\> dir ${word}\n`],
    [`conf-${id}/config.json`, `{"name": "${word}", "version": ${id}, "model": "T-${id}"}`],
    [`conf-${id}/model_index.yaml`, `models:\n  - ${word}\n`],
    [
      `conf-${id}/web.yaml`,
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${word}}\nspec: {template: {spec: {containers: [{name: web, image: "nginx:1.${id}", resources: {limits: {memory: 1Gi}}}]}}}\n`,
    ],
    [`conf-${id}/compose.yaml`, `services:\n  db:\n    image: postgres:1${id % 8}\n  cache:\n    image: redis:7\n`],
    [`conf-${id}/Dockerfile`, `FROM python:3.12\n# vllm serve was here\nRUN pip install flask\nCMD ["python", "${word}.py"]\n`],
    [`conf-${id}/.env`, `DATABASE_URL=postgres://localhost/${word}\nPORT=80${id}\n`],
    [`conf-${id}/requirements.txt`, 'flask==3\nrequests==2\ntorchy==1\n'],
    [`conf-${id}/package.json`, '{"dependencies": {"react": "19.0.0", "openapi-types": "1.0.0"}}'],
    [`conf-${id}/settings.json`, `{"servers": ["${word}"], "mcp": false}`],
    [`conf-${id}/pipeline.dvc.md`, `Notes on dvc for ${word}.\n`],
    [`reports-${id}/${word}.csv`, `month,sum\n1,${id}\n2,3\n`],
    [`reports-${id}/log.jsonl`, `{"level":"info","n":${id}}\n{"level":"warn"}\n`],
    [`bin-${id}/page.xml`, `<?xml version="1.0"?>\n<net><host name="${word}"/></net>\n`],
    [`bin-${id}/layout.xml`, `<?xml version="1.0"?>\n<network name="${word}" version="11"><layers/></network>\n`],
    [`bin-${id}/noise.bin`, new Uint8Array([0x80, 7, 1, 2, 3, 4, 5, id])],
    [`bin-${id}/table.plan`, bytes('ptrX', new Uint8Array(64).fill(id))],
    [`bin-${id}/ET12.txt`, `ET12 ${word}\n`],
    [`bin-${id}/site.params`, `theme = "${word}"\n`],
    [
      `bin-${id}/backup.tar`,
      tar([
        { name: 'config.yaml', data: bytes('a: 1\n') },
        { name: 'notes.txt', data: bytes(word) },
      ]),
    ],
    [`bin-${id}/library.jar`, zip([{ name: 'META-INF/MANIFEST.MF', data: bytes('x') }])],
    [
      `bin-${id}/theme.zip`,
      zip([
        { name: 'config.json', data: bytes(`{"id": ${id}}`) },
        { name: 'style.css', data: bytes('a{}') },
      ]),
    ],
    [`bin-${id}/cache.msgpack`, bytes([0x82, 0xa4], 'name', [0xa3], 'abc', [0xa2], 'id', [id])],
    [`bin-${id}/messages.pb`, message(field(1, `hello ${word}`), field(2, id))],
  ];
}

const npyRows = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", new Uint8Array(8));

/** @param copies of everything, each in folders of its own and with other names inside. */
export function seededTree(copies: number): SeededTree {
  const seeds: Seed[] = [...savedModels, ...savedData, ['data/rows.npy', npyRows, 'dataset']];
  for (let id = 1; id <= copies; id++)
    for (const make of [models, layouts, code, agents, serving, lookAlikes])
      seeds.push(...make(id).map(([path, content, ...kinds]): Seed => [`${pick(id, 2)}-${id}/${path}`, content, ...kinds]));
  return {
    files: new Map(seeds.map(([path, content]) => [path, content])),
    planted: new Set(seeds.flatMap(([path, , ...kinds]) => kinds.map((kind) => `${kind} ${path}`))),
  };
}
