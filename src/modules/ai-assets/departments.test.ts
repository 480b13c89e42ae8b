/** An engineer who is held to the assets of their own department: everything that edits one. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import type { Actor } from '../../contract/actor.ts';
import { installAuditSink } from '../../platform/audit.ts';
import { inDatabase } from '../../platform/database/database.ts';
import { claim, claimMany, detail, edit, link, register, restore, retire, unlink } from './asset.ts';
import { importAssets } from './imports/import-assets.ts';
import { type Inventory, seenModel, sharedInventory } from './test-inventory.ts';

const inventories = sharedInventory({ after });

const make = (inventory: Inventory, name: string, department: string | null, more: object = {}) =>
  inventory.run(() => register({ name, type: 'model', department, ...more }, inventory.person));
const held = (inventory: Inventory, department: string | null = 'Fraud'): Actor => ({ ...inventory.person, heldTo: { department } });
const other = { code: 'department.other', status: 403 };

test('another department’s asset is neither changed, replaced, claimed, retired, restored nor linked', async () => {
  const inventory = await inventories();
  const engineer = held(inventory);
  const theirs = await make(inventory, 'Scoring', 'Credit');
  const ours = await make(inventory, 'Filter', ' FRAUD');
  const acts: (() => Promise<unknown>)[] = [
    () => edit({ id: theirs.id, owner: 'Eve' }, engineer, false),
    () => edit({ id: theirs.id, name: 'Scoring', type: 'model', department: 'Fraud' }, engineer, true),
    () => claim(theirs.id, { owner: 'Eve' }, engineer),
    () => retire(theirs.id, undefined, engineer),
    () => restore(theirs.id, engineer),
    () => link(theirs.id, ours.id, 'calls', engineer),
  ];
  for (const act of acts) await assert.rejects(inventory.run(act), other);
  const same = await inventory.run(() => detail(theirs.id));
  assert.deepEqual([same.version, same.owner, same.lifecycle, same.dependencies], [theirs.version, null, 'active', []]);
});

test('an asset of the own department is changed, linked, retired and restored', async () => {
  const inventory = await inventories();
  const engineer = held(inventory);
  const theirs = await make(inventory, 'Scoring', 'Credit');
  const { id } = await make(inventory, 'Filter', ' FRAUD');
  const changed = await inventory.run(() => edit({ id, owner: 'Eve', department: 'Fraud' }, engineer, false));
  assert.deepEqual([changed.owner, changed.department], ['Eve', 'Fraud']);
  const edge = await inventory.run(() => link(id, theirs.id, 'calls', engineer));
  await inventory.run(() => unlink(id, edge.id, engineer));
  await inventory.run(() => retire(id, undefined, engineer));
  assert.equal((await inventory.run(() => restore(id, engineer))).lifecycle, 'active');
});

test('a link is the asset’s it goes out from, whichever of the two it is asked of', async () => {
  const inventory = await inventories();
  const theirs = await make(inventory, 'Scoring', 'Credit');
  const ours = await make(inventory, 'Filter', 'Fraud');
  const edge = await inventory.run(() => link(theirs.id, ours.id, 'calls', inventory.person));
  for (const id of [theirs.id, ours.id])
    await assert.rejects(
      inventory.run(() => unlink(id, edge.id, held(inventory))),
      other,
    );
});

test('no asset is moved into the own department or out of it', async () => {
  const inventory = await inventories();
  const engineer = held(inventory);
  const ours = await make(inventory, 'Filter', 'Fraud');
  const nobodys = await make(inventory, 'Draft', null);
  await assert.rejects(
    inventory.run(() => edit({ id: nobodys.id, department: 'Fraud' }, engineer, false)),
    other,
  );
  for (const [input, whole] of [
    [{ id: ours.id, department: 'Credit' }, false],
    [{ id: ours.id, department: '' }, false],
    // What a replacement leaves out becomes empty.
    [{ id: ours.id, name: 'Filter', type: 'model' }, true],
  ] as const)
    await assert.rejects(
      inventory.run(() => edit(input, engineer, whole)),
      { code: 'department.leaves', status: 403 },
    );
  const moved = await inventory.run(() => edit({ id: ours.id, department: 'Credit' }, inventory.person, false));
  assert.equal(moved.department, 'Credit');
});

test('what they register is of their department; who has none registers and changes nothing', async () => {
  const inventory = await inventories();
  const made = await make(inventory, 'Before', null);
  const said = (department?: string | null) =>
    ({ name: 'New', type: 'model', ...(department === undefined ? {} : { department }) }) as const;
  const registered = await inventory.run(() => register(said(), held(inventory)));
  assert.deepEqual([registered.department, registered.marks['department']?.mark], ['Fraud', 'declared']);
  await assert.rejects(
    inventory.run(() => register(said('Credit'), held(inventory))),
    other,
  );
  for (const act of [
    () => register(said(), held(inventory, null)),
    () => edit({ id: made.id, owner: 'Eve' }, held(inventory, null), false),
  ])
    await assert.rejects(inventory.run(act), { code: 'department.none', status: 403 });
});

test('of several proposed assets those of other departments are refused by name of the rule, the rest is claimed, and each denial is recorded', async () => {
  const inventory = await inventories();
  const seen = await inventory.observe({ observations: ['/a', '/b', '/c'].map((path) => seenModel(path)) });
  const [ours = '', theirs = '', nobodys = ''] = seen.results.map(({ assetId }) => assetId);
  await inventory.run(() => edit({ id: ours, department: 'Fraud' }, inventory.person, false));
  await inventory.run(() => edit({ id: theirs, department: 'Credit' }, inventory.person, false));
  const records: unknown[] = [];
  installAuditSink(async ({ action, outcome, reason, resource }) => void records.push([action, outcome, reason, resource.id]));
  const done = await inventory.run(() => claimMany([ours, theirs, nobodys], { owner: 'Eve' }, held(inventory)));
  assert.deepEqual(done.claimed, [ours]);
  assert.deepEqual(
    done.refused.map(({ id, code }) => [id, code]),
    [theirs, nobodys].map((id) => [id, 'department.other']),
  );
  assert.equal((await inventory.run(() => detail(theirs))).lifecycle, 'proposed');
  assert.deepEqual(
    records,
    [theirs, nobodys].map((id) => ['ai-assets.claim-many', 'denied', 'department.other', id]),
  );
});

const importing = (inventory: Inventory, text: string, actor: Actor, dryRun = false) =>
  inDatabase(inventory.database, () =>
    importAssets(Readable.from([Buffer.from(text)]), { format: 'csv', dryRun }, { ...inventory.context(), actor }),
  );

test('an import changes no other department’s asset, by id, key or name, nor gives it a key; its row is told', async () => {
  const inventory = await inventories();
  installAuditSink(async () => {});
  const theirs = await make(inventory, 'Scoring', 'Credit', { keys: ['url:https://credit.example'] });
  const ours = await make(inventory, 'Filter', 'Fraud');
  const text = [
    'id,name,type,owner,department,keys',
    `${theirs.id},Scoring,model,Eve,,`,
    ',Renamed,model,,,url:https://credit.example',
    ',Scoring,model,Eve,,',
    `${theirs.id},Scoring,model,,,url:https://eve.example`,
    // Says what is there already.
    `${theirs.id},Scoring,model,,Credit,url:https://credit.example`,
    `${ours.id},Filter,model,Eve,,`,
    `${ours.id},Filter,model,,Credit,`,
    ',New,model,,,',
    ',Theirs,model,,Credit,',
  ].join('\n');
  const dry = await importing(inventory, text, held(inventory), true);
  const sheet = await importing(inventory, text, held(inventory));
  assert.deepEqual({ ...dry, dryRun: false }, sheet);
  assert.deepEqual(
    sheet.rows.map(({ outcome }) => outcome),
    ['rejected', 'rejected', 'rejected', 'rejected', 'unchanged', 'updated', 'rejected', 'new', 'rejected'],
  );
  assert.match(sheet.rows[0]?.reason ?? '', /own department, Fraud: this one belongs to Credit/);
  const same = await inventory.run(() => detail(theirs.id));
  assert.deepEqual([same.version, same.keys], [theirs.version, ['url:https://credit.example']]);
  assert.deepEqual([(await inventory.run(() => detail(ours.id))).owner], ['Eve']);
});
