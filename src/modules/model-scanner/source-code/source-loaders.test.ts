import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSource } from './testing/judge-source.ts';

const codes = (text: string) => judgeSource(`import onnx\n${text}\n`).artefact.practices.map(({ code }) => code);

test('onnx.hub is told of where it takes models from elsewhere, and graver where nobody is asked', () => {
  assert.deepEqual(codes("onnx.hub.load('m', repo='acme/models:main', silent=True)"), ['onnx-hub-silent']);
  assert.deepEqual(codes("onnx.hub.load('m', 'acme/models:main', None, False, True)"), ['onnx-hub-silent']);
  assert.deepEqual(codes("onnx.hub.load('m', repo='acme/models:main')"), ['onnx-hub-load']);
  assert.deepEqual(codes("from onnx import hub\nhub.download_model_with_test_data('m', repo=name, silent=True)"), ['onnx-hub-silent']);
  assert.deepEqual(codes("onnx.hub.load('resnet50', silent=True)"), []);
  assert.deepEqual(codes("onnx.hub.load('resnet50', repo='onnx/models:main', silent=True)"), []);
  assert.deepEqual(codes("onnx.load('m.onnx')"), []);
});
