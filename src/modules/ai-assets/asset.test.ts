import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { assertTablesMatchDatabase } from '../../platform/database/table-match.ts';
import { consumeOnce } from '../../platform/events/subscribe.ts';
import { claim, claimMany, detail, edit, link, register, restore, retire, unlink } from './asset.ts';
import { searchQuery } from './asset-view.ts';
import { observeAssets } from './contract.ts';
import { subscriptions } from './jobs.ts';
import { neighbourhood } from './lineage/lineage.ts';
import { edgesAround } from './lineage/lineage-store.ts';
import { historyPage, listPage, setRisk, statistics } from './store.ts';
import { asset, change, dependency, hold, naturalKey, sighting } from './table.ts';
import { type Inventory, seenModel, sharedInventory } from './test-inventory.ts';

const inventories = sharedInventory({ after });

const make = (inventory: Inventory, name: string, more: object = {}) =>
  inventory.run(() => register({ name, type: 'model', ...more }, inventory.person));

test('drizzle tables say what the migration made', async () => {
  await assertTablesMatchDatabase((await inventories()).owner, [asset, naturalKey, sighting, dependency, change, hold]);
});

describe('people', () => {
  test('register with the promised second names, and cannot say two types', async () => {
    const inventory = await inventories();
    const made = await inventory.run(() =>
      register(
        { name: 'A', asset_type: 'agent', cloud_provider: 'aws', data_classes: ['personal'], keys: ['url:https://a.example'] },
        inventory.person,
      ),
    );
    assert.deepEqual(
      [made.type, made.cloudProvider, made.dataClasses, made.keys],
      ['agent', 'aws', ['personal'], ['url:https://a.example']],
    );
    assert.equal(made.marks['cloudProvider']?.mark, 'declared');
    await assert.rejects(
      inventory.run(() => register({ name: 'B', type: 'model', asset_type: 'agent' }, inventory.person)),
      { code: 'ai-assets.typeTwice' },
    );
    await assert.rejects(
      inventory.run(() => register({ name: 'B' }, inventory.person)),
      { code: 'ai-assets.typeMissing' },
    );
    await assert.rejects(
      inventory.run(() => register({ name: 'B', type: 'model', keys: ['url:https://a.example'] }, inventory.person)),
      { code: 'ai-assets.keyTaken', status: 409 },
    );
  });

  test('change some fields or replace all; a version that is not the present one is refused', async () => {
    const inventory = await inventories();
    const { id, version } = await make(inventory, 'A', { owner: 'Ana', tags: ['x'] });
    const changed = await inventory.run(() => edit({ id, environment: 'production', version }, inventory.person, false));
    assert.deepEqual([changed.owner, changed.environment, changed.version], ['Ana', 'production', version + 1]);
    await assert.rejects(
      inventory.run(() => edit({ id, owner: 'Ben', version }, inventory.person, false)),
      { code: 'request.conflict', status: 409 },
    );
    const replaced = await inventory.run(() => edit({ id, name: 'B', type: 'model' }, inventory.person, true));
    assert.deepEqual([replaced.name, replaced.owner, replaced.environment, replaced.tags], ['B', null, null, []]);
  });

  test('an edit that changes nothing leaves no trace', async () => {
    const inventory = await inventories();
    const { id, version } = await make(inventory, 'A', { owner: 'Ana' });
    const same = await inventory.run(() => edit({ id, owner: 'Ana' }, inventory.person, false));
    assert.equal(same.version, version);
    assert.equal((await inventory.events('asset.changed')).length, 0);
  });

  test('retire and restore, with news and history; a retired asset is in no list and cannot be edited', async () => {
    const inventory = await inventories();
    const { id } = await make(inventory, 'A');
    await inventory.run(() => retire(id, undefined, inventory.person));
    assert.equal((await inventory.run(() => listPage({}, 'name', {}))).total, 0);
    assert.equal((await inventory.run(() => listPage({ lifecycle: 'retired' }, 'name', {}))).total, 1);
    await assert.rejects(
      inventory.run(() => edit({ id, owner: 'Ana' }, inventory.person, false)),
      { code: 'ai-assets.retired' },
    );
    await inventory.run(() => restore(id, inventory.person));
    await assert.rejects(
      inventory.run(() => restore(id, inventory.person)),
      { code: 'ai-assets.notRetired' },
    );
    const { items } = await inventory.run(() => historyPage(id, {}));
    assert.deepEqual(
      items.map(({ action }) => action),
      ['restored', 'retired', 'registered'],
    );
    assert.ok(items.every(({ actor }) => actor.kind === 'user'));
    assert.equal((await inventory.events('asset.retired')).length, 1);
  });

  test('claim one or many; refusals come by reason and take nothing with them', async () => {
    const inventory = await inventories();
    const { results } = await inventory.observe({ observations: [seenModel('/a'), seenModel('/b')] });
    const ids = results.map(({ assetId }) => assetId);
    const claimed = await inventory.run(() => claim(ids[0] ?? '', { owner: 'Ana', environment: 'staging' }, inventory.person));
    assert.deepEqual([claimed.lifecycle, claimed.owner, claimed.environment], ['active', 'Ana', 'staging']);
    const many = await inventory.run(() => claimMany([...ids, '0190a0b0-0000-7000-8000-00000000dead'], { owner: 'Ben' }, inventory.person));
    assert.deepEqual(many.claimed, [ids[1]]);
    assert.deepEqual(
      many.refused.map(({ code }) => code),
      ['ai-assets.notProposed', 'ai-assets.notFound'],
    );
  });

  test('link and unlink; a seen link is not theirs to take back', async () => {
    const inventory = await inventories();
    const [a, b] = [await make(inventory, 'A'), await make(inventory, 'B')];
    const made = await inventory.run(() => link(a.id, b.id, 'depends_on', inventory.person));
    await assert.rejects(
      inventory.run(() => link(a.id, b.id, 'depends_on', inventory.person)),
      { code: 'ai-assets.dependencyExists' },
    );
    await assert.rejects(
      inventory.run(() => link(a.id, a.id, 'calls', inventory.person)),
      { code: 'ai-assets.dependencyOnItself' },
    );
    assert.deepEqual(await inventory.run(() => unlink(a.id, made.id, inventory.person)), { removed: true });
    await assert.rejects(
      inventory.run(() => unlink(a.id, made.id, inventory.person)),
      { code: 'ai-assets.dependencyNotFound' },
    );
    const edges = [{ fromKey: 'file:/a', toKey: 'file:/b', kind: 'reads' as const, mark: 'static' as const }];
    const { results } = await inventory.observe({ observations: [seenModel('/a'), seenModel('/b')], edges });
    const seen = await inventory.run(() => detail(results[0]?.assetId ?? ''));
    await assert.rejects(
      inventory.run(() => unlink(seen.id, seen.dependencies[0]?.id ?? '', inventory.person)),
      { code: 'ai-assets.observedDependency' },
    );
  });
});

describe('lists', () => {
  test('filter by every field, words in commas, unknown and unowned included', async () => {
    const inventory = await inventories();
    await make(inventory, 'One', { owner: 'Ana', environment: 'production', tags: ['pii'], criticality: 'high' });
    await make(inventory, 'Two', { type: 'dataset', environment: 'research' });
    await make(inventory, 'Three', { type: 'agent' });
    const found = async (filter: object) => (await inventory.run(() => listPage(filter, 'name', {}))).items.map(({ name }) => name);
    assert.deepEqual(await found({ asset_type: 'dataset,agent' }), ['Three', 'Two']);
    assert.deepEqual(await found({ environment: 'production,unknown' }), ['One', 'Three']);
    assert.deepEqual(await found({ owner: 'unowned' }), ['Three', 'Two']);
    assert.deepEqual(await found({ owner: 'Ana' }), ['One']);
    assert.deepEqual(await found({ tag: 'pii' }), ['One']);
    assert.deepEqual(await found({ criticality: 'high' }), ['One']);
    assert.deepEqual(await found({ risk: 'unknown', asset_type: 'model' }), ['One']);
  });

  test('search finds the beginning of words in names, tags, owners and keys, and takes any text', async () => {
    const inventory = await inventories();
    await make(inventory, 'fraud_model.pkl', { tags: ['claims'], keys: ['file:/repo/scoring/fraud_model.pkl'] });
    const found = async (q: string) => (await inventory.run(() => listPage({ q }, 'name', {}))).total;
    for (const q of ['fraud', 'FRAUD mod', 'clai', 'scoring', 'pkl']) assert.equal(await found(q), 1, q);
    for (const q of ['raud', 'fraud other', "'; drop table x; --:*&|!("]) assert.equal(await found(q), 0, q);
    assert.equal(searchQuery('  :*&!  '), null);
  });

  test('the other workspace finds nothing, not even by search', async () => {
    const inventory = await inventories();
    await make(inventory, 'secret project');
    const elsewhere = await inventory.run(() => listPage({ q: 'secret' }, 'name', {}), { workspaceId: inventory.otherWorkspaceId });
    assert.equal(elsewhere.total, 0);
  });

  test('pages follow each other without loss when sorted by risk with many unknown', async () => {
    const inventory = await inventories();
    for (let index = 0; index < 7; index += 1) {
      const { id } = await make(inventory, `M${index}`);
      if (index % 3 === 0) await inventory.run(() => setRisk(id, index * 10, 'low'));
    }
    const names: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await inventory.run(() => listPage({}, 'risk', { limit: 2, ...(cursor ? { cursor } : {}) }));
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(names.slice(0, 3), ['M6', 'M3', 'M0']);
    assert.equal(new Set(names).size, 7);
  });

  test('statistics count every bucket, unknown as its own', async () => {
    const inventory = await inventories();
    await make(inventory, 'A', { owner: 'Ana', environment: 'production' });
    await make(inventory, 'B', { type: 'agent' });
    const counted = await inventory.run(() => statistics({}));
    assert.deepEqual([counted.total, counted.unowned], [2, 1]);
    assert.deepEqual(
      counted.byEnvironment.find(({ value }) => value === 'unknown'),
      { value: 'unknown', count: 1 },
    );
    assert.deepEqual(counted.byRisk, [{ value: 'unknown', count: 2 }]);
  });
});

test('the risk engine’s numbers are stored once and leave the version alone', async () => {
  const inventory = await inventories();
  const { id, version } = await make(inventory, 'A');
  const [subscription] = subscriptions;
  const payload = { assets: [{ assetId: id, risk: 72.5, level: 'high' }] };
  const event = {
    seq: 1,
    id,
    workspaceId: inventory.workspaceId,
    type: 'risk.asset-changed',
    at: new Date().toISOString(),
    traceId: null,
    actorId: null,
    payload,
  };
  for (let round = 0; round < 2; round += 1)
    await inventory.run(async () => await subscription?.handle(payload, event, inventory.context()));
  const found = await inventory.run(() => detail(id));
  assert.deepEqual([found.risk, found.riskLevel, found.version], [72.5, 'high', version]);
  const { items } = await inventory.run(() => historyPage(id, {}));
  assert.equal(items.filter(({ action }) => action === 'risk').length, 1);
  assert.equal(typeof consumeOnce, 'function');
});

test('lineage runs from data to use, whichever way an edge is written, and stops at its depth', async () => {
  const inventory = await inventories();
  const [data, pipeline, model, endpoint, agent] = await Promise.all(
    ['data', 'pipeline', 'model', 'endpoint', 'agent'].map((name) => make(inventory, name)),
  );
  const ids = [data, pipeline, model, endpoint, agent].map((one) => one?.id ?? '');
  const join = (from: number, to: number, kind: 'trains_on' | 'produces' | 'serves' | 'calls') =>
    inventory.run(() => link(ids[from] ?? '', ids[to] ?? '', kind, inventory.person));
  await join(1, 0, 'trains_on');
  await join(1, 2, 'produces');
  await join(3, 2, 'serves');
  await join(4, 3, 'calls');
  const around = (depth: number) => inventory.run(() => neighbourhood(ids[2] ?? '', { depth, limit: 100 }, edgesAround));
  const distances = (await around(3)).distances;
  assert.deepEqual(
    ids.map((id) => distances.get(id)),
    [-2, -1, 0, 1, 2],
  );
  assert.deepEqual(
    [...(await around(1)).distances.values()].sort((a, b) => a - b),
    [-1, 0, 1],
  );
});

test('an observation is bounded before it reaches the database', () => {
  const parse = (observation: object) => observeAssets.input.safeParse({ source: 'x', observations: [observation] }).success;
  assert.equal(parse(seenModel('/a')), true);
  assert.equal(parse({ ...seenModel('/a'), keys: [] }), false);
  assert.equal(parse({ ...seenModel('/a'), keys: ['no-kind'] }), false);
  assert.equal(parse({ ...seenModel('/a'), metadata: { a: 'x'.repeat(2001) } }), false);
});
