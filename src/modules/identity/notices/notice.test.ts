import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PgBoss } from 'pg-boss';
import { systemActor } from '../../../platform/actors.ts';
import { withContext } from '../../../platform/ambient.ts';
import { inDatabase, transaction } from '../../../platform/database/database.ts';
import { forgetLocalRoutes, serveLocally } from '../../../platform/http/call.ts';
import { handle } from '../../../platform/http/handle.ts';
import { installQueue } from '../../../platform/jobs/jobs.ts';
import { mailPerson, mailSender } from '../../notifications/contract.ts';
import { enrolTotp, personWithTotp, post } from '../factors/test-factors.ts';
import { testAuthenticator } from '../passkeys/test-authenticator.ts';
import { asNobody } from '../people/person.ts';
import { deviceKind } from '../sign-in/browser-name.ts';
import { newSessionToken } from '../sign-in/session-token.ts';
import { tokenHashOf } from '../sign-in/start-session.ts';
import { Walk } from '../single-sign-on/checks.ts';
import { settleAccount } from '../single-sign-on/settle-account.ts';
import { givenProvider, openidSettings } from '../single-sign-on/testing/walk.ts';
import { goodPassword, type Installation, person } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import { askForMail, letterOf, noticeJob } from './notice.ts';
import { type AccountNews, accountNews } from './notice-contract.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const newerFirefox = firefox.replaceAll('140.0', '141.0');
const edge = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0';

test('a device is named in our words alone: what a program calls itself never stands in a mail', () => {
  assert.equal(deviceKind(firefox), 'Firefox on Linux');
  assert.equal(deviceKind(edge), 'Edge on Windows');
  for (const foreign of ['Your account is blocked, call 555-0100', null]) assert.equal(deviceKind(foreign), 'a program we do not know');
});

test('every piece of news has a letter with moment, device and what to do; it holds no link but our own', () => {
  for (const news of accountNews) {
    const changed = { accountId: '0190a0b0-0000-7000-8000-000000000001', news, device: 'Firefox', at: '2026-05-01T10:07:08.123Z' };
    const { subject, paragraphs } = letterOf(changed, 'Nora');
    const words = paragraphs.join(' ');
    assert.match(subject, /^[A-Z][^\n]{10,60} \(AI-SPM\)$/);
    assert.match(words, /on 2026-05-01 at 10:07 UTC, with Firefox\..*tell your admin\.$/);
    assert.equal(words.match(/https?:/g)?.length, 1);
  }
});

describe('who is told', () => {
  let installation: Installation;
  const mails: { to: string; subject: string; paragraphs: string[] }[] = [];
  const mailServer = { isThere: true, outcome: 'sent' as 'sent' | 'retry' | 'dead' };
  installationOfFile(async (opened, owner) => {
    installation = opened;
    installQueue({ send: async () => '' } as unknown as PgBoss);
    const take = async ({ to, subject, paragraphs }: (typeof mails)[number]) => {
      if (mailServer.outcome === 'sent') mails.push({ to, subject, paragraphs });
      return { outcome: mailServer.outcome, reason: '' };
    };
    serveLocally([handle(mailSender, async () => ({ available: mailServer.isThere })), handle(mailPerson, take, { transaction: 'none' })]);
    owner.after(() => {
      installQueue(undefined);
      forgetLocalRoutes();
    });
  });

  const context = () => ({ ...installation.context(), actor: systemActor(installation.workspaceId, 'events') });
  const inside = <T>(work: () => Promise<T>) => inDatabase(installation.database, () => withContext(context(), work));
  /** What the sequencer of events, their consumer and the queue would do with what waits. @returns subjects of the mails that went out. */
  async function deliver(): Promise<string[]> {
    const before = mails.length;
    const { rows } = await installation.owner.query<{ payload: Parameters<typeof askForMail>[0] }>(
      "with gone as (delete from platform.outbox where type = 'account.changed' returning id, payload) select payload from gone order by id",
    );
    for (const { payload } of rows) await inside(() => transaction(context(), () => askForMail(payload)));
    const { rows: jobs } = await installation.owner.query<{ id: string; input: unknown }>(
      "with gone as (delete from platform.job where kind = 'identity.account-notice' returning id, input) select id, input from gone order by id",
    );
    for (const { id, input } of jobs)
      await inside(() => noticeJob.run(input, { id, context: context(), signal: context().signal, attempt: 1, progress: () => {} }));
    return mails.slice(before).map(({ subject }) => subject.replace(' (AI-SPM)', ''));
  }
  const signIn = (email: string, userAgent: string) =>
    installation.browser().send('/api/login', {
      method: 'POST',
      body: { email, password: goodPassword },
      headers: { 'user-agent': userAgent },
    });

  test('a sign-in from a kind of device that was not seen before is told, a newer version of a browser is not, nor the first of all', async () => {
    const { email } = await person(installation, 'analyst');
    for (const userAgent of [firefox, newerFirefox]) assert.equal((await signIn(email, userAgent)).status, 200);
    assert.deepEqual(await deliver(), []);
    assert.equal((await signIn(email, edge)).status, 200);
    assert.deepEqual(await deliver(), ['Sign-in from a new device']);
    assert.equal(mails.at(-1)?.to, email);
    assert.match(mails.at(-1)?.paragraphs.join(' ') ?? '', /with Edge on Windows/);
    assert.equal((await signIn(email, edge)).status, 200);
    assert.deepEqual(await deliver(), []);
  });

  test('a changed password and factors that come and go are told their owner, without any secret, and recorded', async () => {
    const { id, email, browser } = await person(installation, 'analyst');
    const newPassword = 'copper meadow ladder 31';
    const changed = await browser.send('/api/user/password', {
      method: 'POST',
      body: { currentPassword: goodPassword, newPassword },
    });
    assert.equal(changed.status, 200, changed.text);
    assert.deepEqual(await deliver(), ['Your password was changed']);
    const hers = await personWithTotp(installation, 'engineer');
    assert.deepEqual(await deliver(), ['An authenticator app was added']);
    assert.equal((await hers.browser.send('/api/user/factors/totp', { method: 'DELETE' })).status, 200);
    assert.deepEqual(await deliver(), ['A second factor was removed']);
    assert.doesNotMatch(JSON.stringify(mails), new RegExp(`${newPassword}|${goodPassword}|192\\.0\\.2\\.`));
    assert.equal(mails.find(({ subject }) => subject.startsWith('Your password'))?.to, email);
    const told = installation.audited.filter(({ record }) => record.action === 'identity.send-notice' && record.resource.id === id);
    assert.deepEqual(
      told.map(({ record }) => [record.outcome, record.change?.after]),
      [['done', { news: 'password-changed' }]],
    );
  });

  type Her = Awaited<ReturnType<typeof person>>;
  /** A change of address that waits, with a link known to the test. */
  async function waitingAddress({ id }: Her, link: 'confirm_hash' | 'stop_hash'): Promise<string> {
    const token = newSessionToken();
    await installation.owner.query(
      `insert into identity.email_change (workspace_id, account_id, old_email, new_email, new_key, credential_version, expires_at, ${link})
       select workspace_id, id, email, 'new-' || email, 'new-' || email, credential_version, now() + interval '1 hour', $2 from identity.account where id = $1`,
      [id, tokenHashOf(token)],
    );
    return token;
  }
  async function addPasskey({ browser }: Her): Promise<void> {
    const { body } = await browser.send('/api/user/passkeys/options', post({ kind: 'passkey' }));
    const key = testAuthenticator({ origin: 'http://localhost:5000', rpId: 'localhost' });
    await browser.send(
      '/api/user/passkeys',
      post({ name: 'Laptop', kind: 'passkey', response: key.create({ challenge: String(body['challenge']) }) }),
    );
  }
  /** Comes by a provider that may find accounts by a verified address. */
  async function comeByProvider({ email }: Her): Promise<void> {
    const provider = await givenProvider(installation, {
      settings: openidSettings('https://id.example.org'),
      policy: { linkByEmail: true },
    });
    const arrival = {
      subject: email,
      email,
      emailVerified: true,
      name: null,
      claims: {},
      contexts: [],
      providerSession: null,
      subjectForm: null,
      provedAt: null,
    };
    const there = { walk: new Walk('openid-connect'), context: asNobody(installation.context(), installation.workspaceId) };
    await inside(() => transaction(there.context, () => settleAccount(provider, arrival, there)));
  }
  const byAdmin = async (path: string, sent: Parameters<Her['browser']['send']>[1]) =>
    (await person(installation, 'admin')).browser.send(path, sent);
  /** What is done to an account, or by its owner, that its owner is told. */
  const triggers: Readonly<Record<AccountNews, (her: Her) => Promise<unknown>>> = {
    'password-changed': ({ browser }) =>
      browser.send('/api/user/password', post({ currentPassword: goodPassword, newPassword: 'velvet anchor pepper 12' })),
    'password-reset': async ({ id, browser }) => {
      mailServer.isThere = false;
      const { body } = await byAdmin(`/api/users/${id}/password-reset`, post());
      mailServer.isThere = true;
      return browser.send(
        '/api/password-reset/finish',
        post({ token: String(body['path']).split('#')[1], password: 'velvet anchor pepper 12' }),
      );
    },
    'factor-added': ({ browser }) => enrolTotp(browser),
    'passkey-added': addPasskey,
    'factor-removed': async ({ browser }) => {
      await enrolTotp(browser);
      await deliver();
      return browser.send('/api/user/factors/totp', { method: 'DELETE' });
    },
    'factors-removed': async ({ id, browser }) => {
      await enrolTotp(browser);
      await deliver();
      return byAdmin(`/api/users/${id}/factors`, { method: 'DELETE' });
    },
    'codes-renewed': async ({ browser }) => {
      await enrolTotp(browser);
      await deliver();
      return browser.send('/api/user/factors/recovery-codes', post());
    },
    'provider-connected': comeByProvider,
    'email-changed': async (her) => her.browser.send('/api/user/email/confirm', post({ token: await waitingAddress(her, 'confirm_hash') })),
    'email-changed-by-admin': ({ id, email }) => byAdmin(`/api/users/${id}/email`, post({ email: `new-${email}` })),
    'email-change-stopped': async (her) =>
      her.browser.send('/api/user/email/stop', post({ token: await waitingAddress(her, 'stop_hash') })),
    'new-device': async ({ email }) => {
      await signIn(email, firefox);
      await signIn(email, edge);
    },
  };
  for (const news of accountNews)
    test(`${news} is told its owner by mail, once, and nobody else`, async () => {
      const her = await person(installation, 'analyst');
      await triggers[news](her);
      const from = mails.length;
      const { subject } = letterOf({ accountId: her.id, news, device: 'Firefox', at: '2026-05-01T10:07:08.123Z' }, 'Nora');
      assert.deepEqual(await deliver(), [subject.replace(' (AI-SPM)', '')]);
      const isOfNewAddress = news === 'email-changed' || news === 'email-changed-by-admin';
      assert.equal(mails[from]?.to, isOfNewAddress ? `new-${her.email}` : her.email);
    });

  test('after ten mails in an hour no more goes out, and the log says so; without a mail server nothing is put in', async () => {
    const { id } = await person(installation, 'analyst');
    const news = { accountId: id, news: 'password-changed', device: 'Firefox', at: new Date().toISOString() } as const;
    const ask = (times: number) =>
      inside(async () => {
        for (let count = 0; count < times; count += 1) await transaction(context(), () => askForMail(news));
      });
    mailServer.isThere = false;
    await ask(1);
    assert.deepEqual(await deliver(), []);
    mailServer.isThere = true;
    await ask(12);
    assert.equal((await deliver()).length, 10);
    const denied = installation.audited.filter(({ record }) => record.resource.id === id && record.outcome === 'denied');
    assert.deepEqual(
      denied.map(({ record }) => record.reason),
      ['identity.noticeLimit', 'identity.noticeLimit'],
    );
  });

  test('a mail server that is busy is asked again, one that refuses is recorded', async () => {
    const { id } = await person(installation, 'analyst');
    const news = { accountId: id, news: 'password-changed', device: 'Firefox', at: new Date().toISOString() } as const;
    const ask = () => inside(() => transaction(context(), () => askForMail(news)));
    mailServer.outcome = 'retry';
    await ask();
    await assert.rejects(deliver(), { code: 'request.unavailable' });
    mailServer.outcome = 'dead';
    await ask();
    await deliver();
    mailServer.outcome = 'sent';
    const endings = installation.audited.filter(({ record }) => record.resource.id === id).map(({ record }) => record.outcome);
    assert.deepEqual(endings, ['failed']);
  });
});
