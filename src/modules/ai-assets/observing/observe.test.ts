import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { claim, detail, edit, retire } from '../asset.ts';
import { hashOf, listPage, ownersOfKeys } from '../store.ts';
import { seenModel, sharedInventory } from '../test-inventory.ts';
import { matchObservations } from './observe.ts';

const inventories = sharedInventory({ after });

describe('observations', () => {
  test('propose an unknown thing once and change nothing when repeated', async () => {
    const inventory = await inventories();
    const first = await inventory.observe({
      observations: [seenModel('/repo/a.pkl', { metadata: { format: 'pickle' } })],
      run: 'one',
      scope: '/repo',
    });
    assert.deepEqual(
      first.results.map(({ state }) => state),
      ['new'],
    );
    const id = first.results[0]?.assetId ?? '';
    const again = await inventory.observe({
      observations: [seenModel('/repo/a.pkl', { metadata: { format: 'pickle' } })],
      run: 'two',
      scope: '/repo',
    });
    assert.deepEqual(again.results, [{ assetId: id, state: 'unchanged', fields: [] }]);
    assert.deepEqual(again.gone, []);
    const found = await inventory.run(() => detail(id));
    assert.equal(found.lifecycle, 'proposed');
    assert.equal(found.version, 1);
    assert.deepEqual(found.marks['metadata.format'], { mark: 'observed', source: 'discovery', at: found.marks['metadata.format']?.at });
    assert.equal((await inventory.events('asset.registered')).length, 1);
    assert.equal((await inventory.events('asset.changed')).length, 0);
  });

  test('say which fields changed when the facts did', async () => {
    const inventory = await inventories();
    await inventory.observe({ observations: [seenModel('/repo/a.pkl', { metadata: { sizeBytes: 1 } })] });
    const changed = await inventory.observe({ observations: [seenModel('/repo/a.pkl', { metadata: { sizeBytes: 2 } })] });
    assert.deepEqual(
      changed.results.map(({ state, fields }) => [state, fields]),
      [['changed', ['metadata.sizeBytes']]],
    );
    assert.deepEqual(
      (await inventory.events('asset.changed')).map(({ fields }) => fields),
      [['metadata.sizeBytes']],
    );
  });

  test('never overwrite what a person declared, and keep the difference visible', async () => {
    const inventory = await inventories();
    const { results } = await inventory.observe({ observations: [seenModel('/repo/a.pkl')] });
    const id = results[0]?.assetId ?? '';
    await inventory.run(() => edit({ id, name: 'Churn model' }, inventory.person, false));
    const again = await inventory.observe({ observations: [seenModel('/repo/a.pkl')] });
    assert.equal(again.results[0]?.state, 'unchanged');
    const found = await inventory.run(() => detail(id));
    assert.equal(found.name, 'Churn model');
    assert.deepEqual(found.differences, [{ field: 'name', declared: 'Churn model', observed: 'a.pkl', source: 'discovery' }]);
  });

  test('end what vanished only inside the walked scope: a proposal retires, a claimed asset is missing', async () => {
    const inventory = await inventories();
    const paths = ['/repo/a.pkl', '/repo/sub/b.pkl', '/other/c.pkl', '/repo2/d.pkl'];
    const { results } = await inventory.observe({ observations: paths.map((path) => seenModel(path)), run: 'one', scope: '/' });
    const claimedId = results[1]?.assetId ?? '';
    await inventory.run(() => claim(claimedId, { owner: 'Ana' }, inventory.person));
    const { gone } = await inventory.observe({ observations: [], run: 'two', scope: '/repo' });
    assert.deepEqual(gone.map(({ name }) => name).sort(), ['a.pkl', 'b.pkl']);
    const [a, b, c] = await inventory.run(async () => [
      await detail(results[0]?.assetId ?? ''),
      await detail(claimedId),
      await detail(results[2]?.assetId ?? ''),
    ]);
    assert.equal(a?.lifecycle, 'retired');
    assert.equal(b?.lifecycle, 'active');
    assert.notEqual(b?.missingSince, null);
    assert.equal(c?.lifecycle, 'proposed');
    assert.equal((await inventory.events('asset.retired')).length, 1);
  });

  test('an incomplete walk ends nothing', async () => {
    const inventory = await inventories();
    await inventory.observe({ observations: [seenModel('/repo/a.pkl')], run: 'one', scope: '/repo' });
    const { gone } = await inventory.observe({ observations: [], run: 'two', scope: null });
    assert.deepEqual(gone, []);
  });

  test('a vanished proposal that is seen again is proposed again; one a person retired stays retired', async () => {
    const inventory = await inventories();
    const { results } = await inventory.observe({
      observations: [seenModel('/repo/a.pkl'), seenModel('/repo/b.pkl')],
      run: 'one',
      scope: '/repo',
    });
    await inventory.run(() => retire(results[1]?.assetId ?? '', undefined, inventory.person));
    await inventory.observe({ observations: [], run: 'two', scope: '/repo' });
    const back = await inventory.observe({
      observations: [seenModel('/repo/a.pkl'), seenModel('/repo/b.pkl')],
      run: 'three',
      scope: '/repo',
    });
    assert.deepEqual(
      back.results.map(({ assetId }) => assetId),
      results.map(({ assetId }) => assetId),
    );
    const [a, b] = await inventory.run(async () => [await detail(results[0]?.assetId ?? ''), await detail(results[1]?.assetId ?? '')]);
    assert.equal(a?.lifecycle, 'proposed');
    assert.equal(a?.missingSince, null);
    assert.equal(b?.lifecycle, 'retired');
  });

  test('the same model seen in two ways is one asset, by its strongest key', async () => {
    const inventory = await inventories();
    const purl = 'purl:pkg:huggingface/org/name';
    const { results } = await inventory.observe({ observations: [seenModel('/code/train.py', { keys: [purl], name: 'org/name' })] });
    const cache = await inventory.observe({
      observations: [
        seenModel('/cache/model.safetensors', { keys: [purl, 'folder:/cache', 'file:/cache/model.safetensors'], name: 'org/name' }),
      ],
    });
    assert.equal(cache.results[0]?.assetId, results[0]?.assetId);
    const found = await inventory.run(() => ownersOfKeys(['file:/cache/model.safetensors', purl, 'file:/nowhere']));
    assert.deepEqual(new Set(found.map(({ assetId }) => assetId)), new Set([results[0]?.assetId]));
    assert.equal(found.length, 2);
  });

  test('copies that come to differ are two assets, and stay so', async () => {
    const inventory = await inventories();
    const both = seenModel('/repo/a.pkl', { keys: ['sha256:11', 'file:/repo/a.pkl', 'file:/repo/b.pkl'] });
    await inventory.observe({ observations: [both], run: 'one', scope: '/repo' });
    const apart = [
      seenModel('/repo/a.pkl', { keys: ['sha256:22', 'file:/repo/a.pkl'] }),
      seenModel('/repo/b.pkl', { keys: ['sha256:11', 'file:/repo/b.pkl'] }),
    ];
    const split = await inventory.observe({ observations: apart, run: 'two', scope: '/repo' });
    assert.equal(new Set(split.results.map(({ assetId }) => assetId)).size, 2);
    const again = await inventory.observe({ observations: apart, run: 'three', scope: '/repo' });
    assert.deepEqual(
      again.results.map(({ assetId }) => assetId),
      split.results.map(({ assetId }) => assetId),
    );
    assert.deepEqual(
      again.results.map(({ state }) => state),
      ['unchanged', 'unchanged'],
    );
  });

  test('two sources never take turns on a field', async () => {
    const inventory = await inventories();
    const { results } = await inventory.observe({ observations: [seenModel('/repo/a.pkl', { name: 'a.pkl' })], source: 'discovery' });
    const other = await inventory.observe({
      observations: [seenModel('/repo/a.pkl', { name: 'Model A', metadata: { parameters: 3 } })],
      source: 'model-scanner',
    });
    assert.deepEqual(other.results[0]?.fields, ['metadata.parameters']);
    const back = await inventory.observe({ observations: [seenModel('/repo/a.pkl', { name: 'a.pkl' })], source: 'discovery' });
    assert.equal(back.results[0]?.state, 'unchanged');
    const found = await inventory.run(() => detail(results[0]?.assetId ?? ''));
    assert.equal(found.name, 'a.pkl');
    assert.deepEqual(found.sources, ['discovery', 'model-scanner']);
  });

  test('edges resolve by key within and across calls, end when no longer reported, and count what they cannot resolve', async () => {
    const inventory = await inventories();
    const edge = { fromKey: 'file:/repo/train.py', toKey: 'file:/repo/a.pkl', kind: 'produces' as const, mark: 'observed' as const };
    const things = [seenModel('/repo/a.pkl'), seenModel('/repo/train.py', { type: 'pipeline' })];
    const first = await inventory.observe({
      observations: things,
      run: 'one',
      scope: '/repo',
      edges: [edge, { ...edge, toKey: 'file:/elsewhere' }],
    });
    assert.equal(first.edgesUnresolved, 1);
    const id = first.results[0]?.assetId ?? '';
    assert.deepEqual(
      (await inventory.run(() => detail(id))).dependencies.map(({ kind, direction, name }) => [kind, direction, name]),
      [['produces', 'in', 'train.py']],
    );
    await inventory.observe({ observations: things, run: 'two', scope: '/repo', edges: [] });
    assert.deepEqual((await inventory.run(() => detail(id))).dependencies, []);
  });

  test('are confined to their workspace', async () => {
    const inventory = await inventories();
    await inventory.observe({ observations: [seenModel('/repo/a.pkl')] });
    const elsewhere = await inventory.run(() => listPage({}, 'name', {}), { workspaceId: inventory.otherWorkspaceId });
    assert.equal(elsewhere.total, 0);
    assert.deepEqual(await inventory.run(() => ownersOfKeys(['file:/repo/a.pkl']), { workspaceId: inventory.otherWorkspaceId }), []);
  });

  test('a thousand at once are taken in one call', async () => {
    const inventory = await inventories();
    const observations = Array.from({ length: 1000 }, (_, index) => seenModel(`/repo/${index}.pkl`));
    const { results } = await inventory.observe({ observations, run: 'one', scope: '/repo' });
    assert.equal(new Set(results.map(({ assetId }) => assetId)).size, 1000);
    const again = await inventory.observe({ observations, run: 'two', scope: '/repo' });
    assert.deepEqual(new Set(again.results.map(({ state }) => state)), new Set(['unchanged']));
  });
});

test('an observation takes the first of its keys whose asset nobody else in the run has', () => {
  const hex = (key: string) => hashOf(key).toString('hex');
  const known = new Map([
    ['a:1', 'X'],
    ['b:1', 'Y'],
  ]);
  const observations = [seenModel('/one', { keys: ['a:1', 'b:1'] }), seenModel('/two', { keys: ['c:1', 'a:1'] })];
  assert.deepEqual(matchObservations(observations, known, new Map()), ['X', null]);
  assert.deepEqual(matchObservations(observations, known, new Map([['X', hex('c:1')]])), ['Y', 'X']);
});
