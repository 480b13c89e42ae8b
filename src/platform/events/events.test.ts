/** Outbox → log → consumers → live stream, on a real database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { eventKind } from '../../contract/event.ts';
import { inDatabase } from '../database/database.ts';
import { testDatabase } from '../database/test-database.ts';
import type { RequestContext } from '../http/handle.ts';
import { newestEvent, readEvents } from './event-log.ts';
import { LiveHub } from './live.ts';
import { publish, publishMany } from './publish.ts';
import { sequenceOnce } from './sequencer.ts';
import { consumeOnce, on, startConsumers } from './subscribe.ts';

const counted = eventKind('test.counted', z.object({ n: z.int() }), 'jobs:read');
const secret = eventKind('test.secret', z.object({ n: z.int() }), null);

test('events of a rolled-back transaction never happened; those of a commit come in order and without gaps', async (t) => {
  const database = await testDatabase(t);
  await inDatabase(database.database, async () => {
    await assert.rejects(
      database.run(async () => {
        await publish(counted, { n: 0 });
        throw new TypeError('rolled back');
      }),
    );
    await database.run(() => publishMany(counted, [{ n: 1 }, { n: 2 }, { n: 3 }]));
    await database.run(() => publish(counted, { n: 4 }));
    assert.equal(await sequenceOnce(), 4);
    assert.equal(await sequenceOnce(), 0);
    const events = await readEvents(0, 10);
    assert.deepEqual(
      events.map(({ seq, payload }) => [seq, payload]),
      [
        [1, { n: 1 }],
        [2, { n: 2 }],
        [3, { n: 3 }],
        [4, { n: 4 }],
      ],
    );
    assert.equal(await newestEvent(), 4);
  });
});

test('many writers and many sequencers at once leave no gap and lose nothing', async (t) => {
  const database = await testDatabase(t);
  await inDatabase(database.database, async () => {
    const writers = Array.from({ length: 6 }, (_, line) =>
      (async () => {
        for (let n = 0; n < 20; n += 1) await database.run(() => publish(counted, { n: line * 100 + n }));
      })(),
    );
    const sequencers = Array.from({ length: 3 }, async () => {
      for (let round = 0; round < 40; round += 1) await sequenceOnce();
    });
    await Promise.all([...writers, ...sequencers]);
    while ((await sequenceOnce()) > 0);
    const events = await readEvents(0, 1000);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      Array.from({ length: 120 }, (_, index) => index + 1),
    );
    assert.equal(new Set(events.map(({ id }) => id)).size, 120);
  });
});

test('a handler and its place are one: a failure undoes both, the next try goes on there', async (t) => {
  const database = await testDatabase(t);
  const seen: number[] = [];
  let fail = true;
  const subscription = on(counted, 'test', async ({ n }) => {
    if (n === 2 && fail) {
      fail = false;
      throw new TypeError('once');
    }
    // An effect in the database, so that the rollback can be seen.
    await publish(secret, { n });
    seen.push(n);
  });
  await inDatabase(database.database, async () => {
    await database.run(() => publishMany(counted, [{ n: 1 }, { n: 2 }, { n: 3 }]));
    await sequenceOnce();
    await assert.rejects(consumeOnce('test', [subscription]), TypeError);
    await consumeOnce('test', [subscription]);
    assert.deepEqual(seen, [1, 2, 3]);
    await sequenceOnce();
    const echoed = (await readEvents(3, 10)).map(({ payload }) => payload);
    assert.deepEqual(echoed, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await consumeOnce('test', [subscription]);
    assert.deepEqual(seen, [1, 2, 3], 'nothing is handled twice');
  });
});

test('an event that fails five times is put aside and the next one is handled', async (t) => {
  const database = await testDatabase(t);
  const seen: number[] = [];
  const failures = new Map<number, number>();
  const subscription = on(counted, 'stubborn', async ({ n }) => {
    if (n === 1) throw new TypeError('always');
    seen.push(n);
  });
  await inDatabase(database.database, async () => {
    await database.run(() => publishMany(counted, [{ n: 1 }, { n: 2 }]));
    await sequenceOnce();
    for (let round = 0; round < 4; round += 1) await assert.rejects(consumeOnce('stubborn', [subscription], failures));
    await consumeOnce('stubborn', [subscription], failures);
    assert.deepEqual(seen, [2]);
    const { rows } = await database.owner.query('select consumer, seq::int, reason from platform.dead_event');
    assert.deepEqual(rows, [{ consumer: 'stubborn', seq: 1, reason: 'TypeError: always' }]);
  });
});

test('events of other types are passed over: a few cost no write, many move the place', async (t) => {
  const database = await testDatabase(t);
  const seen: number[] = [];
  const subscription = on(counted, 'passes', async ({ n }) => void seen.push(n));
  const place = async (): Promise<unknown> =>
    (await database.owner.query("select seq::int from platform.consumer where name = 'passes'")).rows[0]?.seq ?? null;
  await inDatabase(database.database, async () => {
    await database.run(() => publishMany(secret, [{ n: 1 }, { n: 2 }]));
    await sequenceOnce();
    assert.equal(await consumeOnce('passes', [subscription]), false);
    assert.equal(await place(), null);
    const others = Array.from({ length: 1000 }, (_, n) => ({ n }));
    await database.run(() => publishMany(secret, others));
    await sequenceOnce();
    await sequenceOnce();
    assert.equal(await consumeOnce('passes', [subscription]), false);
    assert.equal(await place(), 1002);
    await database.run(() => publish(counted, { n: 7 }));
    await sequenceOnce();
    await consumeOnce('passes', [subscription]);
    assert.deepEqual(seen, [7]);
  });
});

test('consumers that run hear of what came before their start and after it, and try again what failed without being told', async (t) => {
  const database = await testDatabase(t);
  const heard: string[] = [];
  let fail = true;
  const subscriptions = [
    on(counted, 'counts', async ({ n }) => void heard.push(`counted ${n}`)),
    on(secret, 'keeps', async ({ n }) => {
      if (fail) {
        fail = false;
        throw new TypeError('once');
      }
      heard.push(`secret ${n}`);
    }),
  ];
  await inDatabase(database.database, async () => {
    await database.run(() => publish(counted, { n: 1 }));
    await sequenceOnce();
    const consumers = startConsumers(subscriptions);
    t.after(() => consumers.stop());
    await until(() => heard.length === 1);
    await database.run(() => publish(counted, { n: 2 }));
    await database.run(() => publish(secret, { n: 3 }));
    await sequenceOnce();
    await until(() => heard.length === 3);
    // Which of two consumers is first is nobody's promise.
    assert.deepEqual(heard.toSorted(), ['counted 1', 'counted 2', 'secret 3']);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > deadline) assert.fail('it did not happen within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('the live stream replays what was missed and shows nobody what they may not see', async (t) => {
  const database = await testDatabase(t);
  const hub = new LiveHub([counted, secret]);
  await inDatabase(database.database, async () => {
    await database.run(() => publishMany(counted, [{ n: 1 }, { n: 2 }]));
    await database.run(() => publish(secret, { n: 3 }));
    await database.run(() => publish(counted, { n: 4 }), { workspaceId: database.otherWorkspaceId });
    await sequenceOnce();
    await hub.start();
    t.after(() => hub.stop());
    const allowed = await framesOf(hub, { ...database.context(), cookies: new Map(), reply: noReply }, 1);
    assert.deepEqual(
      allowed.map((frame) => /^id: (\d+)\nevent: (\S+)/.exec(frame)?.slice(1, 3)),
      [['2', 'test.counted']],
    );
    const base = database.context();
    const withoutRight = { ...base, actor: { ...base.actor, permissions: new Set<never>() }, cookies: new Map(), reply: noReply };
    assert.deepEqual(await framesOf(hub, withoutRight, 0), []);
  });
});

const noReply = { setCookie: () => {}, clearCookie: () => {} };

/** Replayed frames; the stream is left as soon as it would wait. */
async function framesOf(hub: LiveHub, context: RequestContext, after: number): Promise<string[]> {
  const stop = new AbortController();
  const frames: string[] = [];
  setTimeout(() => stop.abort(), 150);
  for await (const frame of hub.frames({ ...context, signal: stop.signal }, after))
    if (!/event: (hello|beat)/.test(frame)) frames.push(frame);
  return frames;
}
