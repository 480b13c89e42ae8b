/**
 * Writes examples/shop-assistant: every byte comes from this folder, so that a reader can see what the example models hold.
 * `node scripts/examples/make.ts` writes it; with `--check` it only says what differs from the committed files.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dataTexts } from './data-files.ts';
import { ggufModel, kerasModel, onnxModel, safetensorsModel, sklearnModel, torchModel } from './model-bytes.ts';
import { orderReview } from './order-review.ts';
import { pickleBytes } from './pickle-bytes.ts';
import { projectTexts } from './project-files.ts';

export const examplesFolder = resolve(import.meta.dirname, '../../examples');
const project = 'shop-assistant';
const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** The planted file: loading it runs a command, and the command only says so. */
function plantedPickle(): Uint8Array {
  return pickleBytes({ call: { global: ['os', 'system'] }, args: ['echo ai-spm example: this file would have run a command'] });
}

/** A checkpoint like any other, with a call between its last entry and its end. */
function plantedCheckpoint(): Uint8Array {
  const hidden = {
    call: { global: ['builtins', 'eval'] as const },
    args: ["print('ai-spm example: this checkpoint would have run code')"],
  };
  return torchModel([{ name: 'projection.weight', shape: [32, 16], seed: 31 }], [['optimizer_state', hidden]]);
}

function models(): [string, Uint8Array][] {
  const encoder = [
    { name: 'distilbert.embeddings.word_embeddings.weight', shape: [64, 32] },
    { name: 'pre_classifier.weight', shape: [32, 32] },
    { name: 'classifier.weight', shape: [3, 32] },
    { name: 'classifier.bias', shape: [3] },
  ];
  return [
    ['models/churn/model.pkl', sklearnModel(4)],
    ['models/checkpoints/intent-epoch1.pt', torchModel(encoder.map(({ name, shape }, index) => ({ name, shape, seed: 20 + index })))],
    ['models/intent-encoder/model.safetensors', safetensorsModel(encoder, { format: 'pt' })],
    ['models/sentiment.onnx', onnxModel()],
    ['models/order-review.onnx', orderReview().model],
    ['models/product-tagger.keras', kerasModel()],
    [
      'models/assistant.gguf',
      ggufModel(
        {
          'general.architecture': 'llama',
          'general.name': 'Shop assistant, example',
          'tokenizer.ggml.model': 'llama',
          'tokenizer.chat_template': chatTemplate,
        },
        { 'llama.block_count': 1, 'llama.context_length': 128, 'llama.embedding_length': 32, 'llama.attention.head_count': 2 },
      ),
    ],
    ['models/vendor/reranker.pkl', plantedPickle()],
    ['models/vendor/embedder.pt', plantedCheckpoint()],
  ];
}

/** Every file of the examples: path below examples/ → bytes. */
export function exampleFiles(): ReadonlyMap<string, Uint8Array> {
  const { training, validation } = orderReview();
  const orderTexts = [
    ['data/orders/train.csv', training],
    ['data/orders/validation.csv', validation],
  ] as const;
  const texts = [...projectTexts, ...dataTexts, ...orderTexts].map(([path, text]): [string, Uint8Array] => [path, Buffer.from(text)]);
  return new Map([...texts, ...models()].map(([path, bytes]) => [`${project}/${path}`, bytes]));
}

/** Writes the examples below a folder. */
export async function writeExamples(folder: string): Promise<void> {
  for (const [path, bytes] of exampleFiles()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** What of the folder differs from what this script writes: missing, changed and surplus files, one sentence each. */
export async function compareExamples(folder: string): Promise<string[]> {
  const expected = exampleFiles();
  const differences: string[] = [];
  for (const [path, bytes] of expected) {
    const present = await readFile(join(folder, path)).catch(() => null);
    if (present === null) differences.push(`examples/${path} is missing.`);
    else if (!present.equals(bytes)) differences.push(`examples/${path} differs from what scripts/examples/make.ts writes.`);
  }
  const entries = await readdir(join(folder, project), { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
    if (entry.isFile() && !expected.has(path)) differences.push(`examples/${path} is written by nothing.`);
  }
  return differences.sort();
}

async function main(words: readonly string[]): Promise<number> {
  const folder = words.find((word) => !word.startsWith('--')) ?? examplesFolder;
  if (!words.includes('--check')) {
    await writeExamples(folder);
    return 0;
  }
  const differences = await compareExamples(folder);
  for (const difference of differences) process.stderr.write(`${difference}\n`);
  return differences.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
