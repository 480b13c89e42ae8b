import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Installation, person } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import { dormantDays } from './weak-spots.ts';

type Found = { check: string; severity: string; why: string; dueAt: string | null; person: { id: string }; key: { id: string } | null };

describe('weak spots among people and keys', () => {
  let installation: Installation;
  let admin: Awaited<ReturnType<typeof person>>;
  const change = (set: string, id: string) => installation.owner.query(`update identity.account set ${set} where id = $1`, [id]);
  const findings = async (query = '') => {
    const { status, body } = await admin.browser.send(`/api/users/findings?limit=200${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body['items'] as Found[];
  };
  const of = async (id: string) =>
    (await findings()).filter((one) => one.person.id === id).map(({ check, severity }) => `${check} ${severity}`);
  installationOfFile(async (opened) => {
    installation = opened;
    admin = await person(installation, 'admin');
    await change("factors = '{passkey}'", admin.id);
  });

  test('who has no second factor is found, the graver the nearer the role demands one, and no longer once there is one', async () => {
    const analyst = await person(installation, 'analyst');
    const ciso = await person(installation, 'ciso');
    assert.deepEqual(await of(analyst.id), ['no-second-factor low']);
    assert.deepEqual(await of(ciso.id), ['no-second-factor medium']);
    // policy.ts: a CISO has seven days.
    await change("factor_term_from = now() - interval '8 days'", ciso.id);
    assert.deepEqual(await of(ciso.id), ['no-second-factor high']);
    await change("factors = '{totp}'", ciso.id);
    assert.deepEqual(await of(ciso.id), []);
    await change('active = false', analyst.id);
    assert.deepEqual(await of(analyst.id), [], 'who is locked cannot sign in at all');
  });

  test('who comes by a provider alone that asserted a second factor has one; who has a password too has none', async () => {
    const guest = await person(installation, 'analyst');
    const came =
      "insert into identity.sign_in (workspace_id, account_id, outcome, method, proofs) values ($1, $2, 'done', 'saml', '{provider-mfa}')";
    await installation.owner.query(came, [installation.workspaceId, guest.id]);
    assert.deepEqual(await of(guest.id), ['no-second-factor low']);
    await installation.owner.query('delete from identity.credential where account_id = $1', [guest.id]);
    assert.deepEqual(await of(guest.id), []);
  });

  test('an admin whose factor a false page can ask for is found; a passkey or a security key mends it', async () => {
    const other = await person(installation, 'admin');
    await change("factors = '{totp}'", other.id);
    assert.deepEqual(await of(other.id), ['admin-without-passkey medium']);
    await change("factors = '{totp,security-key}'", other.id);
    assert.deepEqual(await of(other.id), []);
  });

  test('a key that never expires is found with its owner, graver when it changes things, and gone when it is revoked', async () => {
    const make = (name: string, scopes: string[], expiresInDays: number | null) =>
      admin.browser.send('/api/keys', { method: 'POST', body: { name, scopes, expiresInDays } });
    const reads = await make('reads', ['ai-assets:read'], null);
    const writes = await make('writes', ['ai-assets:read', 'ai-assets:create'], null);
    await make('ends', ['ai-assets:read'], 30);
    const keys = await findings('&check=key-without-expiry');
    assert.deepEqual(
      keys.map(({ key, severity, person: { id } }) => [key?.id, severity, id]),
      [
        [writes.body['id'], 'medium', admin.id],
        [reads.body['id'], 'low', admin.id],
      ],
    );
    for (const { body } of [reads, writes]) await admin.browser.send(`/api/keys/${body['id']}`, { method: 'DELETE' });
    assert.deepEqual(await findings('&check=key-without-expiry'), []);
  });

  test('an account without a sign of life for 45 days is found; a key that was used is one', async () => {
    const away = await person(installation, 'engineer');
    const days = (count: number) => `now() - interval '${count} days'`;
    await installation.owner.query('delete from identity.session where account_id = $1', [away.id]);
    await change(`factors = '{totp}', created_at = ${days(400)}, last_sign_in_at = ${days(dormantDays - 1)}`, away.id);
    assert.deepEqual(await of(away.id), []);
    await change(`last_sign_in_at = ${days(dormantDays + 1)}`, away.id);
    assert.deepEqual(await of(away.id), ['dormant-account medium']);
    await installation.owner.query(
      `insert into identity.api_key (workspace_id, account_id, name, public_id, secret_hash, scopes, expires_at, last_used_at)
       values ($1, $2, 'ci', 'abcdefghijkl', sha256('x'), '{ai-assets:read}', now() + interval '1 day', now())`,
      [installation.workspaceId, away.id],
    );
    assert.deepEqual(await of(away.id), []);
  });

  test('counts are those of the list, which is paged without gap, gravest first', async () => {
    const all = await findings();
    const { body } = await admin.browser.send('/api/users/posture');
    assert.ok(Array.isArray(body['checks']), JSON.stringify(body));
    const checks = body['checks'] as { check: string; count: number; worst: string | null }[];
    for (const { check, count } of checks) assert.equal(count, all.filter((one) => one.check === check).length, check);
    await person(installation, 'auditor');
    await person(installation, 'compliance_officer');
    const paged: Found[] = [];
    for (let cursor: unknown = ''; cursor !== null; ) {
      const page = await admin.browser.send(`/api/users/findings?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...(page.body['items'] as Found[]));
      cursor = page.body['nextCursor'];
    }
    assert.deepEqual(paged, await findings());
    const ranks = paged.map(({ severity }) => ['critical', 'high', 'medium', 'low'].indexOf(severity));
    assert.deepEqual(
      ranks,
      ranks.toSorted((a, b) => a - b),
    );
  });

  test('people of another workspace are not found, and who oversees nothing finds nobody', async () => {
    const stranger = await person(installation, 'analyst', installation.otherWorkspaceId);
    assert.deepEqual(await of(stranger.id), []);
    const engineer = await person(installation, 'engineer');
    for (const path of ['/api/users/findings', '/api/users/posture']) assert.equal((await engineer.browser.send(path)).status, 403);
  });
});
