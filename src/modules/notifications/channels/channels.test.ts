import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addDestination, getDelivery, smsCallback, testDestination } from '../contract.ts';
import { takeSmsCallback } from '../deliveries/sms-callback.ts';
import { refused, TestNotifications } from '../test-notifications.ts';
import { accepted, HttpReceiver } from '../testing/http-receiver.ts';
import { MailReceiver } from '../testing/mail-receiver.ts';
import { TwilioReceiver } from '../testing/twilio-receiver.ts';
import { smsCallbackPath, twilioSignature } from './sms.ts';

describe('channels against receivers on this machine', () => {
  let notifications: TestNotifications;
  const ends: (() => Promise<void>)[] = [];
  const own = { after: (end: () => Promise<void>) => void ends.unshift(end) };
  before(async () => {
    notifications = await TestNotifications.open(own);
  });
  after(async () => {
    for (const end of ends) await end();
  });

  async function http(react: HttpReceiver['react']): Promise<HttpReceiver> {
    const made = await new HttpReceiver(react).open();
    own.after(() => made.close());
    notifications.allow(made.port);
    return made;
  }
  async function mail(options?: ConstructorParameters<typeof MailReceiver>[0]): Promise<MailReceiver> {
    const made = await new MailReceiver(options).open();
    own.after(() => made.close());
    notifications.allow(made.port);
    return made;
  }
  const mailAddress = (port: number, more: object = {}) => ({
    ...{ channel: 'email' as const, host: '127.0.0.1', port, security: 'starttls' as const, from: 'spm@example.test' },
    ...{ to: ['one@example.test', 'two@example.test'], username: 'sender', password: 'mail password', ...more },
  });
  const history = async (id: string) =>
    (await notifications.ask(getDelivery, { id })).history.map(({ outcome, httpStatus }) => [outcome, httpStatus]);

  test('Slack says ok, and anything else is explained', async () => {
    let answer = accepted;
    const there = await http(() => answer);
    const { id } = await notifications.ask(addDestination, {
      name: 'slack',
      address: { channel: 'slack', webhookUrl: `${there.url}/services/T0/B0/secretpath` },
    });
    const good = await notifications.ask(testDestination, { id });
    assert.deepEqual([good.works, good.outcome, good.httpStatus], [true, 'acknowledged', 200]);
    answer = { status: 404, body: 'no_service /services/T0/B0/secretpath' };
    const bad = await notifications.ask(testDestination, { id });
    assert.deepEqual([bad.works, bad.answer], [false, 'no_service [removed]']);
    assert.match(bad.explanation, /knows no such webhook/);
    answer = { status: 200, body: '<html>welcome</html>' };
    assert.equal((await notifications.ask(testDestination, { id })).works, false, 'a page that answers 200 is no Slack');
    assert.equal((await notifications.events('notifications.delivery-dead')).length, 0, 'a test raises nothing');
  });

  test('PagerDuty takes an event with 202, retries 5xx, and ends with 400', async () => {
    const reactions = [500, 202, 400];
    const there = await http(() => ({ status: reactions.shift() ?? 400, body: '{"status":"success","dedup_key":"abc"}' }));
    notifications.around = { ...notifications.around, pagerdutyUrl: there.url };
    const { id } = await notifications.ask(addDestination, {
      name: 'pager',
      address: { channel: 'pagerduty', routingKey: 'k'.repeat(32) },
    });
    const [first, second] = [await notifications.put(id, { orderingKey: 'x' }), await notifications.put(id, { orderingKey: 'x' })];
    await notifications.deliverUntil(() => notifications.isState(second, 'dead'));
    assert.deepEqual(await history(first), [
      ['retry', 500],
      ['sent', 202],
    ]);
    const kept = await notifications.ask(getDelivery, { id: first });
    assert.deepEqual([kept.state, kept.remoteId], ['sent', 'abc'], 'handed over is not delivered');
    assert.equal(there.taken[0]?.path, '/v2/enqueue');
    assert.ok(!JSON.stringify(kept).includes('k'.repeat(32)));
  });

  test('a text message whose answer was lost is looked for, and not sent twice', async () => {
    const twilio = new TwilioReceiver();
    await twilio.http.open();
    own.after(() => twilio.http.close());
    notifications.allow(twilio.http.port);
    notifications.around = { ...notifications.around, twilioUrl: twilio.http.url };
    let losses = 1;
    twilio.fault = () => (losses-- > 0 ? 'lost' : null);
    const address = {
      channel: 'sms' as const,
      accountSid: `AC${'0'.repeat(32)}`,
      sender: '+15005550006',
      to: '+15005550009',
      authToken: 'a'.repeat(32),
    };
    const { id } = await notifications.ask(addDestination, { name: 'phone', address });
    const [first, second] = [await notifications.put(id), await notifications.put(id, { title: 'another' })];
    await notifications.deliverUntil(
      async () => (await notifications.isState(first, 'sent')) && (await notifications.isState(second, 'sent')),
    );
    assert.equal(twilio.messages.length, 2, 'one each');
    assert.equal(new Set(twilio.messages.map(({ body }) => body.slice(-16))).size, 2);

    const callback = twilio.messages.find(({ body }) => body.endsWith(first.slice(-12)))?.callback;
    assert.equal(callback, `https://spm.example.test${smsCallbackPath(first)}`);
    const parameters = new URLSearchParams({ MessageSid: 'SM1', MessageStatus: 'delivered', To: address.to });
    const signature = twilioSignature(address.authToken, callback ?? '', parameters);
    const fields = { id: first, ...Object.fromEntries(parameters) };
    await assert.rejects(
      notifications.within(() => takeSmsCallback({ ...fields, MessageStatus: 'failed' }, signature, 'https://spm.example.test')),
      refused('notifications.callbackRefused'),
    );
    await assert.rejects(notifications.ask(smsCallback, fields), refused('notifications.callbackRefused'), 'without a signature');
    assert.deepEqual(await notifications.within(() => takeSmsCallback(fields, signature, 'https://spm.example.test')), { taken: true });
    assert.ok(await notifications.isState(first, 'acknowledged'));
  });

  test('mail goes under STARTTLS with a password, as text and HTML, in the thread of its incident', async () => {
    const there = await mail();
    notifications.around = { ...notifications.around, tls: { ca: there.cert } };
    const { id } = await notifications.ask(addDestination, { name: 'mail', address: mailAddress(there.port) });
    const incidentId = '019a0000-0000-7000-8000-00000000aaaa';
    let failures = 1;
    there.fault = () => (failures-- > 0 ? { code: 451, text: 'try later' } : null);
    const message = await notifications.put(id, { incidentId, title: 'Grüße & <b>' });
    await notifications.deliverUntil(() => notifications.isState(message, 'sent'));
    const [got] = there.mails;
    assert.ok(got?.secure);
    assert.deepEqual(got?.to, ['one@example.test', 'two@example.test']);
    const text = got?.text ?? '';
    assert.match(text, new RegExp(`^Message-ID: <${message}@example\\.test>`, 'mi'));
    assert.match(text, new RegExp(`^References: <incident\\.${incidentId}@example\\.test>`, 'mi'));
    assert.match(text, /^Auto-Submitted: auto-generated/im);
    assert.match(text, /multipart\/alternative/);
    assert.equal((await history(message)).length, 2);
  });

  test('a mail server without TLS, or with a certificate nobody knows, gets nothing', async () => {
    const [bare, unknown] = [await mail({ offersTls: false }), await mail({ implicitTls: true })];
    notifications.around = { ...notifications.around, tls: {} };
    const places = [mailAddress(bare.port, { username: null, password: null }), mailAddress(unknown.port, { security: 'tls' })];
    for (const [index, address] of places.entries()) {
      const { id } = await notifications.ask(addDestination, { name: `untrusted ${index}`, address });
      const tried = await notifications.ask(testDestination, { id });
      assert.deepEqual([tried.works, tried.outcome], [false, 'retry'], tried.explanation);
    }
    assert.equal(bare.mails.length + unknown.mails.length, 0);
  });

  test('a mail whose answer was lost is sent again under the same Message-ID', async () => {
    const there = await mail({ implicitTls: true });
    notifications.around = { ...notifications.around, tls: { ca: there.cert } };
    const { id } = await notifications.ask(addDestination, { name: 'mail tls', address: mailAddress(there.port, { security: 'tls' }) });
    let losses = 1;
    there.fault = () => (losses-- > 0 ? 'lost' : null);
    const message = await notifications.put(id);
    await notifications.deliverUntil(() => notifications.isState(message, 'sent'));
    assert.equal(there.mails.length, 2);
    for (const { text } of there.mails) assert.ok(text.includes(`<${message}@example.test>`));
  });
});
