import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { artefactOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const model = (...layers: readonly unknown[]) => ({
  module: 'keras',
  class_name: 'Sequential',
  config: { name: 's', layers },
  registered_name: null,
});
const dense = {
  module: 'keras.layers',
  class_name: 'Dense',
  config: { units: 3, kernel_initializer: { module: 'keras.initializers', class_name: 'GlorotUniform', config: {} } },
};
const report = (value: unknown) => reportOf(json(value), 'config.json');
const verdict = (value: unknown) => report(value).verdict;

test('standard layers are clean, in new and in old files', () => {
  assert.equal(verdict(model(dense)), 'clean');
  assert.equal(
    verdict({ class_name: 'Sequential', config: { layers: [{ class_name: 'Dense', config: {} }] }, keras_version: '2.4.0' }),
    'clean',
  );
});

test('a .keras archive is judged by the configuration inside', () => {
  const file = zip([
    { name: 'metadata.json', data: json({ keras_version: '3.9.0' }) },
    { name: 'config.json', data: json(model({ class_name: 'Lambda', module: 'keras.layers', config: {} })) },
  ]);
  const artefact = artefactOf(file);
  assert.equal(artefact.format, 'keras-zip');
  assert.equal(reportOf(file, 'm.keras').verdict, 'suspicious');
});

test('a Lambda is suspicious wherever it hides', () => {
  const lambda = { module: 'keras.layers', class_name: 'Lambda', config: { name: 'l' } };
  for (const place of [
    model(lambda),
    model({ ...dense, config: { x: { deep: [{ deeper: lambda }] } } }),
    { ...model(dense), compile_config: { loss: lambda } },
  ])
    assert.equal(verdict(place), 'suspicious');
});

test('byte code that names what harms is proved, whatever version the file declares', () => {
  // marshal.dumps of Python 3.11: (lambda x: __import__('os').system('echo test')).__code__
  const code =
    '4wEAAAAAAAAAAAAAAAMAAAADAAAA80YAAACXAHQBAAAAAAAAAAAAAGQBpgEAAKsBAAAAAAAAAACgAQAAAAAAAAAAAAAAAAAAAAAAAAAAZAKmAQAAqwEAAAAAAAAAAFMAKQNO2gJvc/oJZWNobyB0ZXN0KQLaCl9faW1wb3J0X1/aBnN5c3RlbakB2gF4cwEAAAAg+gg8c3RyaW5nPvoIPGxhbWJkYT5yCQAAAAEAAABzHgAAAIAAxWrQUVXRRlbURlbXRl3SRl3QXmnRRmrURmqAAPMAAAAA';
  const lambda = {
    module: 'keras.layers',
    class_name: 'Lambda',
    config: { function: { class_name: '__lambda__', config: { code, defaults: null, closure: null } } },
  };
  const found = report({ ...model(lambda), keras_version: '99.0' });
  assert.equal(found.verdict, 'malicious');
  assert.ok(found.findings.some(({ ruleId, evidence }) => ruleId === 'stored-bytecode' && evidence.includes('system')));
});

test('byte code without such names stays possible', () => {
  // marshal.dumps of Python 3.11: (lambda x: x * 2).__code__
  const code =
    '4wEAAAAAAAAAAAAAAAIAAAADAAAA8wwAAACXAHwAZAF6BQAAUwApAk7pAgAAAKkAqQHaAXhzAQAAACD6CDxzdHJpbmc++gg8bGFtYmRhPnIHAAAAAQAAAHMZAAAAgADwAAByAnMC8AAAdgJ3AvEAAHICdwKAAPMAAAAA';
  const lambda = { class_name: 'Lambda', config: { function: [code, null, null], function_type: 'lambda' } };
  assert.equal(verdict({ class_name: 'Sequential', config: { layers: [lambda] } }), 'suspicious');
});

test('functions of Keras that were never meant for files are named with their advisory', () => {
  const call = (name: string) => model({ module: 'keras.utils', class_name: 'function', config: name, registered_name: name });
  const found = report(call('get_file')).findings.find(({ ruleId }) => ruleId === 'keras-code');
  assert.equal(found?.certainty, 'proved');
  assert.ok(found?.references.includes('CVE-2025-8747'));
  assert.equal(verdict(call('enable_unsafe_deserialization')), 'malicious');
});

test('a function of Keras that no model names is suspicious, those of losses and operations are ordinary', () => {
  const called = (module: string, name: string) =>
    verdict(
      model({ class_name: 'Dense', module: 'keras.layers', config: { activation: { module, class_name: 'function', config: name } } }),
    );
  assert.equal(called('keras.src.utils.file_utils', 'urlretrieve'), 'suspicious');
  assert.equal(called('keras.src.saving.saving_lib', 'load_state'), 'suspicious');
  assert.equal(called('keras.src.activations.activations', 'relu'), 'clean');
  assert.equal(called('keras.ops', 'silu'), 'clean');
  assert.equal(called('tensorflow.keras.losses', 'mse'), 'clean');
});

test('a class that somebody registered is risky also without its module', () => {
  assert.equal(verdict(model({ ...dense, module: null, registered_name: 'acme>Dense' })), 'risky');
  assert.equal(verdict(model({ ...dense, registered_name: 'keras>Dense' })), 'clean');
});

test('a class of the standard library is suspicious, one of another package risky', () => {
  assert.equal(verdict(model({ module: 'acme.layers', class_name: 'Mix', config: {}, registered_name: 'Custom>Mix' })), 'risky');
  assert.equal(verdict({ class_name: 'Sequential', config: { layers: [{ class_name: 'MyLayer', config: {} }] } }), 'risky');
});

test('a vocabulary given as a list is data, as a path outside the folder a read', () => {
  const lookup = (vocabulary: unknown) => model({ module: 'keras.layers', class_name: 'StringLookup', config: { vocabulary } });
  assert.equal(verdict(lookup(['a', 'b'])), 'clean');
  const found = report(lookup('/etc/passwd'));
  assert.equal(found.verdict, 'malicious');
  assert.ok(found.findings[0]?.references.includes('CVE-2025-12058'));
});

test('a layer that loads another graph is possible', () => {
  assert.equal(verdict(model({ module: 'keras.layers', class_name: 'TFSMLayer', config: { filepath: 'inner' } })), 'suspicious');
});

test('keys written with escapes do not hide a configuration', () => {
  const text = '{"\\u0063lass_name":"Sequential","config":{"layers":[{"class_name":"Lambda","config":{}}]}}';
  assert.equal(reportOf(bytes(text), 'config.json').verdict, 'suspicious');
});
