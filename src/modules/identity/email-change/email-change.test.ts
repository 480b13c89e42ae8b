import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { PgBoss } from 'pg-boss';
import { systemActor } from '../../../platform/actors.ts';
import { withContext } from '../../../platform/ambient.ts';
import { inDatabase } from '../../../platform/database/database.ts';
import { assertTablesMatchDatabase } from '../../../platform/database/table-match.ts';
import { forgetLocalRoutes, serveLocally } from '../../../platform/http/call.ts';
import { handle } from '../../../platform/http/handle.ts';
import { installQueue } from '../../../platform/jobs/jobs.ts';
import { mailPerson, mailSender } from '../../notifications/contract.ts';
import { resetMailJob } from '../password-reset/reset.ts';
import { type Browser, type Installation, person, startedSession } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import { emailChangeJob } from './letters.ts';
import { emailChange } from './table.ts';

type Mail = { to: string; subject: string; paragraphs: string[] };
const post = (body: unknown = {}) => ({ method: 'POST' as const, body });
const invalid = 'identity.emailChangeInvalid';

describe('another e-mail address', () => {
  let installation: Installation;
  const mails: Mail[] = [];
  const mailServer = { isThere: true, answer: 'sent' as 'sent' | 'retry' };
  installationOfFile(async (opened, owner) => {
    installation = opened;
    installQueue({ send: async () => '' } as unknown as PgBoss);
    const take = async ({ to, subject, paragraphs }: Mail) => {
      if (mailServer.answer === 'sent') mails.push({ to, subject, paragraphs });
      return { outcome: mailServer.answer, reason: '' };
    };
    serveLocally([handle(mailSender, async () => ({ available: mailServer.isThere })), handle(mailPerson, take, { transaction: 'none' })]);
    owner.after(() => {
      installQueue(undefined);
      forgetLocalRoutes();
    });
  });
  beforeEach(async () => {
    mails.length = 0;
    await installation.owner.query('delete from platform.job');
  });

  /** What the queue would hand over: every job that was put in since. */
  async function runJobs(): Promise<void> {
    const { rows } = await installation.owner.query<{ id: string; kind: string; input: unknown; workspace_id: string }>(
      'with gone as (delete from platform.job returning id, kind, input, workspace_id) select * from gone order by id',
    );
    for (const { id, kind, input, workspace_id: workspaceId } of rows) {
      const known = [emailChangeJob, resetMailJob].find((one) => one.kind === kind);
      const context = { ...installation.context(), actor: systemActor(workspaceId, 'anonymous', 'job') };
      const job = { id, context, signal: context.signal, attempt: 1, progress: () => {} };
      await inDatabase(installation.database, () => withContext(context, async () => known?.run(input, job)));
    }
  }
  const ask = (browser: Browser, email: string) => browser.send('/api/user/email', post({ email }));
  const confirm = (browser: Browser, token: string) => browser.send('/api/user/email/confirm', post({ token }));
  const stop = (token: string) => installation.browser().send('/api/user/email/stop', post({ token }));
  const tokenTo = (address: string, act: 'confirm' | 'stop'): string =>
    new RegExp(`/email-change#${act}\\.([\\w-]{43})$`, 'm').exec(
      mails.findLast(({ to, paragraphs }) => to === address && paragraphs.join('\n').includes(`#${act}.`))?.paragraphs.join('\n') ?? '',
    )?.[1] ?? '';
  async function asked(browser: Browser, from: string, to: string): Promise<{ confirmToken: string; stopToken: string }> {
    assert.equal((await ask(browser, to)).status, 202);
    await runJobs();
    return { confirmToken: tokenTo(to, 'confirm'), stopToken: tokenTo(from, 'stop') };
  }
  const addressOf = async (id: string): Promise<string> =>
    (await installation.owner.query<{ email: string }>('select email from identity.account where id = $1', [id])).rows[0]?.email ?? '';
  let numbers = 0;
  const newAddress = () => {
    numbers += 1;
    return `new-${numbers}@example.org`;
  };
  const refused = async (browser: Browser, token: string, why: string) =>
    assert.equal((await confirm(browser, token)).body['code'], invalid, why);

  test('counts once its link was opened: other sessions, tokens and links to a new password end, the old address is told before and after', async () => {
    const her = await person(installation, 'analyst');
    const phone = installation.browser();
    await startedSession(installation, { id: her.id, workspaceId: installation.workspaceId, browser: phone });
    const tokens = await her.browser.send('/api/auth/token', post());
    await installation.browser().send('/api/password-reset', post({ email: her.email }));
    const to = newAddress();
    const { confirmToken } = await asked(her.browser, her.email, to);
    const reset =
      /\/reset-password#([\w-]{43})$/m.exec(mails.find(({ to: whose }) => whose === her.email)?.paragraphs.join('\n') ?? '')?.[1] ?? '';
    assert.equal(await addressOf(her.id), her.email, 'nothing counts yet');
    const state = (await her.browser.send('/api/user/email')).body;
    assert.deepEqual([state['changeable'], (state['pending'] as { email: string }).email], ['yes', to]);
    const before = her.browser.cookies.get('aispm_session');
    const done = await confirm(her.browser, confirmToken);
    assert.deepEqual([done.status, done.body], [200, { email: to, ended: 1 }]);
    assert.equal(await addressOf(her.id), to);
    assert.notEqual(her.browser.cookies.get('aispm_session'), before, 'this session has a new token');
    assert.equal((await her.browser.send('/api/user')).body['email'], to);
    assert.equal((await phone.send('/api/user')).status, 401);
    const refreshed = await installation.browser().send('/api/auth/refresh', post({ refreshToken: tokens.body['refreshToken'] }));
    assert.equal(refreshed.status, 401);
    const finished = await installation
      .browser()
      .send('/api/password-reset/finish', post({ token: reset, password: 'copper meadow ladder 31' }));
    assert.equal(finished.body['code'], 'identity.resetInvalid');
    await runJobs();
    const toOld = mails.filter((mail) => mail.to === her.email && /another address/.test(mail.subject));
    assert.equal(toOld.length, 2, 'a warning, and that it happened');
    assert.ok(!JSON.stringify(toOld).includes(to), 'who reads the old mailbox does not learn the new address');
    const { rows: told } = await installation.owner.query(
      "select payload ->> 'news' as news from platform.outbox where type = 'account.changed' and payload ->> 'accountId' = $1",
      [her.id],
    );
    assert.deepEqual(told, [{ news: 'email-changed' }]);
    const entries = installation.audited.filter(({ record }) => record.resource.id === her.id).map(({ record }) => record.action);
    for (const action of ['identity.request-email-change', 'identity.send-email-change', 'identity.confirm-email-change'])
      assert.ok(entries.includes(action), action);
    await refused(her.browser, confirmToken, 'a second time');
  });

  test('a link opens nothing in the session of somebody else, with an API key, without a session, or from another site', async () => {
    const her = await person(installation, 'analyst');
    const him = await person(installation, 'admin');
    const to = newAddress();
    const { confirmToken } = await asked(her.browser, her.email, to);
    await refused(him.browser, confirmToken, 'an admin’s session');
    assert.equal((await confirm(installation.browser(), confirmToken)).status, 401);
    const { key } = (await her.browser.send('/api/keys', post({ name: 'program', scopes: ['ai-assets:read'] }))).body;
    const headers = { authorization: `Bearer ${String(key)}` };
    const byKey = await installation.browser().send('/api/user/email/confirm', { ...post({ token: confirmToken }), headers });
    assert.equal(byKey.body['code'], 'identity.needsSession');
    for (const path of ['/api/user/email', '/api/user/email/confirm'])
      for (const spoilt of [{ 'x-csrf-token': '' }, { origin: 'https://evil.example' }]) {
        const crossSite = await her.browser.send(path, { ...post({ email: to, token: confirmToken }), headers: spoilt });
        assert.deepEqual([crossSite.status, crossSite.body['code']], [403, 'request.crossSite'], path);
      }
    assert.deepEqual([await addressOf(her.id), await addressOf(him.id)], [her.email, him.email]);
    assert.equal((await confirm(her.browser, confirmToken)).status, 200, 'and still works for whom it was made');
  });

  test('asking wants a fresh proof', async () => {
    const her = await person(installation, 'analyst');
    await installation.owner.query("update identity.session set verified_at = now() - interval '6 minutes' where account_id = $1", [
      her.id,
    ]);
    await her.browser.send('/api/sessions', { method: 'DELETE' });
    assert.equal((await ask(her.browser, newAddress())).body['code'], 'request.stepUpNeeded');
  });

  test('an address that somebody has, however it is typed, is answered as any; its owner is told, no link is made, the log says the same', async () => {
    const her = await person(installation, 'analyst');
    const him = await person(installation, 'analyst');
    const free = newAddress();
    const seen = [];
    for (const typed of [free, `  ${him.email.toUpperCase()} `]) {
      const { status, text } = await ask(her.browser, typed);
      const { body } = await her.browser.send('/api/user/email');
      const { rowCount: jobs } = await installation.owner.query("select from platform.job where kind = 'identity.email-change'");
      const from = installation.audited.length;
      await runJobs();
      const noted = installation.audited.slice(from).map(({ record }) => [record.action, record.outcome, record.change?.after]);
      seen.push({ status, text, jobs, noted, isPending: body['pending'] !== null });
    }
    assert.deepEqual(seen[0], seen[1]);
    assert.equal(seen[0]?.jobs, 2);
    const toHim = mails.filter(({ to }) => to === him.email.toUpperCase());
    assert.deepEqual([toHim.length, /#(confirm|stop)\./.test(JSON.stringify(toHim))], [1, false]);
    assert.match(toHim[0]?.subject ?? '', /was named for another account/);
    // Its own, spelled otherwise; and letters that only look alike are no address.
    assert.equal((await ask(her.browser, her.email.toUpperCase())).body['code'], 'identity.sameEmail');
    assert.equal((await ask(her.browser, 'ａｄａ@example.org')).status, 422);
  });

  test('of two who confirm one address, one gets it', async () => {
    const her = await person(installation, 'analyst');
    const him = await person(installation, 'analyst');
    const to = newAddress();
    const hers = await asked(her.browser, her.email, to);
    const his = await asked(him.browser, him.email, to.toUpperCase());
    const answers = await Promise.all([
      confirm(her.browser, hers.confirmToken),
      confirm(him.browser, tokenTo(to.toUpperCase(), 'confirm') || his.confirmToken),
    ]);
    assert.deepEqual(answers.map(({ status, body }) => [status, body['code']]).sort(), [
      [200, undefined],
      [422, invalid],
    ]);
  });

  test('a link is over after an hour, by a newer one, when it was taken back, and when password, factors or lock changed since', async () => {
    const her = await person(installation, 'analyst');
    const forgetCounts = () => installation.owner.query('delete from identity.password_reset_count');
    const fresh = async () => {
      await forgetCounts();
      return (await asked(her.browser, her.email, newAddress())).confirmToken;
    };
    const late = await fresh();
    const { rows } = await installation.owner.query(
      'select round(extract(epoch from expires_at - created_at) / 60) as minutes from identity.email_change where account_id = $1',
      [her.id],
    );
    assert.equal(Number(rows[0]?.minutes), 60);
    await installation.owner.query("update identity.email_change set expires_at = now() - interval '1 second'");
    await refused(her.browser, late, 'too old');
    const first = await fresh();
    const second = await fresh();
    await refused(her.browser, first, 'a newer one was sent');
    assert.equal((await her.browser.send('/api/user/email', { method: 'DELETE' })).status, 200);
    await refused(her.browser, second, 'taken back');
    assert.equal((await her.browser.send('/api/user/email', { method: 'DELETE' })).status, 404);
    const third = await fresh();
    await installation.owner.query('update identity.account set credential_version = credential_version + 1 where id = $1', [her.id]);
    assert.equal((await her.browser.send('/api/user/email')).body['pending'], null);
    await refused(her.browser, third, 'password or factors changed');
    for (const invented of ['A'.repeat(43), third.slice(0, 42)]) assert.equal((await confirm(her.browser, invented)).status, 422);
    const fourth = await fresh();
    await installation.owner.query('update identity.account set active = false where id = $1', [her.id]);
    assert.notEqual((await confirm(her.browser, fourth)).status, 200, 'locked by an admin');
    assert.equal(await addressOf(her.id), her.email);
  });

  test('the old address stops it within the hour, confirmed or not, and a chain of changes cannot take that away', async () => {
    const her = await person(installation, 'analyst');
    const waiting = await asked(her.browser, her.email, newAddress());
    const stopped = await stop(waiting.stopToken);
    assert.deepEqual([stopped.status, stopped.body], [200, { state: 'stopped', ended: 1 }]);
    assert.equal((await stop(waiting.stopToken)).body['code'], invalid, 'a second time');
    const back = async () => {
      await startedSession(installation, { id: her.id, workspaceId: installation.workspaceId, browser: her.browser });
    };
    await back();
    await refused(her.browser, waiting.confirmToken, 'stopped');

    const [second, third] = [newAddress(), newAddress()];
    const first = await asked(her.browser, her.email, second);
    assert.equal((await confirm(her.browser, first.confirmToken)).status, 200);
    const chained = await asked(her.browser, second, third);
    assert.equal((await confirm(her.browser, chained.confirmToken)).status, 200);
    // Who took the account over stops their own second change; that leaves them nothing but their first one.
    assert.equal((await stop(chained.stopToken)).body['state'], 'undone');
    assert.equal(await addressOf(her.id), second);
    assert.deepEqual((await stop(first.stopToken)).body['state'], 'undone');
    assert.equal(await addressOf(her.id), her.email);
    assert.equal((await her.browser.send('/api/user')).status, 401);
    const entry = installation.audited.findLast(({ record }) => record.action === 'identity.stop-email-change');
    assert.deepEqual([entry?.record.resource.id, entry?.record.outcome], [her.id, 'done']);
  });

  test('the old address cannot undo what is an hour old, what an admin decided since, or what somebody else has by now', async () => {
    await installation.owner.query('delete from identity.password_reset_count');
    const admin = await person(installation, 'admin');
    const changed = async () => {
      const her = await person(installation, 'analyst');
      const links = await asked(her.browser, her.email, newAddress());
      await confirm(her.browser, links.confirmToken);
      return { ...her, stopToken: links.stopToken };
    };
    const late = await changed();
    await installation.owner.query("update identity.email_change set expires_at = now() - interval '1 second' where account_id = $1", [
      late.id,
    ]);
    assert.equal((await stop(late.stopToken)).body['code'], invalid);
    const decided = await changed();
    const byAdmin = newAddress();
    assert.equal((await admin.browser.send(`/api/users/${decided.id}/email`, post({ email: byAdmin }))).status, 200);
    assert.equal((await stop(decided.stopToken)).body['state'], 'kept');
    assert.equal(await addressOf(decided.id), byAdmin);
    const lost = await changed();
    const other = await person(installation, 'analyst');
    await installation.owner.query('update identity.account set email = $2, email_key = $2 where id = $1', [other.id, lost.email]);
    assert.equal((await stop(lost.stopToken)).body['state'], 'kept');
  });

  test('the database knows the hashes of links alone, the queue and the log nothing of them; a busy mail server gets another one', async () => {
    const her = await person(installation, 'analyst');
    const to = newAddress();
    mailServer.answer = 'retry';
    await ask(her.browser, to);
    await assert.rejects(runJobs(), { status: 503 });
    mailServer.answer = 'sent';
    const links = await asked(her.browser, her.email, to);
    assert.notEqual(links.confirmToken, links.stopToken);
    const { rows } = await installation.owner.query('select to_jsonb(c)::text as row from identity.email_change c');
    const kept = JSON.stringify([rows, installation.audited.map(({ record }) => record)]);
    for (const token of Object.values(links)) assert.ok(token.length === 43 && !kept.includes(token));
    await refused(her.browser, links.stopToken, 'the link to the old address');
    assert.equal((await stop(links.confirmToken)).body['code'], invalid, 'the link to the new one');
  });

  test('three changes an hour may be asked for, of one account and to one address', async () => {
    await installation.owner.query('delete from identity.password_reset_count');
    const her = await person(installation, 'analyst');
    const to = newAddress();
    for (let time = 0; time < 3; time += 1) assert.equal((await ask(her.browser, to)).status, 202);
    const another = await ask(her.browser, newAddress());
    assert.deepEqual([another.status, another.body['code']], [429, 'identity.emailChangeLimit']);
    const him = await person(installation, 'analyst');
    assert.equal((await ask(him.browser, to.toUpperCase())).status, 429, 'one mailbox, whoever asks');
    const denied = installation.audited.findLast(({ record }) => record.resource.id === her.id);
    assert.deepEqual([denied?.record.outcome, denied?.record.reason], ['denied', 'identity.emailChangeLimit']);
  });

  test('somebody who may manage a person changes it at once; both addresses are told, what was open ends, the entry names both', async () => {
    await installation.owner.query('delete from identity.password_reset_count');
    const her = await person(installation, 'engineer');
    const admin = await person(installation, 'admin');
    const ciso = await person(installation, 'ciso');
    const give = (browser: Browser, id: string, email: string) => browser.send(`/api/users/${id}/email`, post({ email }));
    const waiting = await asked(her.browser, her.email, newAddress());
    const to = newAddress();
    const given = await give(admin.browser, her.id, to);
    assert.deepEqual([given.status, given.body['email']], [200, to]);
    assert.equal((await her.browser.send('/api/user')).status, 401);
    await startedSession(installation, { id: her.id, workspaceId: installation.workspaceId, browser: her.browser });
    await refused(her.browser, waiting.confirmToken, 'an admin decided since');
    await runJobs();
    assert.match(
      mails.find((mail) => mail.to === her.email && mail.subject.startsWith('Your account has'))?.paragraphs.join(' ') ?? '',
      /an admin changed/,
    );
    const { rows } = await installation.owner.query(
      "select payload ->> 'news' as news from platform.outbox where payload ->> 'accountId' = $1",
      [her.id],
    );
    assert.deepEqual(rows, [{ news: 'email-changed-by-admin' }]);
    const entry = installation.audited.findLast(({ record }) => record.action === 'identity.change-email-of' && record.outcome === 'done');
    assert.deepEqual(
      [
        entry?.context.actor.id,
        entry?.record.resource.id,
        entry?.record.change?.before,
        Reflect.get(entry?.record.change?.after ?? {}, 'email'),
      ],
      [admin.id, her.id, { email: her.email }, to],
    );
    assert.equal((await give(admin.browser, her.id, ciso.email.toUpperCase())).body['code'], 'identity.emailTaken');
    assert.equal((await give(ciso.browser, admin.id, newAddress())).body['code'], 'identity.beyondYourRole');
    assert.equal((await give(her.browser, ciso.id, newAddress())).status, 403);
    assert.equal((await give(admin.browser, admin.id, newAddress())).body['code'], 'identity.ownEmail');
  });

  test('without a mail server, and for who comes by a provider, the page says why not; an admin then changes their own too', async () => {
    const her = await person(installation, 'admin');
    mailServer.isThere = false;
    assert.deepEqual((await her.browser.send('/api/user/email')).body, { changeable: 'without-mail', pending: null });
    assert.equal((await ask(her.browser, newAddress())).body['code'], 'identity.emailWithoutMail');
    const to = newAddress();
    assert.equal((await her.browser.send(`/api/users/${her.id}/email`, post({ email: to }))).body['email'], to);
    assert.equal((await her.browser.send('/api/user')).body['email'], to, 'the session from which it was done stays');
    mailServer.isThere = true;
    await installation.owner.query('delete from identity.credential where account_id = $1', [her.id]);
    assert.equal((await her.browser.send('/api/user/email')).body['changeable'], 'by-provider');
    assert.equal((await ask(her.browser, newAddress())).body['code'], 'identity.emailByProvider');
  });

  test('the table is what the migration made', () => assertTablesMatchDatabase(installation.owner, [emailChange]));
});
