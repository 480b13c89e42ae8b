import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { BillComponent, ScannedPackage } from '../contract.ts';
import { type Bom, bomModel, bomThing } from '../reports/bom.ts';
import { TestInventory } from '../test-inventory.ts';
import { file, TestScanner } from '../test-scanner.ts';
import { billOf, compareBillsOf, placed } from './bill.ts';
import { withLinks } from './bill-links.ts';
import { readBill } from './bill-of-asset.ts';
import { storeComponents } from './component-store.ts';

const scanners = TestScanner.shared({ after });

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
  const scanner = await scanners(t);
  TestInventory.serve(t);
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

test('the base model and the hosted models that the inventory links to an asset are in its bill', async (t) => {
  const scanner = await scanners(t);
  const inventory = TestInventory.serve(t);
  const adapter = inventory.add({ name: 'adapter' });
  const base = inventory.add({ name: 'acme/base-7b', keys: ['purl:pkg:huggingface/acme/base-7b'] });
  const hosted = inventory.add({
    name: 'gpt-4o-mini (OpenAI)',
    type: 'api',
    keys: ['hosted:openai/gpt-4o-mini'],
    metadata: { model: 'gpt-4o-mini', provider: 'OpenAI' },
  });
  const gone = inventory.add({ name: 'old (OpenAI)', type: 'api', lifecycle: 'retired' });
  inventory.link(adapter, 'depends_on', base);
  inventory.link(adapter, 'calls', hosted);
  inventory.link(adapter, 'calls', gone);
  await scanner.scan({ files: [file('adapter/adapter_model.safetensors')] }, new Map([['adapter/adapter_model.safetensors', adapter]]));
  const { bom } = await scanner.run(() => readBill({ asset_id: adapter }));
  const { edges, outsiders, components, counts } = billOf(bom);
  assert.deepEqual(
    edges.map(({ from, to, kind }) => [from, to, kind]),
    [
      ['base:acme/base-7b', 'model:adapter/adapter_model.safetensors', 'base of'],
      ['service:hosted:openai/gpt-4o-mini', 'model:adapter/adapter_model.safetensors', 'needed by'],
    ],
  );
  assert.equal(outsiders[0]?.purl, 'pkg:huggingface/acme/base-7b');
  assert.equal(counts.service, 1);
  assert.equal(components.find(({ kind }) => kind === 'service')?.supplier, 'OpenAI');
});

test('a project has the hosted models that the code below its lists of packages calls', async (t) => {
  const scanner = await scanners(t);
  const inventory = TestInventory.serve(t);
  const project = inventory.add({ name: 'shop' });
  const agent = inventory.add({ name: 'agent', keys: ['file:/models/shop/app/agent.py'] });
  const stranger = inventory.add({ name: 'other', keys: ['file:/models/elsewhere/agent.py'] });
  const [near, far] = [inventory.add({ name: 'near', type: 'api' }), inventory.add({ name: 'far', type: 'api' })];
  inventory.link(agent, 'calls', near);
  inventory.link(stranger, 'calls', far);
  const owners = new Map([['shop/requirements.txt', project]]);
  const list = file('shop/requirements.txt', { role: 'config', format: 'requirements' });
  const files = [list, file('shop/app/agent.py', { role: 'code' }), file('elsewhere/agent.py', { role: 'code' })];
  const id = await scanner.scan({ files }, owners);
  const asked: ScannedPackage = {
    ecosystem: 'PyPI',
    name: 'torch',
    version: '2.1.0',
    requirement: null,
    relation: 'direct',
    scope: 'runtime',
    digest: null,
    origin: null,
    purl: 'pkg:pypi/torch@2.1.0',
    place: 'requirements.txt:1',
  };
  await scanner.run(async () => storeComponents(id, { files: [{ ...list, packages: [asked] }] }, owners));
  const { bom } = await scanner.run(() => readBill({ asset_id: project }));
  assert.deepEqual(
    bom.services.map(({ name }) => name),
    ['near'],
  );
});

test('a base model that the card names already is not listed twice', () => {
  const ancestors = [{ name: 'org/base', purl: 'pkg:huggingface/org/base' }];
  const bom: Bom = { ...empty, models: [{ ...bomModel('m', 'm'), ancestors }] };
  assert.deepEqual(withLinks(bom, { bases: [{ name: 'org/base', purl: null }], services: [] }).models[0]?.ancestors, ancestors);
});

test('a file is the same in a scan of its folder and in one of the folder above, and in a scan of the file alone', () => {
  const of = (key: string, root: string) =>
    billOf({ ...empty, models: [bomModel(key, 'm')] }).components.map((component) => placed(component, root));
  const whole = of('hub/m.safetensors', '/models');
  for (const other of [of('m.safetensors', '/models/hub'), of('.', '/models/hub/m.safetensors')]) {
    const { new: added, gone, unchanged } = compareBillsOf(whole, other);
    assert.deepEqual([added, gone, unchanged], [[], [], 1]);
  }
});
