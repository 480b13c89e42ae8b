import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admin, testInstallation, withAdmin } from './test-installation.ts';

test('the first person becomes admin, is signed in, and can sign out and in again', async (t) => {
  const installation = await testInstallation(t);
  const browser = await withAdmin(installation);
  const me = await browser.send('/api/user');
  assert.equal(me.status, 200);
  assert.equal(me.body['role'], 'admin');
  assert.equal((await browser.send('/auth/logout', { method: 'POST' })).status, 200);
  assert.equal((await browser.send('/api/user')).status, 401);
  assert.equal((await browser.send('/auth/login', { method: 'POST', body: { email: ' ADA@example.org', password: admin.password } })).status, 200);
  assert.equal((await browser.send('/auth/user')).body['email'], 'ada@example.org');
});
