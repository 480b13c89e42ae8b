import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import type { Context } from '../../../contract/actor.ts';
import { type AuditRecord, installAuditSink } from '../../../platform/audit.ts';
import { TestInventory } from '../test-inventory.ts';
import { TestScanner } from '../test-scanner.ts';
import { assetOfScan } from './scan-asset.ts';

const scanners = TestScanner.shared({ after });

const upload = { upload: '0190a000-0000-7000-8000-000000000009' };
const refused = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code;
const nothing = { assetId: undefined, newAsset: undefined };
const fresh = { assetId: undefined, newAsset: { name: 'churn.pkl', type: 'model' as const } };

function without(context: Context, permission: 'ai-assets:create'): Context {
  const permissions = new Set([...context.actor.permissions].filter((one) => one !== permission));
  return { ...context, actor: { ...context.actor, permissions } };
}

test('a new asset is registered in the inventory and leaves an audit entry of its own', async (t) => {
  const scanner = await scanners(t);
  const inventory = TestInventory.serve(t);
  const audited: AuditRecord[] = [];
  installAuditSink(async (record) => {
    audited.push(record);
  });
  const id = await scanner.run(() => assetOfScan(upload, fresh));
  assert.deepEqual(inventory.drafts, [{ name: 'churn.pkl', type: 'model' }]);
  assert.ok(id !== null && inventory.assets.has(id));
  assert.deepEqual(
    audited.map(({ action, resource, outcome }) => [action, resource.id, outcome]),
    [['ai-assets.register', id, 'done']],
  );
});

test('who may not create assets gets none by uploading, and may still attach to one or only scan', async (t) => {
  const scanner = await scanners(t);
  const inventory = TestInventory.serve(t);
  const known = inventory.add({ name: 'known' });
  const context = without(scanner.context, 'ai-assets:create');
  await assert.rejects(
    scanner.run(() => assetOfScan(upload, fresh), context),
    refused('request.forbidden'),
  );
  assert.deepEqual(inventory.drafts, []);
  assert.equal(await scanner.run(() => assetOfScan(upload, { ...nothing, assetId: known }), context), known);
  assert.equal(await scanner.run(() => assetOfScan(upload, nothing), context), null);
});

test('an asset that is not there, retired, or named twice is refused before anything is scanned', async (t) => {
  const scanner = await scanners(t);
  const inventory = TestInventory.serve(t);
  const retired = inventory.add({ name: 'old', lifecycle: 'retired' });
  const cases = [
    [upload, { ...nothing, assetId: randomUUID() }, 'ai-assets.notFound'],
    [upload, { ...nothing, assetId: retired }, 'model-scanner.retiredAsset'],
    [upload, { ...fresh, assetId: retired }, 'model-scanner.notBothAssets'],
    [{ path: '/models' }, fresh, 'model-scanner.newAssetUpload'],
  ] as const;
  for (const [source, said, code] of cases)
    await assert.rejects(
      scanner.run(() => assetOfScan(source, said)),
      refused(code),
      code,
    );
  assert.deepEqual(inventory.drafts, []);
});
