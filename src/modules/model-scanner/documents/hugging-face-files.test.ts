import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { backtracksWithoutEnd } from './hugging-face-regex.ts';

const json = (value: unknown, name: string) => reportOf(new TextEncoder().encode(JSON.stringify(value)), name);

/* ——— sentence-transformers ——— */
const steps = (type: string) => [
  { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
  { idx: 1, name: '1', path: '1_Pooling', type },
];

test('modules of sentence-transformers are clean, one of the repository is activated, a harmful one is proved', () => {
  assert.equal(json(steps('sentence_transformers.models.Pooling'), 'modules.json').verdict, 'clean');
  const own = json(steps('custom_st.Transformer'), 'modules.json');
  assert.equal(own.verdict, 'risky');
  assert.deepEqual(
    own.activations.map(({ file }) => file),
    ['custom_st.py'],
  );
  assert.equal(json(steps('os.system'), 'modules.json').verdict, 'malicious');
});

/* ——— diffusers ——— */
test('a pipeline of diffusers is clean; one of the repository is risky and activated', () => {
  const index = {
    _class_name: 'StableDiffusionPipeline',
    _diffusers_version: '0.30.0',
    unet: ['diffusers', 'UNet2DConditionModel'],
    safety_checker: [null, null],
  };
  assert.equal(json(index, 'model_index.json').verdict, 'clean');
  const own = json({ ...index, _class_name: ['pipeline', 'MyPipeline'], unet: ['my_unet', 'MyUNet'] }, 'model_index.json');
  assert.equal(own.verdict, 'risky');
  assert.deepEqual(own.activations.map(({ file }) => file).sort(), ['pipeline.py', 'unet/my_unet.py']);
});

/* ——— transformers ——— */
test('auto_map activates its files, with the place of the line that does', () => {
  const text =
    '{\n  "model_type": "acme",\n  "auto_map": {\n    "AutoConfig": "configuration_acme.AcmeConfig",\n    "AutoModel": "other/repo--modeling.Acme",\n    "AutoTokenizer": ["tok.Slow", null]\n  }\n}';
  const { activations } = reportOf(bytes(text), 'config.json');
  assert.deepEqual(activations.map(({ file, by, where }) => [file, by, where.line]).sort(), [
    ['configuration_acme.py', 'auto_map of config.json', 4],
    ['tok.py', 'auto_map of config.json', 6],
  ]);
});

test('custom pipelines activate the file of impl only', () => {
  const config = {
    model_type: 'x',
    custom_pipelines: { pair: { impl: 'pair_classification.PairPipeline', pt: ['AutoModel'], type: 'text' } },
  };
  assert.deepEqual(
    json(config, 'config.json').activations.map(({ file }) => file),
    ['pair_classification.py'],
  );
});

test('trust_remote_code inside a data configuration is found at any depth, switched off it is nothing', () => {
  const text = (on: string) => bytes(`train:\n  datasets:\n    - path: acme/data\n      kwargs:\n        trust_remote_code: ${on}\n`);
  const found = reportOf(text('true'), 'data.yaml');
  assert.equal(found.verdict, 'risky');
  assert.equal(found.findings[0]?.where.line, 5);
  assert.equal(artefactOf(text('false'), 'data.yaml').role, null);
});

/* ——— adapters ——— */
test('a base model is a name; a path or an address is told by what it is', () => {
  const adapter = (base: string) =>
    json({ peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: base }, 'adapter_config.json');
  assert.equal(adapter('meta-llama/Llama-3.1-8B').verdict, 'clean');
  assert.equal(adapter('/workspace/models/llama').verdict, 'clean');
  assert.equal(adapter('/workspace/models/llama').findings[0]?.severity, 'low');
  assert.equal(adapter('../../other').verdict, 'risky');
  assert.equal(adapter('http://evil.example/model').verdict, 'risky');
});

/* ——— tokenizers ——— */
const tokenizer = (pattern: string) => ({
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }] },
  model: { type: 'BPE', vocab: {}, merges: [] },
});

/** The patterns of GPT-2, Llama 3, GPT-4o, Qwen 2, DeepSeek V3 and Phi as their tokenizer.json files hold them. */
const ordinary = [
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
  '[一-龥぀-ゟ゠-ヿ]+',
  '\\p{N}{1,3}',
  ' {2,}',
  '\\d(?=(?:\\d{3})+\\b)',
  '(?:\\r?\\n)+',
  '(?>a+)+b',
  '(a++)+b',
];

test('the patterns of well-known tokenizers are clean', () => {
  for (const pattern of ordinary) {
    assert.equal(backtracksWithoutEnd(pattern), null, pattern);
    assert.equal(json(tokenizer(pattern), 'tokenizer.json').verdict, 'clean');
  }
});

test('patterns that match the same text in endlessly many ways are found', () => {
  for (const pattern of ['(a+)+$', '(\\w+\\s?)+$', '(?:[a-z]*)*x', '((ab)+)*c', '(a|a)+b', '(.|\\s)+x', '( ?\\p{L}+)*!', '(x{1,}){10,}y']) {
    assert.notEqual(backtracksWithoutEnd(pattern), null, pattern);
    const found = json(tokenizer(pattern), 'tokenizer.json').findings[0];
    assert.equal(found?.effect, 'dos', pattern);
  }
});

test('what is found really takes exponential time, and what is not found does not', () => {
  // Node's own engine backtracks as Oniguruma does: 22 letters that cannot match.
  const time = (pattern: string, text: string) => {
    const started = performance.now();
    new RegExp(pattern, 'u').test(text);
    return performance.now() - started;
  };
  assert.ok(time('(a+)+$', `${'a'.repeat(22)}!`) > 20 * time('(?:\\r?\\n)+$', `${'\n'.repeat(24)}!`));
});

test('broken patterns never throw', () => {
  for (const pattern of [
    '(',
    ')',
    '[',
    '\\',
    '(?',
    '(?<',
    '{',
    'a{',
    '((((',
    '[[]',
    '(?P<x>',
    '*',
    '|',
    '(|)*',
    'a'.repeat(30_000),
    '('.repeat(500),
  ])
    assert.doesNotThrow(() => backtracksWithoutEnd(pattern), pattern);
});

test('a vocabulary outside the folder is told; a path left over from training is not', () => {
  const config = (vocabulary: string) =>
    artefactOf(bytes(JSON.stringify({ tokenizer_class: 'BertTokenizer', vocab_file: vocabulary })), 'tokenizer_config.json').practices
      .length;
  assert.equal(config('../../etc/passwd'), 1);
  assert.equal(config('https://evil.example/vocab.txt'), 1);
  assert.equal(config('/root/.cache/huggingface/vocab.txt'), 0);
  assert.equal(config('vocab.txt'), 0);
});
