import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { detail, edit, link, register, retire } from '../asset.ts';
import { testInventory } from '../test-inventory.ts';
import { holdAsset, unholdAsset } from './hold.ts';

test('what is in quarantine keeps its standing, its place and its links until every quarantine let it go; review refuses promotion only', async (t) => {
  const base = await testInventory(t);
  const { actor } = base.context();
  const [one, other] = await base.run(async () => [
    await register({ name: 'claims', type: 'dataset', environment: 'staging' }, actor),
    await register({ name: 'fraud', type: 'model' }, actor),
  ]);
  const change = (fields: object) => base.run(() => edit({ id: one.id, ...fields }, actor, false));
  const [first, second, review] = [randomUUID(), randomUUID(), randomUUID()];
  const hold = (holder: string, kind: 'quarantine' | 'review') =>
    base.run(() => holdAsset({ id: one.id, holder, kind, reason: 'Poisoned.' }, actor));
  const letGo = (holder: string) => base.run(() => unholdAsset(one.id, holder, actor));

  await hold(first, 'quarantine');
  assert.equal((await hold(second, 'quarantine')).lifecycle, 'quarantined');
  await assert.rejects(change({ lifecycle: 'active' }), { code: 'ai-assets.quarantined', status: 409 });
  await assert.rejects(change({ environment: 'production' }), { code: 'ai-assets.quarantined' });
  await assert.rejects(
    base.run(() => link(other.id, one.id, 'trains_on', actor)),
    { code: 'ai-assets.quarantined' },
  );
  await assert.rejects(
    base.run(() => retire(one.id, undefined, actor)),
    { code: 'ai-assets.quarantined' },
  );
  assert.equal((await change({ description: 'Still described.' })).description, 'Still described.');
  assert.equal((await letGo(first)).lifecycle, 'quarantined', 'the second holds it');
  assert.deepEqual(await letGo(second), { held: false, lifecycle: 'active' });
  assert.equal((await base.run(() => detail(one.id))).lifecycle, 'active');

  await hold(review, 'review');
  await assert.rejects(change({ environment: 'production' }), { code: 'ai-assets.underReview' });
  assert.equal((await change({ environment: 'development' })).environment, 'development');
  await letGo(review);
  assert.equal((await change({ environment: 'production' })).environment, 'production');
});
