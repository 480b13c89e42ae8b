import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overrideEnvironment } from '../../../platform/config.ts';
import { inDatabase } from '../../../platform/database/database.ts';
import { admin, type Installation } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import { applyDeclaredProviders } from './environment.ts';
import { type CrookedProvider, clientSecret, crookedProvider } from './testing/openid-provider.ts';
import { comeFrom, locationOf, openidSettings } from './testing/walk.ts';

describe('the first admin by a provider', () => {
  let installation: Installation;
  let from: CrookedProvider;
  const roleRules = [{ claim: 'groups', value: 'security-admins', role: 'admin' }];
  const declare = (policy: object) => {
    const settings = openidSettings(from.issuer);
    const list = [{ slug: 'corp', name: 'Corp', secret: clientSecret, settings, policy: { reach: 'loopback', ...policy } }];
    overrideEnvironment({ SIGN_IN_PROVIDERS: JSON.stringify(list) });
    return inDatabase(installation.database, applyDeclaredProviders);
  };
  installationOfFile(async (opened, owner) => {
    installation = opened;
    from = await crookedProvider(owner);
    overrideEnvironment({ FIRST_ADMIN: 'provider' });
    owner.after(() => overrideEnvironment({ FIRST_ADMIN: '', SIGN_IN_PROVIDERS: '' }));
  });
  const come = async (claims: Record<string, unknown>) => {
    const browser = installation.browser();
    const location = locationOf(await comeFrom(browser, { slug: 'corp', from }, { claims }));
    return { location, me: (await browser.send('/api/user')).body };
  };

  test('an installation into which nobody could ever come does not start', async () => {
    await assert.rejects(declare({ defaultRole: 'analyst' }), /FIRST_ADMIN is provider/);
    await assert.rejects(declare({ roleRules, createPeople: false }), /FIRST_ADMIN is provider/);
    await declare({ roleRules, defaultRole: 'analyst' });
  });

  test('the door of registration is shut although nobody is there, and the page says why', async () => {
    assert.equal((await installation.browser().send('/api/registration')).body['open'], 'first-by-provider');
    const answer = await installation.browser().send('/api/register', { method: 'POST', body: admin });
    assert.deepEqual([answer.status, answer.body['code']], [403, 'identity.registrationClosed']);
    assert.equal((await installation.owner.query('select from identity.account')).rowCount, 0);
  });

  test('nobody is first who is no admin by the rules; then the admin comes, and after them everybody', async () => {
    const early = await come({ sub: 'eager', email: 'eager@example.org' });
    assert.match(early.location, /refused=identity.providerNoAccount/);
    const boss = await come({ sub: 'boss', email: 'boss@example.org', groups: ['security-admins'] });
    assert.deepEqual([boss.location, boss.me['role']], ['/', 'admin']);
    const late = await come({ sub: 'eager', email: 'eager@example.org' });
    assert.deepEqual([late.location, late.me['role']], ['/', 'analyst']);
    assert.equal((await installation.browser().send('/api/registration')).body['open'], 'invite');
    const made = installation.audited.filter(({ record }) => record.action === 'identity.register' && record.outcome === 'done');
    assert.equal(made.length, 2);
  });

  test('once somebody is there the start asks nothing more', () => declare({ defaultRole: 'analyst' }));
});
