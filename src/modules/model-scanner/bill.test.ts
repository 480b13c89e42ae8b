import assert from 'node:assert/strict';
import { test } from 'node:test';
import { billOf, compareBillsOf } from './bill.ts';
import { readBill } from './bill-of-asset.ts';
import type { BillComponent } from './contract.ts';
import { type Bom, bomModel, bomThing } from './reports/bom.ts';
import { file, TestScanner } from './test-scanner.ts';

const empty: Bom = {
  subject: { name: 'x', version: null, type: 'application' },
  toolVersion: '1',
  createdAt: null,
  models: [],
  datasets: [],
  packages: [],
  files: [],
  services: [],
  vulnerabilities: [],
  complete: true,
};
const torch = { ...bomThing('pkg:pypi/torch@2.1.0', 'torch'), version: '2.1.0', purl: 'pkg:pypi/torch@2.1.0', scope: 'required' as const };

test('edges lead from base model and data to the model, and packages stand beside it; what is not here is an outsider', () => {
  const bom: Bom = {
    ...empty,
    models: [
      {
        ...bomModel('m.safetensors', 'm'),
        ancestors: [{ name: 'org/base', purl: 'pkg:huggingface/org/base' }],
        trainedOn: ['tickets.csv', 'org/far'],
      },
    ],
    datasets: [{ ...bomThing('data/tickets.csv', 'tickets.csv'), format: 'csv', sensitive: [] }],
    packages: [torch],
  };
  const { edges, outsiders, counts } = billOf(bom);
  assert.deepEqual(
    edges.map(({ from, to, kind, mark }) => [from, to, kind, mark]),
    [
      ['base:org/base', 'model:m.safetensors', 'base of', 'declared'],
      ['dataset:data/tickets.csv', 'model:m.safetensors', 'trains', 'declared'],
      ['data:org/far', 'model:m.safetensors', 'trains', 'declared'],
      ['package:pkg:pypi/torch@2.1.0', 'model:m.safetensors', 'beside', 'static'],
    ],
  );
  assert.deepEqual(
    outsiders.map(({ key }) => key),
    ['base:org/base', 'data:org/far'],
  );
  assert.deepEqual(counts, { model: 1, dataset: 1, package: 1, file: 0, service: 0 });
});

test('without a model the completeness is unknown, not 0', () => assert.equal(billOf(empty).completeness.score, null));

test('an upgraded package is one change; a package of another ecosystem is not the same', () => {
  const [before] = billOf({ ...empty, packages: [torch] }).components;
  assert.ok(before);
  const after: BillComponent = { ...before, key: 'package:pkg:pypi/torch@2.6.0', purl: 'pkg:pypi/torch@2.6.0', version: '2.6.0' };
  const npm: BillComponent = { ...before, key: 'package:pkg:npm/torch@1.0.0', purl: 'pkg:npm/torch@1.0.0' };
  assert.deepEqual(
    compareBillsOf([before], [{ ...before, digest: 'ab'.repeat(32) }]).changed,
    [],
    'hashed now, not before: no other bytes',
  );
  const changes = compareBillsOf([before], [after, npm]);
  assert.deepEqual(
    changes.changed.map(({ fields }) => fields),
    [['version']],
  );
  assert.deepEqual([changes.new.map(({ key }) => key), changes.gone, changes.unchanged], [['package:pkg:npm/torch@1.0.0'], [], 0]);
});

test('the bill of an asset holds its files, settings beside them and manifests above, not the rest of the scan', async (t) => {
  const scanner = await TestScanner.open(t);
  const assetId = '0190a000-0000-7000-8000-000000000001';
  const files = [
    file('repo/m/model.safetensors', { format: 'safetensors' }),
    file('repo/m/config.json', { role: 'config', format: 'json' }),
    file('repo/other/model.pkl'),
    file('repo/other/config.json', { role: 'config', format: 'json' }),
  ];
  await scanner.scan({ files }, new Map([['repo/m/model.safetensors', assetId]]));
  const { bom, earlier } = await scanner.run(() => readBill({ asset_id: assetId }));
  assert.deepEqual(
    [bom.models.map(({ key }) => key), bom.files.map(({ key }) => key)],
    [['repo/m/model.safetensors'], ['repo/m/config.json']],
  );
  assert.deepEqual(earlier, []);
  await scanner.scan({ files }, new Map([['repo/m/model.safetensors', assetId]]));
  assert.equal((await scanner.run(() => readBill({ asset_id: assetId }))).earlier.length, 1);
  await assert.rejects(
    scanner.run(() => readBill({ asset_id: assetId }), scanner.other),
    { code: 'model-scanner.billMissing' },
  );
});
