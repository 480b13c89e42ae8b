import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addDestination, changeDestination, mailPerson, mailSender } from '../contract.ts';
import { TestNotifications } from '../test-notifications.ts';
import { MailReceiver } from '../testing/mail-receiver.ts';
import { mailOfLetter, sendLetter } from './mail-routes.ts';

describe('mail to one person', () => {
  let notifications: TestNotifications;
  let receiver: MailReceiver;
  const ends: (() => Promise<void>)[] = [];
  const own = { after: (end: () => Promise<void>) => void ends.unshift(end) };
  before(async () => {
    notifications = await TestNotifications.open(own);
    receiver = await new MailReceiver().open();
    own.after(() => receiver.close());
    notifications.allow(receiver.port);
    notifications.around = { tls: { ca: [receiver.cert] } };
  });
  after(async () => {
    for (const end of ends) await end();
  });
  const letter = {
    to: 'grace@example.test',
    subject: 'A new password',
    paragraphs: ['Follow this link:', 'https://spm.example.test/x#secret-part'],
  };
  const send = (written: Parameters<typeof sendLetter>[0] = letter, context = notifications.base.context()) =>
    notifications.within(() => sendLetter(written, context, notifications.surroundings()), context);

  test('goes to that person alone, under TLS, by the e-mail destination that is on, and is kept nowhere', async () => {
    assert.deepEqual(await notifications.ask(mailSender, {}), { available: false });
    assert.equal((await send()).outcome, 'no-sender');
    const { id } = await notifications.ask(addDestination, {
      name: 'mail',
      address: {
        ...{ channel: 'email', host: '127.0.0.1', port: receiver.port, security: 'starttls', from: 'spm@example.test' },
        ...{ to: ['on-call@example.test'], username: 'sender', password: 'mail password' },
      },
    });
    assert.deepEqual(await notifications.ask(mailSender, {}), { available: true });
    assert.deepEqual(await send({ ...letter, attachment: { name: 'notes.txt', text: 'kept beside it\n' } }), {
      outcome: 'sent',
      reason: '',
    });
    assert.deepEqual(
      receiver.mails.map(({ to, from, secure }) => ({ to, from, secure })),
      [{ to: ['grace@example.test'], from: 'spm@example.test', secure: true }],
    );
    const text = receiver.mails[0]?.text ?? '';
    assert.match(text, /^Auto-Submitted: auto-generated/m);
    assert.match(text, /^Content-Disposition: attachment; filename=notes\.txt/m);
    assert.ok(text.includes(Buffer.from('kept beside it\n').toString('base64')));
    const { rows } = await notifications.base.owner.query('select count(*)::int as kept from notifications.outbox');
    assert.deepEqual(rows, [{ kept: 0 }]);
    receiver.fault = () => ({ code: 451, text: 'later' });
    assert.equal((await send()).outcome, 'retry');
    receiver.fault = () => ({ code: 550, text: 'no such mailbox' });
    assert.equal((await send()).outcome, 'dead');
    await notifications.ask(changeDestination, { id, enabled: false });
    assert.deepEqual(await notifications.ask(mailSender, {}), { available: false });
  });

  test('another workspace’s mail server is not used', async () => {
    assert.equal((await send(letter, notifications.base.context(notifications.base.otherWorkspaceId))).outcome, 'no-sender');
  });

  test('a file beside the letter has a plain name and its text; a name or subject that would break out of its line is refused', async () => {
    const attachment = { name: 'checkpoints-2026.txt', text: 'aispm/x\n5\n\n— name AAAA\n' };
    const { attachments } = mailOfLetter({ ...letter, attachment }, 'spm@example.test');
    assert.deepEqual(attachments, [{ filename: attachment.name, content: attachment.text, contentType: 'text/plain; charset=utf-8' }]);
    const isTaken = (changed: object): boolean => mailPerson.input.safeParse({ ...letter, attachment, ...changed }).success;
    assert.ok(isTaken({}));
    for (const name of ['a.txt\r\nBcc: x@example.test', '../a.txt', 'a.html', 'ä.txt'])
      assert.ok(!isTaken({ attachment: { ...attachment, name } }), name);
    assert.ok(!isTaken({ subject: 'a\r\nBcc: x@example.test' }));
    assert.ok(!isTaken({ to: 'a@example.test\r\nBcc: x@example.test' }));
  });

  test('what is written is text: markup in it stays words', () => {
    const { html } = mailOfLetter({ ...letter, paragraphs: ['<img src=x> & more'] }, 'spm@example.test');
    assert.ok(!String(html).includes('<img'));
  });
});
