import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PgBoss } from 'pg-boss';
import { systemActor } from '../../../platform/actors.ts';
import { withContext } from '../../../platform/ambient.ts';
import { inDatabase } from '../../../platform/database/database.ts';
import { assertTablesMatchDatabase } from '../../../platform/database/table-match.ts';
import { forgetLocalRoutes, serveLocally } from '../../../platform/http/call.ts';
import { handle } from '../../../platform/http/handle.ts';
import { installQueue } from '../../../platform/jobs/jobs.ts';
import { mailPerson, mailSender } from '../../notifications/contract.ts';
import { begin, personWithTotp } from '../factors/test-factors.ts';
import { goodPassword, type Installation, person } from '../test-installation.ts';
import { installationOfFile } from '../test-installation-of-file.ts';
import { resetMailJob } from './reset.ts';
import { passwordReset, passwordResetCount } from './table.ts';

const newPassword = 'copper meadow ladder 31';
type Mail = { to: string; paragraphs: string[] };

describe('a forgotten password', () => {
  let installation: Installation;
  const mails: Mail[] = [];
  const mailServer = { isThere: true, answer: 'sent' as 'sent' | 'retry' };
  installationOfFile(async (opened, owner) => {
    installation = opened;
    installQueue({ send: async () => '' } as unknown as PgBoss);
    serveLocally([
      handle(mailSender, async () => ({ available: mailServer.isThere })),
      handle(
        mailPerson,
        async ({ to, paragraphs }) => {
          if (mailServer.answer === 'sent') mails.push({ to, paragraphs });
          return { outcome: mailServer.answer, reason: '' };
        },
        { transaction: 'none' },
      ),
    ]);
    owner.after(() => {
      installQueue(undefined);
      forgetLocalRoutes();
    });
  });

  const ask = (email: string, address = '192.0.2.1') =>
    installation.browser().send('/api/password-reset', { method: 'POST', body: { email }, address });
  const finish = (token: string, password = newPassword, browser = installation.browser()) =>
    browser.send('/api/password-reset/finish', { method: 'POST', body: { token, password } });
  const forgetCounts = () => installation.owner.query('delete from identity.password_reset_count');
  /** What the queue would hand over: every job that was put in since. */
  async function runJobs(): Promise<void> {
    const { rows } = await installation.owner.query<{ id: string; input: unknown; workspace_id: string }>(
      "delete from platform.job where kind = 'identity.password-reset' returning id, input, workspace_id",
    );
    for (const { id, input, workspace_id: workspaceId } of rows) {
      const context = { ...installation.context(), actor: systemActor(workspaceId, 'anonymous', 'job') };
      const job = { id, context, signal: context.signal, attempt: 1, progress: () => {} };
      await inDatabase(installation.database, () => withContext(context, () => resetMailJob.run(input, job)));
    }
  }
  async function linkFor(email: string): Promise<string> {
    await forgetCounts();
    assert.equal((await ask(email)).status, 202);
    await runJobs();
    return tokenIn(mails.at(-1));
  }
  const tokenIn = (mail: Mail | undefined): string => /\/reset-password#([\w-]{43})$/m.exec(mail?.paragraphs.join('\n') ?? '')?.[1] ?? '';

  test('the tables are what the migration made', () => assertTablesMatchDatabase(installation.owner, [passwordReset, passwordResetCount]));

  test('a link comes by mail, sets one new password, ends every session and token, and signs nobody in', async () => {
    const her = await person(installation, 'analyst');
    const tokens = await her.browser.send('/api/auth/token', { method: 'POST' });
    const token = await linkFor(her.email);
    assert.equal(mails.at(-1)?.to, her.email);
    const browser = installation.browser();
    const done = await finish(token, newPassword, browser);
    assert.deepEqual([done.status, done.body['ended'], done.setCookies], [200, 1, []]);
    assert.equal((await her.browser.send('/api/user')).status, 401);
    const refreshed = await installation
      .browser()
      .send('/api/auth/refresh', { method: 'POST', body: { refreshToken: tokens.body['refreshToken'] } });
    assert.equal(refreshed.status, 401);
    assert.equal((await begin(installation.browser(), her.email)).status, 401, 'the old password');
    assert.equal((await begin(installation.browser(), her.email, newPassword)).status, 200);
    const actions = installation.audited.filter(({ record }) => record.resource.id === her.id).map(({ record }) => record.action);
    for (const action of ['identity.request-password-reset', 'identity.send-password-reset', 'identity.finish-password-reset'])
      assert.ok(actions.includes(action), action);
    assert.equal((await finish(token)).body['code'], 'identity.resetInvalid', 'a second time');
  });

  test('an address nobody has gets the same answer by the same statements; who comes by a provider or is locked gets no mail', async () => {
    const known = await person(installation, 'analyst');
    const byProvider = await person(installation, 'analyst');
    await installation.owner.query('delete from identity.credential where account_id = $1', [byProvider.id]);
    const locked = await person(installation, 'analyst');
    await installation.owner.query('update identity.account set active = false where id = $1', [locked.id]);
    await forgetCounts();
    const before = mails.length;
    const seen = [];
    for (const email of [known.email, 'nobody@example.org', byProvider.email, locked.email]) {
      // What is done while somebody waits: statements of the whole database, which nobody else uses.
      const { rows: start } = await installation.owner.query('select coalesce(max(id::text), $1) as last from platform.job', ['']);
      const { status, text, setCookies } = await ask(email);
      const { rowCount: jobs } = await installation.owner.query('select from platform.job where id::text > $1', [start[0]?.last]);
      seen.push({ status, text, setCookies, jobs });
    }
    for (const one of seen) assert.deepEqual(one, { status: 202, text: '{}', setCookies: [], jobs: 1 });
    await runJobs();
    assert.deepEqual(
      mails.slice(before).map(({ to }) => to),
      [known.email],
    );
  });

  test('asking takes as long for a known address as for one nobody has', async () => {
    const { email } = await person(installation, 'analyst');
    const cost = async (typed: string): Promise<number> => {
      await forgetCounts();
      const start = process.cpuUsage();
      await ask(typed);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    };
    // One after the other, so that both see the same machine; the least of each is the one nothing disturbed.
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      known.push(await cost(email));
      unknown.push(await cost(`nobody-${round}@example.org`));
    }
    const [a, b] = [Math.min(...known), Math.min(...unknown)];
    // Mail that were sent while somebody waits would cost a multiple.
    assert.ok(Math.abs(a - b) < 0.5 * Math.max(a, b), `known ${a} ms, unknown ${b} ms`);
    await runJobs();
  });

  test('the database knows the hash of a link alone, the queue and the audit log nothing of it', async () => {
    const her = await person(installation, 'analyst');
    const token = await linkFor(her.email);
    const { rows } = await installation.owner.query('select to_jsonb(r)::text as row from identity.password_reset r');
    const kept = JSON.stringify([rows, installation.audited.map(({ record }) => record)]);
    assert.ok(!kept.includes(token));
    assert.equal((await finish(token)).status, 200);
  });

  test('a link is over after thirty minutes, by a newer one, and when password, factors or lock changed since', async () => {
    const her = await person(installation, 'analyst');
    const refused = async (token: string, why: string) => assert.equal((await finish(token)).body['code'], 'identity.resetInvalid', why);
    const late = await linkFor(her.email);
    const { rows } = await installation.owner.query(
      'select extract(epoch from expires_at - created_at) / 60 as minutes from identity.password_reset where account_id = $1',
      [her.id],
    );
    assert.equal(Number(rows[0]?.minutes), 30);
    await installation.owner.query("update identity.password_reset set expires_at = now() - interval '1 second'");
    await refused(late, 'too old');
    const first = await linkFor(her.email);
    const second = await linkFor(her.email);
    await refused(first, 'a newer one was sent');
    await her.browser.send('/api/user/password', {
      method: 'POST',
      body: { currentPassword: goodPassword, newPassword: 'velvet anchor pepper 12' },
    });
    await refused(second, 'the password was changed');
    const third = await linkFor(her.email);
    await installation.owner.query('update identity.account set active = false where id = $1', [her.id]);
    await refused(third, 'locked by an admin');
    for (const invented of ['A'.repeat(43), third.slice(0, 42)]) assert.equal((await finish(invented)).status, 422);
  });

  test('two who follow one link at once set one password', async () => {
    const her = await person(installation, 'analyst');
    const token = await linkFor(her.email);
    const answers = await Promise.all([finish(token, 'velvet anchor pepper 12'), finish(token, 'copper meadow ladder 31')]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 422]);
  });

  test('a weak password is refused beside its field, and the link still works', async () => {
    const her = await person(installation, 'analyst');
    const token = await linkFor(her.email);
    const weak = await finish(token, 'password1234');
    assert.deepEqual([weak.status, weak.body['code']], [422, 'identity.weakPassword']);
    assert.equal((await finish(token)).status, 200);
  });

  test('the second factor is asked for as before, and guesses at it are not given anew', async () => {
    const her = await personWithTotp(installation);
    const token = await linkFor(her.email);
    await installation.owner.query(
      "insert into identity.sign_in_failure (subject, address, failures) values (sha256(convert_to('sign-in.' || $1, 'UTF8')), '', 4)",
      [her.email],
    );
    assert.equal((await finish(token)).status, 200);
    const { rows } = await installation.owner.query(
      "select failures from identity.sign_in_failure where address = '' and subject = sha256(convert_to('sign-in.' || $1, 'UTF8'))",
      [her.email],
    );
    assert.deepEqual(rows, [{ failures: 4 }]);
    const asked = await begin(installation.browser(), her.email, newPassword);
    assert.equal(asked.body['code'], 'identity.secondFactorNeeded');
  });

  test('three links an hour for an address and twenty for a network address; more are answered alike and send nothing', async () => {
    const her = await person(installation, 'analyst');
    await forgetCounts();
    const before = mails.length;
    for (let time = 0; time < 5; time += 1) assert.equal((await ask(her.email, `192.0.2.${time + 10}`)).status, 202);
    await runJobs();
    assert.equal(mails.length - before, 3);
    const other = await person(installation, 'analyst');
    for (let time = 0; time < 20; time += 1) await ask(`nobody-${time}@example.org`, '198.51.100.7');
    assert.equal((await ask(other.email, '198.51.100.7')).status, 202);
    await runJobs();
    assert.equal(mails.length - before, 3);
    assert.equal(installation.audited.at(-1)?.record.reason, 'identity.resetLimit');
    await installation.owner.query("update identity.password_reset_count set begun_at = now() - interval '61 minutes'");
    await ask(other.email, '198.51.100.7');
    await runJobs();
    assert.equal(mails.at(-1)?.to, other.email);
  });

  test('a mail server that is busy is asked again, with another link', async () => {
    const her = await person(installation, 'analyst');
    await forgetCounts();
    mailServer.answer = 'retry';
    await ask(her.email);
    await assert.rejects(runJobs(), { status: 503 });
    mailServer.answer = 'sent';
  });

  test('without a mail server the page is told so, and an admin makes the link for whom they may manage', async () => {
    mailServer.isThere = false;
    assert.deepEqual((await installation.browser().send('/api/password-reset')).body, { byMail: false });
    const her = await person(installation, 'engineer');
    assert.equal((await ask(her.email)).body['code'], 'identity.resetWithoutMail');
    const admin = await person(installation, 'admin');
    const ciso = await person(installation, 'ciso');
    const help = (browser: typeof admin.browser, id: string) => browser.send(`/api/users/${id}/password-reset`, { method: 'POST' });
    assert.equal((await help(ciso.browser, admin.id)).body['code'], 'identity.beyondYourRole');
    assert.equal((await help(her.browser, admin.id)).status, 403);
    const made = await help(admin.browser, her.id);
    assert.equal(made.status, 201);
    assert.equal((await finish(String(made.body['path']).split('#')[1] ?? '')).status, 200);
    const note = installation.audited.find(({ record }) => record.action === 'identity.make-reset-link' && record.outcome === 'done');
    assert.deepEqual([note?.record.resource.id, note?.context.actor.id], [her.id, admin.id]);
    mailServer.isThere = true;
    const sent = await help(admin.browser, her.id);
    assert.deepEqual([sent.body['sentTo'], sent.body['path']], [her.email, null], 'the helper does not see the link');
    await installation.owner.query('delete from identity.credential where account_id = $1', [her.id]);
    assert.equal((await help(admin.browser, her.id)).body['code'], 'identity.noPassword');
  });
});
