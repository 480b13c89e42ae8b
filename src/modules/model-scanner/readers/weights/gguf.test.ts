import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle, u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { gguf } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const architecture = ['general.architecture', 'llama'] as const;
const tensor = { name: 'a', dimensions: [8], offset: 0 };

test('an ordinary model is clean and its facts are read', () => {
  const file = gguf(
    [architecture, ['llama.block_count', 2], ['tokenizer.ggml.tokens', ['a', 'bc']]],
    [tensor, { name: 'b', dimensions: [4, 2], offset: 32 }],
    64,
  );
  const report = reportOf(file, 'm.gguf');
  assert.equal(report.verdict, 'clean');
  assert.equal(report.metadata.parameters, 16);
  assert.equal(report.metadata.block_count, 2);
});

test('version 3 written big-endian is read', () => {
  const file = bytes('GGUF', [0, 0, 0, 3], new Uint8Array(16));
  assert.deepEqual(codesOf(artefactOf(file)), []);
  assert.equal(artefactOf(file).metadata.get('version'), 3);
});

test('every key that holds a template is a template', () => {
  const file = gguf(
    [architecture, ['tokenizer.chat_template', '{{ a }}'], ['tokenizer.chat_template.tool_use', 'plain'], ['x', '{% if a %}{% endif %}']],
    [],
    0,
  );
  assert.deepEqual(
    artefactOf(file).templates.map(({ key }) => key),
    ['tokenizer.chat_template', 'tokenizer.chat_template.tool_use', 'x'],
  );
});

test('a list of templates is read one by one', () => {
  const file = gguf([architecture, ['tokenizer.chat_templates', ['plain', '{{ lipsum.__globals__.os.popen("id") }}']]], [], 0);
  assert.equal(artefactOf(file).templates[0]?.key, 'tokenizer.chat_templates[1]');
  assert.equal(reportOf(file, 'm.gguf').verdict, 'malicious');
});

test('what stands between the tensors or behind them is opened; padding is not', () => {
  const gap = [tensor, { name: 'b', dimensions: [8], offset: 192 }];
  assert.equal(reportOf(bytes(gguf([architecture], [tensor], 64), callingPickle), 'm.gguf').verdict, 'malicious');
  assert.equal(reportOf(gguf([architecture], gap, 224), 'm.gguf').verdict, 'clean');
  const filled = gguf([architecture], gap, 224);
  filled.set(callingPickle, filled.length - 224 + 64);
  assert.equal(reportOf(filled, 'm.gguf').verdict, 'malicious');
  assert.equal(reportOf(bytes(gguf([architecture], [tensor], 64), new Uint8Array(500)), 'm.gguf').verdict, 'clean');
});

test('a template that reaches Python is suspicious, and says possible', () => {
  const report = reportOf(gguf([['tokenizer.chat_template', '{{ x.__class__ }}']], [], 0), 'm.gguf');
  assert.equal(report.verdict, 'suspicious');
  assert.equal(report.findings[0]?.certainty, 'possible');
});

test('counts that cannot fit into the file are refused before anything is allocated', () => {
  assert.deepEqual(codesOf(artefactOf(gguf([], [], 0, 2n ** 60n))), ['gguf-impossible', 'gguf-counts']);
  assert.deepEqual(codesOf(artefactOf(gguf([], [], 0, 2n ** 30n))), ['gguf-counts']);
  const report = reportOf(bytes('GGUF', u32(3), u64(0), u64(2n ** 63n), new Uint8Array(100)), 'm.gguf');
  assert.equal(report.verdict, 'suspicious');
  assert.ok(report.findings.some(({ references }) => references.includes('CVE-2024-23605')));
});

test('a text longer than the file is refused', () => {
  const file = bytes('GGUF', u32(3), u64(0), u64(1), u64(1), 'k', u32(8), u64(2n ** 62n), 'x'.repeat(40));
  assert.deepEqual(codesOf(artefactOf(file)), ['gguf-impossible', 'gguf-text']);
});

test('dimensions whose product overflows are a lie', () => {
  const file = gguf([architecture], [{ name: 'a', dimensions: [2n ** 40n, 2n ** 40n], offset: 0 }], 32);
  assert.ok(codesOf(artefactOf(file)).includes('gguf-overflow'));
});

test('tensors over one another, of one name, misaligned, or beyond the end are told apart', () => {
  const codes = (tensors: Parameters<typeof gguf>[1]) => codesOf(artefactOf(gguf([architecture], tensors, 64)));
  assert.deepEqual(codes([tensor, { ...tensor, name: 'b' }]), ['gguf-overlap']);
  assert.deepEqual(codes([tensor, { ...tensor, offset: 32 }]), ['gguf-duplicate-tensor']);
  assert.deepEqual(codes([{ ...tensor, offset: 8 }]), ['gguf-misaligned']);
  assert.deepEqual(codes([{ ...tensor, offset: 2n ** 62n }]), ['gguf-out-of-bounds']);
  assert.deepEqual(codes([{ ...tensor, offset: 2n ** 20n }]), ['gguf-out-of-bounds']);
  assert.deepEqual(codes([{ ...tensor, dimensions: [64] }]), ['gguf-cut']);
});

test('more than four dimensions, an unknown value type and a wild alignment are refused', () => {
  assert.deepEqual(codesOf(artefactOf(gguf([architecture], [{ name: 'a', dimensions: [1, 1, 1, 1, 1], offset: 0 }], 32))), [
    'gguf-dimensions',
  ]);
  assert.deepEqual(codesOf(artefactOf(gguf([['general.alignment', 48]], [tensor], 32))), ['gguf-alignment']);
  assert.deepEqual(codesOf(artefactOf(bytes('GGUF', u32(3), u64(0), u64(1), u64(1), 'k', u32(77), new Uint8Array(40)))), ['gguf-type']);
});

test('a key that stands twice is a lie', () => {
  assert.deepEqual(codesOf(artefactOf(gguf([architecture, architecture], [], 0))), ['gguf-duplicate-key']);
});

test('an unknown element type is unread, not clean', () => {
  assert.equal(reportOf(gguf([architecture], [{ ...tensor, type: 200 }], 32), 'm.gguf').verdict, 'incomplete');
});

const blocks = ['llama.block_count', 2] as const;

test('layers beyond the declared ones, heads of zero with attention, and too many groups are broken', () => {
  const codes = (keys: Parameters<typeof gguf>[0], name: string) =>
    codesOf(artefactOf(gguf([architecture, blocks, ...keys], [{ ...tensor, name }], 32)));
  assert.deepEqual(codes([], 'blk.1.attn_q.weight'), []);
  assert.deepEqual(codes([], 'blk.2.attn_q.weight'), ['gguf-layers']);
  assert.deepEqual(codes([['llama.attention.head_count', 0]], 'blk.1.attn_q.weight'), ['gguf-hyperparameter']);
  assert.deepEqual(
    codes(
      [
        ['llama.attention.head_count', 8],
        ['llama.attention.head_count_kv', 9],
      ],
      'a',
    ),
    ['gguf-hyperparameter'],
  );
  assert.deepEqual(
    codes(
      [
        ['llama.expert_count', 2],
        ['llama.expert_used_count', 4],
      ],
      'a',
    ),
    ['gguf-hyperparameter'],
  );
  // State-space models write zero heads.
  assert.deepEqual(codes([['llama.attention.head_count', 0]], 'blk.1.ssm_in.weight'), []);
});

test('more tokens than rows of embeddings, and lists of another length, are broken', () => {
  const tokens = ['tokenizer.ggml.tokens', ['a', 'b', 'c']] as const;
  const rows = (count: number) =>
    codesOf(artefactOf(gguf([architecture, tokens], [{ name: 'token_embd.weight', dimensions: [2, count], offset: 0 }], 64)));
  assert.deepEqual(rows(3), []);
  assert.deepEqual(rows(4), []);
  assert.deepEqual(rows(2), ['gguf-vocabulary']);
});

/** A key with a list of 32-bit integers, which the shared builder does not write. */
const integers = (key: string, values: readonly number[]) =>
  bytes(u64(key.length), key, u32(9), u32(5), u64(values.length), ...values.map(u32));
const strings = (key: string, values: readonly string[]) =>
  bytes(u64(key.length), key, u32(9), u32(8), u64(values.length), ...values.flatMap((value) => [bytes(u64(value.length)), bytes(value)]));

test('a byte token that spells no byte, and a list of types of another length, are broken', () => {
  const file = (tokens: readonly string[], types: readonly number[]) =>
    codesOf(
      artefactOf(
        bytes(
          'GGUF',
          u32(3),
          u64(0),
          u64(2),
          strings('tokenizer.ggml.tokens', tokens),
          integers('tokenizer.ggml.token_type', types),
          new Uint8Array(32),
        ),
      ),
    );
  assert.deepEqual(file(['a', '<0x0A>'], [1, 6]), []);
  assert.deepEqual(file(['a', '<0xZZ>'], [1, 6]), ['gguf-byte-token']);
  assert.deepEqual(file(['a', 'b'], [1]), ['gguf-vocabulary']);
});

test('a token longer than any is a lie with its advisories', () => {
  const key = 'tokenizer.ggml.tokens';
  const file = bytes('GGUF', u32(3), u64(0), u64(1), u64(key.length), key, u32(9), u32(8), u64(1), u64(2n ** 31n), 'x'.repeat(40));
  const found = reportOf(file, 'm.gguf').findings.find(({ ruleId }) => ruleId === 'integrity-lie');
  assert.ok(found?.references.includes('CVE-2025-49847'));
});
