import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numbersArray } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { artefactOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

type Node = Record<string, unknown>;
const node = (module: string, name: string, loader: string, content: unknown = null): Node => ({
  __class__: name,
  __module__: module,
  __loader__: loader,
  content,
});
/** As skops 0.14 writes a fitted LogisticRegression: attributes in a dictionary, numbers in members. */
const model = (...more: readonly Node[]) =>
  node(
    'sklearn.linear_model._logistic',
    'LogisticRegression',
    'ObjectNode',
    node('builtins', 'dict', 'DictNode', {
      coef_: { ...node('numpy', 'ndarray', 'NdArrayNode'), file: '1.npy' },
      C: node('builtins', 'str', 'JsonNode', '1.0'),
      more,
    }),
  );
const file = (schema: Node) =>
  zip([
    { name: 'schema.json', data: new TextEncoder().encode(JSON.stringify(schema)) },
    { name: '1.npy', data: numbersArray('(1,)', 4) },
  ]);
const verdict = (...more: readonly Node[]) => reportOf(file(model(...more)), 'm.skops').verdict;

test('an ordinary model is clean, and its class is known', () => {
  const artefact = artefactOf(file(model()));
  assert.equal(artefact.format, 'skops');
  assert.equal(artefact.members[0]?.metadata.get('class_name'), 'LogisticRegression');
  assert.equal(verdict(), 'clean');
});

test('a harmful function is proved, however deep its node lies', () => {
  assert.equal(verdict(node('builtins', 'list', 'ListNode', [[[node('os', 'system', 'FunctionNode')]]])), 'malicious');
});

test('the name in the content of a function or a type counts, whatever the node around it is called', () => {
  const content = { module_path: 'os', function: 'system' };
  assert.equal(verdict(node('sklearn.utils', 'function', 'FunctionNode', content)), 'malicious');
  assert.equal(verdict(node('builtins', 'type', 'TypeNode', { __class__: 'system', __module__: 'os' })), 'suspicious');
  assert.equal(verdict(node('builtins', 'type', 'TypeNode', { __class__: 'ndarray', __module__: 'numpy' })), 'clean');
});

test('nodes of the two advisories are named', () => {
  const found = reportOf(file(model(node('operator', 'methodcaller', 'OperatorFuncNode'))), 'm.skops').findings[0];
  assert.ok(found?.references.includes('CVE-2025-54412'));
  assert.equal(verdict(node('sklearn.base', 'clone', 'MethodNode')), 'suspicious');
});

test('a class of an unknown package is risky, one of the standard library suspicious', () => {
  assert.equal(verdict(node('acme.models', 'Net', 'ObjectNode')), 'risky');
  assert.equal(verdict(node('colorsys', 'rgb_to_hsv', 'ObjectNode')), 'suspicious');
});
