import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainLine, productLink } from '../deliveries/message.ts';
import type { Parcel } from './channel.ts';
import { mailOf, outcomeOfMailFailure } from './email.ts';
import { pagerdutyBody } from './pagerduty.ts';
import { escapeSlack, slackBody } from './slack.ts';
import { isSignedByTwilio, twilioSignature } from './sms.ts';
import { segmentsOf, septetsOf, smsText } from './sms-text.ts';
import { signaturesOf, webhookBody } from './webhook.ts';

const parcel: Parcel = {
  id: '019a0000-0000-7000-8000-0000000000ab',
  attempt: 1,
  event: 'alert.raised',
  severity: 'high',
  title: 'Poisoned rows',
  message: {
    what: 'Poisoned rows in the training set',
    where: 'churn-model',
    howBad: 'High, 3 times',
    done: 'Nobody has acknowledged it yet.',
    link: 'https://spm.example.test/security-alerts?peek=1',
    action: 'trigger',
    subject: 'alert:abc',
  },
  incidentId: null,
  alertId: null,
  createdAt: new Date('2026-05-01T12:00:00Z'),
  firstTriedAt: new Date('2026-05-01T12:00:00Z'),
  isDoubtful: false,
};

test('a name that is Slack markup stays a name, and no text is longer than its block may be', () => {
  const named = {
    ...parcel,
    title: '<!channel> & <https://evil.test|login>',
    message: { ...parcel.message, where: '<@U123>'.repeat(2000) },
  };
  const body = JSON.parse(slackBody(named));
  const text = JSON.stringify(body);
  assert.ok(!/<!|<@|<https:\/\/evil/.test(text), text.slice(0, 200));
  const [header] = body.blocks;
  assert.match(header.text.text, /^High: &lt;!channel&gt; &amp;/);
  assert.ok(header.text.text.length <= 150 && body.blocks.length <= 50);
  for (const block of body.blocks) if (block.type === 'section') assert.ok(block.text.text.length <= 3000);
  assert.equal(escapeSlack('<'.repeat(40), 10), '&lt;&lt;…', 'never cut inside an escape');
});

test('a webhook is signed as the examples of Standard Webhooks are', () => {
  // Secret, id, timestamp, body and signature of the test vector in the reference libraries of Standard Webhooks.
  const sent = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
  assert.equal(signaturesOf(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], sent), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('the body of a webhook is type, timestamp and data, and stays under 20 KB', () => {
  const body = JSON.parse(webhookBody(parcel));
  assert.deepEqual([body.type, body.timestamp, body.data.severity], ['alert.raised', '2026-05-01T12:00:00.000Z', 'high']);
  const long = webhookBody({ ...parcel, message: { ...parcel.message, what: 'ä'.repeat(20_000) } });
  assert.ok(Buffer.byteLength(long) < 20_000);
});

test('a callback is signed as the example of Twilio is', () => {
  // Token, address, parameters and signature of the example in Twilio's documentation "Validating requests".
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const parameters = new URLSearchParams({
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  });
  assert.equal(twilioSignature('12345', url, parameters), 'RSOYDt4T1cUTdK1PDd93/VVr8B8=');
  assert.ok(!isSignedByTwilio('12346', { url, parameters, signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' }));
});

test('a text message has at most two segments, and keeps its link and reference', () => {
  assert.equal(septetsOf('a€'), 3, 'the euro sign is behind an escape');
  assert.equal(septetsOf('Привет'), null);
  assert.deepEqual(
    [segmentsOf('a'.repeat(160)), segmentsOf('a'.repeat(161)), segmentsOf('я'.repeat(70)), segmentsOf('я'.repeat(71))],
    [1, 2, 1, 2],
  );
  for (const title of ['Short', 'x'.repeat(300), 'я'.repeat(300), `${'“quoted” — '.repeat(30)}`, '€'.repeat(300), '🔥'.repeat(200)]) {
    const text = smsText({ ...parcel, title });
    assert.ok(segmentsOf(text) <= 2, `${segmentsOf(text)} segments: ${title.slice(0, 20)}`);
    assert.ok(text.endsWith('\nhttps://spm.example.test/security-alerts?peek=1\nRef 0000000000ab'), text);
  }
  assert.notEqual(septetsOf(smsText({ ...parcel, title: '“quoted” — text' })), null, 'typographic signs do not cost half the room');
  assert.ok(segmentsOf(smsText({ ...parcel, message: { ...parcel.message, link: `https://spm.example.test/${'x'.repeat(400)}` } })) <= 2);
});

test('PagerDuty merges by the incident, and grades in its own words', () => {
  const routingKey = 'a'.repeat(32);
  const event = JSON.parse(pagerdutyBody({ ...parcel, incidentId: 'incident-1' }, { routingKey }));
  assert.deepEqual(
    [event.routing_key, event.event_action, event.dedup_key, event.payload.severity],
    [routingKey, 'trigger', 'incident-1', 'error'],
  );
  assert.equal(event.payload.custom_details.delivery_id, parcel.id);
  const graded = (['critical', 'medium', 'low', 'informational'] as const).map(
    (severity) => JSON.parse(pagerdutyBody({ ...parcel, severity }, { routingKey })).payload.severity,
  );
  assert.deepEqual(graded, ['critical', 'warning', 'info', 'info']);
  const over = JSON.parse(pagerdutyBody({ ...parcel, message: { ...parcel.message, action: 'resolve' } }, { routingKey }));
  assert.deepEqual(over, { routing_key: routingKey, event_action: 'resolve', dedup_key: 'alert:abc' });
});

test('a mail names its delivery, joins the thread of its incident, and is escaped in HTML', () => {
  const mail = mailOf(
    { ...parcel, incidentId: 'incident-1', title: '<script>alert(1)</script>' },
    { from: 'spm@example.test', to: ['a@example.test'] },
  );
  assert.equal(mail.messageId, '<019a0000-0000-7000-8000-0000000000ab@example.test>');
  assert.deepEqual([mail.references, mail.inReplyTo], ['<incident.incident-1@example.test>', '<incident.incident-1@example.test>']);
  assert.deepEqual(mail.headers, { 'Auto-Submitted': 'auto-generated', 'X-Delivery-Id': parcel.id });
  assert.ok(!String(mail.html).includes('<script>'));
});

test('SMTP says by its first digit whether to try again', () => {
  const kind = (responseCode: number) => outcomeOfMailFailure({ code: 'EMESSAGE', responseCode, response: `${responseCode} said` }).outcome;
  assert.deepEqual([421, 450, 452].map(kind), ['retry', 'retry', 'retry']);
  assert.deepEqual([535, 550, 554].map(kind), ['dead', 'dead', 'dead']);
  assert.equal(outcomeOfMailFailure({ code: 'ECONNECTION' }).outcome, 'retry');
});

test('text from outside is one line without what steers a reader, and links stay in the product', () => {
  assert.equal(plainLine('a\r\nBcc: x\u202eexe.txt\u2066'), 'a Bcc: x exe.txt');
  assert.equal([...plainLine('x'.repeat(500))].length, 300);
  const home = new URL(productLink('/'));
  for (const link of ['https://evil.test/login', '//evil.test', 'javascript:alert(1)', 'http:\\\\evil.test'])
    assert.equal(new URL(productLink(link)).origin, home.origin, link);
});
