import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overrideEnvironment } from '../../../platform/config.ts';
import { inDatabase } from '../../../platform/database/database.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { type Browser, person } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import { applyDeclaredProviders, declaredProviders } from './environment.ts';
import { type CrookedProvider, clientSecret, crookedProvider } from './testing/openid-provider.ts';
import { begin, comeBack, givenProvider, locationOf, openidSettings } from './testing/walk.ts';

type Report = {
  finished: boolean;
  checks: { id: string; outcome: string; detail: string | null; remedy: string | null }[];
  claims: unknown;
};

describe('providers in the settings', () => {
  let from: CrookedProvider;
  let admin: { id: string; browser: Browser };
  const shared = installationOfFile(async (installation, owner) => {
    from = await crookedProvider(owner);
    admin = await person(installation, 'admin');
  });
  const draft = (slug: string, change: object = {}) => ({
    name: 'Corp',
    slug,
    settings: openidSettings(from.issuer),
    policy: { reach: 'loopback', defaultRole: 'engineer' },
    secret: clientSecret,
    ...change,
  });
  const create = (body: unknown, browser = admin.browser) => browser.send('/api/sign-in-providers', { method: 'POST', body });
  const change = (body: { id: unknown } & Record<string, unknown>) =>
    admin.browser.send(`/api/sign-in-providers/${String(body.id)}`, { method: 'PATCH', body: { ...body, id: undefined } });

  test('a provider is made off, says what to enter at the other side, and never its secret', async () => {
    const made = await create(draft('corp'));
    assert.equal(made.status, 201, made.text);
    assert.equal(made.body['enabled'], false);
    assert.equal(made.body['hasSecret'], true);
    assert.equal((made.body['addresses'] as Record<string, unknown>)['callback'], 'http://localhost:5000/api/auth/oidc/corp/callback');
    const list = await admin.browser.send('/api/sign-in-providers');
    const { rows } = await shared.get().owner.query<{ all: string }>('select row_to_json(provider)::text as all from identity.provider');
    for (const text of [made.text, list.text, JSON.stringify(shared.get().audited), JSON.stringify(rows)])
      assert.equal(text.includes(clientSecret), false);
    assert.equal((await create(draft('corp'))).body['code'], 'identity.providerSlugTaken');
  });

  test('each change is on what was read, switching off ends the sessions, removing leaves the people', async () => {
    const made = await create(draft('changing'));
    const { id } = made.body;
    const on = await change({ id, version: 1, enabled: true });
    assert.equal(on.body['enabled'], true);
    assert.equal((await change({ id, version: 1, name: 'Other' })).body['code'], 'request.conflict');
    assert.equal((await change({ id, version: 2, settings: { kind: 'saml' } })).status, 422);
    const guest = shared.get().browser();
    const asked = await begin(guest, 'changing');
    const code = await from.answer(asked, { claims: { email: 'guest@example.org', sub: 'guest' } });
    await comeBack(guest, 'changing', { code, state: asked.searchParams.get('state') ?? '', iss: from.issuer });
    assert.equal((await guest.send('/api/user')).status, 200);
    const off = await change({ id, version: 2, enabled: false });
    assert.equal(off.status, 200, off.text);
    assert.equal((await guest.send('/api/user')).status, 401);
    assert.equal(off.body['people'], 1);
    assert.equal((await admin.browser.send(`/api/sign-in-providers/${String(id)}`, { method: 'DELETE' })).status, 200);
    const { rowCount } = await shared.get().owner.query("select from identity.account where email = 'guest@example.org'");
    assert.equal(rowCount, 1);
    const { rows } = await shared.get().owner.query('select from platform.sealed_secret where purpose like $1', [`%${String(id)}%`]);
    assert.equal(rows.length, 0);
  });

  test('only admins change providers, and only with a fresh proof that it is them', async () => {
    for (const role of ['ciso', 'compliance_officer', 'analyst', 'engineer', 'auditor'] as const) {
      const { browser } = await person(shared.get(), role);
      assert.equal((await create(draft('never'), browser)).body['code'], 'request.forbidden', role);
    }
    const stale = await person(shared.get(), 'admin');
    await shared
      .get()
      .owner.query("update identity.session set verified_at = now() - interval '6 minutes' where account_id = $1", [stale.id]);
    forgetRemembered();
    assert.equal((await create(draft('never'), stale.browser)).body['code'], 'request.stepUpNeeded');
  });

  test('addresses that lead into this machine or its network are refused when set, and when discovered', async () => {
    for (const issuer of [
      'http://id.example.org',
      'https://127.0.0.1:8443',
      'https://169.254.169.254/latest',
      'https://10.0.0.5',
      'https://[::1]/',
    ]) {
      const answer = await create(draft('inside', { settings: openidSettings(issuer), policy: {} }));
      assert.equal(answer.status, 422, issuer);
      assert.match(String(answer.body['code']), /^outside\./);
    }
    const local = await givenProvider(shared.get(), { settings: openidSettings('https://localhost:9/'), policy: { reach: 'public' } });
    const answer = await shared.get().browser().send(`/api/auth/providers/${local.slug}/start`);
    assert.match(locationOf(answer), /refused=identity\.providerUnavailable/);
    const before = from.seen.length;
    const wrong = await givenProvider(shared.get(), { settings: openidSettings(`${from.issuer}/redirect`) });
    assert.match(locationOf(await shared.get().browser().send(`/api/auth/providers/${wrong.slug}/start`)), /refused=/);
    assert.equal(
      from.seen.slice(before).some((line) => line.includes('/keys')),
      false,
      'no redirect was followed',
    );
  });

  const testedWith = async (slug: string, change: { claims?: Record<string, unknown>; signedBy?: 'stranger' }): Promise<Report> => {
    const { body } = await create(draft(slug));
    const begun = await admin.browser.send(`/api/sign-in-providers/${String(body['id'])}/test`, { method: 'POST' });
    const read = () => admin.browser.send(`/api/sign-in-providers/${String(body['id'])}/tests/${String(begun.body['test'])}`);
    assert.equal((await read()).body['finished'], false);
    const asked = new URL(String(begun.body['location']));
    const query = { code: await from.answer(asked, change), state: asked.searchParams.get('state') ?? '', iss: from.issuer };
    const back = await comeBack(admin.browser, slug, query);
    assert.equal(locationOf(back), `/settings/sign-in-providers/${String(body['id'])}?test=${String(begun.body['test'])}`);
    const stranger = await person(shared.get(), 'admin');
    const foreign = await stranger.browser.send(`/api/sign-in-providers/${String(body['id'])}/tests/${String(begun.body['test'])}`);
    assert.equal(foreign.status, 404);
    return (await read()).body as Report;
  };

  test('a test sign-in reports each check, makes nobody, and works before the provider is on', async () => {
    const report = await testedWith('tested', { claims: { sub: 'tester', email: 'tester@example.org', groups: ['a'] } });
    assert.deepEqual(
      report.checks.map(({ id, outcome }) => [id, outcome]),
      ['provider', 'agreed', 'code', 'token', 'person', 'subject', 'email', 'account', 'role'].map((id) => [id, 'passed']),
    );
    assert.match(report.checks.at(-1)?.detail ?? '', /^engineer\./);
    assert.deepEqual((report.claims as Record<string, unknown>)['groups'], ['a']);
    assert.equal((await admin.browser.send('/api/user')).body['id'], admin.id);
    const { rowCount } = await shared.get().owner.query("select from identity.account where email = 'tester@example.org'");
    assert.equal(rowCount, 0);
  });

  test('a test sign-in that fails says at which check, why, and what to do', async () => {
    const report = await testedWith('failing', { signedBy: 'stranger' });
    const failed = report.checks.find(({ outcome }) => outcome === 'failed');
    assert.equal(failed?.id, 'token');
    assert.ok((failed?.detail ?? '') !== '' && (failed?.remedy ?? '') !== '');
    assert.equal(report.checks.at(-1)?.outcome, 'not-reached');
    const unverified = await testedWith('unverified', { claims: { sub: 'u', email_verified: false } });
    assert.deepEqual(
      unverified.checks.filter(({ outcome }) => outcome !== 'passed').map(({ id, outcome }) => [id, outcome]),
      [
        ['email', 'failed'],
        ['account', 'not-reached'],
        ['role', 'not-reached'],
      ],
    );
    const otherName = await testedWith('other-name', { claims: { sub: 'o', email: undefined, mail: 'o@example.org' } });
    assert.match(otherName.checks.find(({ id }) => id === 'email')?.detail ?? '', /nothing is named “email” among .*\bmail\b/);
    const nowhere = await create(draft('nowhere', { settings: openidSettings('http://127.0.0.1:1') }));
    const begun = await admin.browser.send(`/api/sign-in-providers/${String(nowhere.body['id'])}/test`, { method: 'POST' });
    assert.match(String(begun.body['location']), /^\/settings\/sign-in-providers\//);
    const { body } = await admin.browser.send(`/api/sign-in-providers/${String(nowhere.body['id'])}/tests/${String(begun.body['test'])}`);
    assert.equal((body as Report).checks[0]?.outcome, 'failed');
    assert.match((body as Report).checks[0]?.detail ?? '', /refuses the connection/);
  });

  test('a wrong client secret fails at the exchange of the code', async () => {
    const other = await create(draft('secretless'));
    const begun = await admin.browser.send(`/api/sign-in-providers/${String(other.body['id'])}/test`, { method: 'POST' });
    const state = new URL(String(begun.body['location'])).searchParams.get('state') ?? '';
    await comeBack(admin.browser, 'secretless', { code: 'no such code', state, iss: from.issuer });
    const { body } = await admin.browser.send(`/api/sign-in-providers/${String(other.body['id'])}/tests/${String(begun.body['test'])}`);
    const failed = (body as Report).checks.find(({ outcome }) => outcome === 'failed');
    assert.equal(failed?.id, 'code');
    assert.match(failed?.detail ?? '', /invalid_grant/);
  });

  test('which role claims would get is previewed without changing anything', async () => {
    const body = {
      roleRules: [{ claim: 'groups', operator: 'is', value: 'sec', role: 'analyst' }],
      defaultRole: null,
      claims: { groups: ['sec'] },
    };
    const answer = await admin.browser.send('/api/sign-in-providers/role-preview', { method: 'POST', body });
    assert.equal(answer.body['role'], 'analyst');
    assert.match(String(answer.body['why']), /Rule 1 fits/);
  });

  test('providers of the environment are written at the start, shown, changed there only, and switched off when they are gone', async () => {
    const declared = [draft('declared', { secret: 'from the environment' })];
    const apply = (list: unknown[] | null) => {
      overrideEnvironment({ SIGN_IN_PROVIDERS: list === null ? '' : JSON.stringify(list) });
      return inDatabase(shared.get().database, applyDeclaredProviders);
    };
    await apply(declared);
    await apply(declared);
    const listed = async () => {
      const { body } = await admin.browser.send('/api/sign-in-providers');
      return (body['items'] as Record<string, unknown>[]).find(({ slug }) => slug === 'declared') ?? {};
    };
    const first = await listed();
    assert.deepEqual([first['managedBy'], first['enabled'], first['version']], ['environment', true, 1]);
    assert.equal((await change({ id: first['id'], version: 1, name: 'Mine' })).body['code'], 'identity.providerFromEnvironment');
    await apply([draft('declared', { name: 'Renamed', secret: 'from the environment' })]);
    assert.equal((await listed())['name'], 'Renamed');
    await apply(null);
    assert.equal((await listed())['enabled'], false);
    assert.throws(
      () => declaredProviders('[{"slug":"Not A Slug","secret":"hidden words"}]'),
      (error: Error) => !error.message.includes('hidden'),
    );
    assert.throws(
      () => declaredProviders('{"secret":"hidden words"'),
      (error: Error) => !error.message.includes('hidden'),
    );
  });
});
