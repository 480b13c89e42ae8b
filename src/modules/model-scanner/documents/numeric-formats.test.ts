import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';

const json = (value: unknown, name: string) => reportOf(new TextEncoder().encode(JSON.stringify(value)), name);

test('zarr: the codec that unpickles is suspicious, in both versions and in consolidated metadata; others are clean', () => {
  const old = (id: string) => ({ zarr_format: 2, dtype: '|O', shape: [1], chunks: [1], filters: [{ id }], compressor: null });
  assert.equal(json(old('vlen-utf8'), '.zarray').verdict, 'clean');
  assert.equal(json(old('pickle'), '.zarray').verdict, 'suspicious');
  assert.equal(json({ zarr_format: 3, node_type: 'array', codecs: [{ name: 'numcodecs.pickle' }] }, 'zarr.json').verdict, 'suspicious');
  assert.equal(
    json({ zarr_consolidated_format: 1, zarr_format: 2, metadata: { 'a/.zarray': old('pickle') } }, '.zmetadata').verdict,
    'suspicious',
  );
});

test('an orbax checkpoint is recognised by its description', () => {
  const report = json(
    { tree_metadata: { "('params', 'w')": { value_metadata: { value_type: 'jax.Array' } } }, use_zarr3: false },
    '_METADATA',
  );
  assert.equal(report.format, 'orbax-metadata');
  assert.equal(report.role, 'model');
  assert.equal(report.verdict, 'clean');
});
