import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { inDatabase, transaction } from '../../../platform/database/database.ts';
import { assertTablesMatchDatabase } from '../../../platform/database/table-match.ts';
import {
  changeAddress,
  changeDestination,
  getDelivery,
  getDestination,
  replayDeliveries,
  replayDelivery,
  testDestination,
} from '../contract.ts';
import { attempt, destination, destinationState, heard, outbox, rule } from '../table.ts';
import { TestNotifications, testSecret } from '../test-notifications.ts';
import { accepted, HttpReceiver, type Reaction } from '../testing/http-receiver.ts';
import { claimDue, lockDesk } from './claim-store.ts';

describe('deliveries', () => {
  let notifications: TestNotifications;
  const ends: (() => Promise<void>)[] = [];
  const own = { after: (end: () => Promise<void>) => void ends.unshift(end) };
  before(async () => {
    notifications = await TestNotifications.open(own);
  });
  after(async () => {
    for (const end of ends) await end();
  });

  async function receiver(react: HttpReceiver['react'] = () => accepted): Promise<HttpReceiver> {
    const made = await new HttpReceiver(react).open();
    own.after(() => made.close());
    notifications.allow(made.port);
    return made;
  }
  /** One reaction after the other; the last stays. */
  const inTurn = (...reactions: readonly Reaction[]): HttpReceiver['react'] => {
    let turn = 0;
    return () => reactions[Math.min(turn++, reactions.length - 1)] ?? accepted;
  };

  test('tables match the migrations', () =>
    assertTablesMatchDatabase(notifications.base.owner, [destination, destinationState, rule, outbox, attempt, heard]));

  test('a webhook is signed by both secrets while they are changed, under one id over every attempt', async () => {
    const there = await receiver(inTurn({ status: 503 }, 'reset', 'lost', accepted));
    const id = await notifications.webhook(there.url);
    await notifications.ask(changeAddress, { id, address: { channel: 'webhook', url: there.url, signingSecret: testSecret(9) } });
    const message = await notifications.put(id);
    await notifications.deliverUntil(() => notifications.isState(message, 'acknowledged'));
    assert.equal(there.resets, 1);
    assert.deepEqual(
      there.taken.map(({ headers }) => headers['webhook-id']),
      [message, message, message],
    );
    for (const { headers, body } of there.taken) {
      const content = `${message}.${headers['webhook-timestamp']}.${body}`;
      const expected = [9, 7].map((fill) => `v1,${createHmac('sha256', Buffer.alloc(24, fill)).update(content).digest('base64')}`);
      assert.equal(headers['webhook-signature'], expected.join(' '));
    }
    const { history } = await notifications.ask(getDelivery, { id: message });
    assert.deepEqual(
      history.map(({ outcome, httpStatus }) => [outcome, httpStatus]),
      [
        ['retry', 503],
        ['retry', null],
        ['retry', null],
        ['acknowledged', 200],
      ],
    );
  });

  test('both forms of Retry-After are kept, at most for an hour, and the breaker does not count 429', async () => {
    const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 90_000);
    const there = await receiver(
      inTurn({ status: 429, headers: { 'retry-after': '40' } }, { status: 429, headers: { 'retry-after': at.toUTCString() } }),
    );
    const id = await notifications.webhook(there.url);
    const message = await notifications.put(id);
    const waits = async (attempts: number) => {
      await notifications.deliverUntil(
        async () =>
          (await notifications.ask(getDelivery, { id: message })).history.filter(({ finishedAt }) => finishedAt !== null).length ===
          attempts,
        { hasten: false },
      );
      return Date.parse((await notifications.ask(getDelivery, { id: message })).nextAt ?? '') - Date.now();
    };
    const first = await waits(1);
    assert.ok(first > 35_000 && first <= 40_500, `${first} ms`);
    const now = await notifications.ask(getDestination, { id });
    assert.deepEqual([now.health, now.failuresInRow], ['paused', 0]);
    await notifications.base.owner.query('update notifications.destination_state set open_until = null');
    await notifications.hasten();
    const second = await waits(2);
    assert.ok(second > 80_000 && second <= 92_000, `${second} ms`);
  });

  test('a slow answer is given up and tried again; what other 4xx say is final and told', async () => {
    const slow = await receiver(inTurn('silent', { status: 404, body: `no such thing: ${testSecret(7)}` }));
    const message = await notifications.put(await notifications.webhook(slow.url));
    await notifications.deliverUntil(() => notifications.isState(message, 'dead'));
    const { history, reason } = await notifications.ask(getDelivery, { id: message });
    assert.deepEqual(
      history.map(({ outcome, httpStatus, answer }) => [outcome, httpStatus, answer]),
      [
        ['retry', null, ''],
        ['dead', 404, 'no such thing: [removed]'],
      ],
    );
    assert.match(reason ?? '', /404/);
    const [dead] = await notifications.events('notifications.delivery-dead');
    assert.equal(dead?.['outboxId'], message);
    assert.ok(notifications.audited.some(({ action, resource }) => action === 'notifications.dead-letter' && resource.id === message));
  });

  test('a dead letter is told through another destination, once, and does not go round', async () => {
    const [broken, working] = [await receiver(() => ({ status: 400 })), await receiver()];
    await notifications.base.owner.query('update notifications.destination set enabled = false');
    const lost = await notifications.webhook(broken.url);
    await notifications.webhook(working.url);
    const message = await notifications.put(lost, { title: 'Lost on its way' });
    await notifications.deliverUntil(() => working.taken.length === 1);
    assert.ok(await notifications.isState(message, 'dead'));
    const told = JSON.parse(working.taken[0]?.body ?? '{}');
    assert.deepEqual([told.type, told.data.what], ['delivery.dead', 'Lost on its way']);
  });

  test('a killed worker leaves an unfinished line, and the message goes again under the same id when its lease ends', async () => {
    const there = await receiver();
    const id = await notifications.webhook(there.url);
    const message = await notifications.put(id);
    const context = notifications.base.context();
    // What a worker does before it speaks to anybody; then it is gone.
    const claims = await inDatabase(notifications.base.database, () =>
      transaction(context, async () => {
        const desk = await lockDesk(id);
        return desk === null ? [] : await claimDue(desk, 5);
      }),
    );
    assert.deepEqual(
      claims.map((claim) => claim.id),
      [message],
    );
    await notifications.base.owner.query(`update notifications.outbox set lease_until = now() - interval '1 second' where id = $1`, [
      message,
    ]);
    await notifications.deliverUntil(() => notifications.isState(message, 'acknowledged'));
    const { history } = await notifications.ask(getDelivery, { id: message });
    assert.deepEqual(
      history.map(({ number, outcome }) => [number, outcome]),
      [
        [1, 'unfinished'],
        [2, 'acknowledged'],
      ],
    );
    assert.equal(there.taken[0]?.headers['webhook-id'], message);
  });

  test('what was taken ahead is put back when the receiver asks for a pause: no attempt is counted, and no line of it stands in the ledger', async () => {
    const there = await receiver(inTurn(accepted, { status: 429, headers: { 'retry-after': '3000' } }));
    const id = await notifications.webhook(there.url);
    const messages = [];
    for (let index = 0; index < 40; index += 1) messages.push(await notifications.put(id));
    await notifications.deliverUntil(async () => (await notifications.ask(getDestination, { id })).health === 'paused', { hasten: false });
    const { rows } = await notifications.base.owner.query<{ asked: number; leased: number; counted: number }>(
      `select count(*) filter (where finished_at is not null)::int as asked, (select count(*) from notifications.outbox where destination_id = $1 and lease_until is not null)::int as leased,
         (select sum(attempts) from notifications.outbox where destination_id = $1)::int as counted
       from notifications.attempt where outbox_id in (select id from notifications.outbox where destination_id = $1)`,
      [id],
    );
    // A lane for each of 16 at most had begun when the first pause was heard of; each of them is a line, and nothing else is.
    assert.deepEqual(rows, [{ asked: there.taken.length, leased: 0, counted: there.taken.length }]);
    assert.ok(there.taken.length <= 32, `${there.taken.length} were sent`);
  });

  test('messages of one ordering key never overtake each other; those of others go on', async () => {
    let isDown = true;
    const there = await receiver(({ body }) => (isDown && body.includes('first of the incident') ? { status: 500 } : accepted));
    const id = await notifications.webhook(there.url);
    const first = await notifications.put(id, { orderingKey: 'incident-1', title: 'first of the incident' });
    const second = await notifications.put(id, { orderingKey: 'incident-1', title: 'second of the incident', severity: 'critical' });
    const other = await notifications.put(id, { orderingKey: 'incident-2', title: 'another' });
    await notifications.deliverUntil(
      async () =>
        (await notifications.isState(other, 'acknowledged')) && there.taken.filter(({ body }) => body.includes('first of')).length >= 2,
    );
    assert.ok(!there.taken.some(({ body }) => body.includes('second of')));
    isDown = false;
    await notifications.deliverUntil(() => notifications.isState(second, 'acknowledged'));
    const inOrder = there.taken.map(({ body }) => JSON.parse(body).data.title);
    assert.deepEqual(inOrder.slice(-2), ['first of the incident', 'second of the incident']);
    assert.ok(await notifications.isState(first, 'acknowledged'));
  });

  test('five failures in a row open the breaker: no attempt for 30 s, then one probe, and a success closes it', async () => {
    let isDown = true;
    const there = await receiver(() => (isDown ? { status: 502 } : accepted));
    const id = await notifications.webhook(there.url);
    const messages = [];
    for (let index = 0; index < 6; index += 1) messages.push(await notifications.put(id));
    await notifications.deliverUntil(async () => (await notifications.ask(getDestination, { id })).failuresInRow >= 5);
    const open = await notifications.ask(getDestination, { id });
    assert.equal(open.health, 'paused');
    const before = there.taken.length;
    await assert.rejects(notifications.deliverUntil(() => there.taken.length > before, { mostMs: 150 }));
    await notifications.base.owner.query('update notifications.destination_state set open_until = now()');
    await notifications.deliverUntil(() => there.taken.length > before);
    assert.equal(there.taken.length, before + 1, 'one probe alone');
    isDown = false;
    await notifications.base.owner.query('update notifications.destination_state set open_until = now()');
    await notifications.deliverUntil(async () => (await notifications.ask(getDestination, { id })).waiting === 0);
    const closed = await notifications.ask(getDestination, { id });
    assert.deepEqual([closed.health, closed.failuresInRow], ['working', 0]);
  });

  test('410 switches the destination off, and what was queued for it is dead', async () => {
    const there = await receiver(() => ({ status: 410 }));
    const id = await notifications.webhook(there.url);
    const messages = [await notifications.put(id, { orderingKey: 'a' }), await notifications.put(id, { orderingKey: 'a' })];
    await notifications.deliverUntil(async () => (await notifications.ask(getDestination, { id })).health === 'off');
    for (const message of messages) assert.ok(await notifications.isState(message, 'dead'));
    assert.match((await notifications.ask(getDestination, { id })).offReason ?? '', /410/);
    assert.equal((await notifications.events('notifications.delivery-dead')).filter((event) => event['destinationId'] === id).length, 1);
  });

  test('a redirect is not followed', async () => {
    const inner = await receiver();
    const there = await receiver(() => ({ status: 302, headers: { location: inner.url } }));
    const message = await notifications.put(await notifications.webhook(there.url));
    await notifications.deliverUntil(() => notifications.isState(message, 'dead'));
    assert.equal(inner.taken.length, 0);
  });

  test('what could not go within 24 hours is dead, also when its destination is switched off', async () => {
    const there = await receiver();
    const id = await notifications.webhook(there.url);
    const message = await notifications.put(id);
    await notifications.ask(changeDestination, { id, enabled: false });
    await notifications.base.owner.query(`update notifications.outbox set expires_at = now() - interval '1 second' where id = $1`, [
      message,
    ]);
    await notifications.deliverUntil(() => notifications.isState(message, 'dead'));
    assert.equal(there.taken.length, 0);
  });

  test('asked for twice at the same moment it is queued once, and who came second is told so', async () => {
    const there = await receiver();
    const id = await notifications.webhook(there.url);
    const message = await notifications.put(id);
    await notifications.deliverUntil(() => notifications.isState(message, 'acknowledged'));
    const client = await notifications.base.owner.connect();
    // Both have read that it is over before either may change it.
    await client.query('begin');
    await client.query('select 1 from notifications.outbox where id = $1 for update', [message]);
    const asked = Promise.allSettled([1, 2].map(() => notifications.ask(replayDelivery, { id: message })));
    for (let waiting = 0; waiting < 2; ) {
      const { rows } = await client.query('select count(*)::int as waiting from pg_locks where not granted');
      waiting = rows[0].waiting;
    }
    await client.query('commit');
    client.release();
    const answers = await asked;
    assert.deepEqual(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.replays : answer.reason.code)).sort(), [
      1,
      'notifications.replayedAlready',
    ]);
    await notifications.deliverUntil(() => notifications.isState(message, 'acknowledged'));
    assert.equal(there.taken.length, 2);
  });

  test('a test is not replayed, and the refusal says what to do instead', async () => {
    const there = await receiver();
    const id = await notifications.webhook(there.url);
    const { deliveryId } = await notifications.ask(testDestination, { id });
    await assert.rejects(notifications.ask(replayDelivery, { id: deliveryId }), { code: 'notifications.testOnce' });
    assert.equal(there.taken.length, 1);
  });

  test('one is replayed under its id, a range by state and time, and nothing while it is queued', async () => {
    const there = await receiver(inTurn({ status: 400 }, { status: 400 }, { status: 400 }, accepted));
    const id = await notifications.webhook(there.url);
    const messages = [await notifications.put(id), await notifications.put(id), await notifications.put(id)];
    await notifications.deliverUntil(async () => (await notifications.all({ destination: id, state: 'dead' })).length === 3);
    const [first = ''] = messages;
    assert.equal((await notifications.ask(replayDelivery, { id: first }, notifications.person('analyst'))).state, 'queued');
    await assert.rejects(notifications.ask(replayDelivery, { id: first }), { code: 'notifications.stillQueued' });
    await notifications.deliverUntil(() => notifications.isState(first, 'acknowledged'));
    const range = { destination: id, from: new Date(Date.now() - 60_000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() };
    assert.deepEqual(await notifications.ask(replayDeliveries, range), { replayed: 2, complete: true });
    await notifications.deliverUntil(async () => (await notifications.all({ destination: id, state: 'acknowledged' })).length === 3);
    assert.deepEqual([...new Set(there.taken.map(({ headers }) => headers['webhook-id']))].sort(), [...messages].sort());
    await notifications.ask(changeDestination, { id, enabled: false });
    await assert.rejects(notifications.ask(replayDelivery, { id: first }), { code: 'notifications.destinationGone' });
  });
});
