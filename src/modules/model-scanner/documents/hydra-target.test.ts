import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const report = (text: string) => reportOf(bytes(text), 'model_config.yaml');

test('plain YAML is no artefact', () => {
  const artefact = artefactOf(bytes('name: x\nlayers: 3\n'), 'values.yaml');
  assert.equal(artefact.role, null);
  assert.deepEqual(artefact.unread, []);
});

test('targets of known libraries are clean', () => {
  assert.equal(
    report('model:\n  _target_: nemo.collections.asr.modules.ConvASREncoder\n  optim: {_target_: torch.optim.AdamW, lr: 0.1}\n').verdict,
    'clean',
  );
});

test('a target that runs commands is proved, in block and flow style and in quotes', () => {
  for (const text of [
    'a:\n  _target_: os.system\n',
    'a: {"_target_": "subprocess.Popen", args: [id]}\n',
    "- _target_: 'builtins.eval'\n",
  ]) {
    const { verdict, findings } = report(text);
    assert.equal(verdict, 'malicious', text);
    assert.ok(findings[0]?.references.includes('CVE-2025-23304'));
  }
});

test('a target of an unknown package is risky', () => {
  assert.equal(report('a:\n  _target_: acme.models.Net\n').verdict, 'risky');
});

test('a target written in a way that is not read leaves the file incomplete', () => {
  assert.equal(report('a:\n  _target_:\n    &x os.system\n').verdict, 'incomplete');
});

test('Python tags are possible execution', () => {
  assert.equal(report('a: !!python/object/apply:os.system ["id"]\n').verdict, 'suspicious');
});
