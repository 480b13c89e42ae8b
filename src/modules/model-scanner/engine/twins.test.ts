import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safetensorsTwins } from './twins.ts';

test('pickled weights are paired with the safetensors of the same weights beside them', () => {
  const names = [
    'a/pytorch_model.bin',
    'a/model.safetensors',
    'b/x.pt',
    'b/x.safetensors',
    'c/pytorch_model-00001-of-00002.bin',
    'c/model-00001-of-00002.safetensors',
  ];
  assert.deepEqual(
    [...safetensorsTwins(names)],
    [
      ['a/pytorch_model.bin', 'model.safetensors'],
      ['b/x.pt', 'x.safetensors'],
      ['c/pytorch_model-00001-of-00002.bin', 'model-00001-of-00002.safetensors'],
    ],
  );
});

test('other pickles of a training folder, and weights in other folders, are not paired', () => {
  assert.deepEqual(
    [
      ...safetensorsTwins([
        'a/optimizer.pt',
        'a/training_args.bin',
        'a/rng_state.pth',
        'a/model.safetensors',
        'b/pytorch_model.bin',
        'c/y.safetensors',
        'c/x.bin',
      ]),
    ],
    [],
  );
});
