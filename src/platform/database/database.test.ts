import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '../../contract/actor.ts';
import { currentContext } from '../ambient.ts';
import { Database } from './connection.ts';
import { afterCommit, ambientContext, attempt, db, inDatabase, systemTransaction, transaction } from './database.ts';
import { outbox, setting, workspace } from './table.ts';
import { sharedDatabase, type TestDatabase, testDatabase } from './test-database.ts';

/** For tests that look at nothing but their workspace. */
const databases = sharedDatabase({ after });

const draft = (key: string) => ({ key, value: { is: key }, changedBy: 'test' });
const keys = async () => (await db().select({ key: setting.key }).from(setting).orderBy(setting.key)).map(({ key }) => key);
const insert = async (key: string) => void (await db().insert(setting).values(draft(key)));

test('what a transaction wrote is there for the next one, and what a failed one wrote is not', async () => {
  const { run } = await databases();
  await run(() => insert('kept'));
  await assert.rejects(
    run(async () => {
      await insert('lost');
      throw new RangeError('on purpose');
    }),
    RangeError,
  );
  assert.deepEqual(await run(keys), ['kept']);
});

test('readers that follow each other at once, after a moment, or while others queue leave no transaction open and none ended twice', async (t) => {
  const { target, context, owner } = await testDatabase(t);
  const database = new Database(target, { poolSize: 1 });
  t.after(() => database.close());
  const client = await database.acquire();
  const remarks: string[] = [];
  client.on('notice', ({ message }) => remarks.push(String(message)));
  client.release();
  await inDatabase(database, async () => {
    const read = () => transaction(context(), keys, { readOnly: true });
    await read();
    await read();
    // Longer than an ended reader is kept for a next one.
    await sleep(60);
    assert.deepEqual(
      (await owner.query("select 1 from pg_stat_activity where datname = current_database() and state = 'idle in transaction'")).rows,
      [],
    );
    await read();
    await Promise.all([read(), transaction(context(), () => insert('written')), read(), transaction(context(), () => insert('too'))]);
    assert.deepEqual(await transaction(context(), keys), ['too', 'written']);
  });
  // PostgreSQL warns of a COMMIT without a transaction, and of a BEGIN inside one.
  assert.deepEqual(remarks, []);
});

test('a row takes its workspace and an event its actor from the transaction', async () => {
  const { run, workspaceId, context } = await databases();
  await run(() => insert('a'));
  const [row] = await run(() => db().select({ workspaceId: setting.workspaceId }).from(setting));
  assert.equal(row?.workspaceId, workspaceId);
  const { rows } = await run(() => db().execute(sql`select platform.current_actor() as actor`));
  assert.equal(rows[0]?.['actor'], context().actor.id);
});

test('a transaction inside one of the same workspace joins it: both are undone together', async () => {
  const { run, context } = await databases();
  await assert.rejects(
    run(async () => {
      await transaction(context(), () => insert('inner'));
      assert.deepEqual(await keys(), ['inner']);
      throw new RangeError('on purpose');
    }),
    RangeError,
  );
  assert.deepEqual(await run(keys), []);
});

test('a transaction of another workspace inside one stands alone and sees its own rows only', async () => {
  const { run, context, otherWorkspaceId } = await databases();
  await run(async () => {
    await insert('mine');
    const seen = await transaction(context(otherWorkspaceId), async () => {
      await insert('theirs');
      return await keys();
    });
    assert.deepEqual(seen, ['theirs']);
    assert.deepEqual(await keys(), ['mine']);
  });
});

test('a read-only transaction refuses to write, and leaves nothing behind for the next', async () => {
  const { run } = await databases();
  await assert.rejects(
    run(() => insert('a'), { readOnly: true }),
    (error: Error) => /read-only transaction/.test(String(error.cause)),
  );
  await run(keys, { readOnly: true });
  await run(() => insert('b'));
  assert.deepEqual(await run(keys, { readOnly: true }), ['b']);
});

test('a read-only transaction is ended on its connection a moment later', async (t) => {
  const { run, owner } = await testDatabase(t);
  await run(keys, { readOnly: true });
  const open = async (): Promise<number> => {
    const { rows } = await owner.query(
      "select state from pg_stat_activity where datname = current_database() and usename = 'aispm_app' and state like 'idle in transaction%'",
    );
    return rows.length;
  };
  // A moment is milliseconds where nothing else runs; without the ending it would stay so until the next transaction.
  for (const begun = Date.now(); (await open()) > 0 && Date.now() - begun < 5000; ) await sleep(20);
  assert.equal(await open(), 0);
});

test('work that asks the database nothing takes no connection', async (t) => {
  const { run, database } = await testDatabase(t);
  await run(async () => assert.equal(database.pool.total, 0));
  assert.equal(database.pool.total, 0);
});

test('a statement after the end of its transaction is refused instead of running in another', async () => {
  const { run } = await databases();
  const escaped = await run(async () => {
    await keys();
    return db();
  });
  await assert.rejects(
    async () => await escaped.select().from(setting),
    (error: Error) => /outside a transaction/.test(`${error.message} ${error.cause}`),
  );
  assert.throws(() => db(), { code: 'database.noTransaction' });
});

test('a swallowed failure of a statement cannot be acknowledged as a success', async () => {
  const { run } = await databases();
  const careless = run(async () => {
    await insert('a');
    await db()
      .execute(sql`select 1 / 0`)
      .catch(() => {});
  });
  await assert.rejects(careless, { code: 'database.transactionLost' });
  assert.deepEqual(await run(keys), []);
});

test('an attempt that fails takes back its own changes and effects only', async () => {
  const { run } = await databases();
  const effects: string[] = [];
  await run(async () => {
    await insert('before');
    const failing = attempt(async () => {
      afterCommit(() => void effects.push('undone'));
      await insert('within');
      await insert('within');
    });
    await assert.rejects(failing);
    await attempt(() => insert('second'));
    afterCommit(() => void effects.push('done'));
  });
  assert.deepEqual(await run(keys), ['before', 'second']);
  assert.deepEqual(effects, ['done']);
});

test('effects run after the commit, in order, not at all after a failure, and one that fails harms nobody', async () => {
  const { run } = await databases();
  const effects: (string | number)[] = [];
  await run(async () => {
    await insert('a');
    afterCommit(async () => void effects.push((await run(keys)).length));
    afterCommit(() => {
      throw new RangeError('on purpose');
    });
    afterCommit(() => void effects.push('last'));
    assert.deepEqual(effects, []);
  });
  await assert.rejects(
    run(async () => {
      afterCommit(() => void effects.push('never'));
      throw new RangeError('on purpose');
    }),
  );
  assert.deepEqual(effects, [1, 'last']);
});

test('work that PostgreSQL could not serialise is run again, without the effects of the first round', async (t) => {
  const { run, context, database } = await testDatabase(t);
  await run(() => insert('counter'));
  const effects: string[] = [];
  let rounds = 0;
  let reads = 0;
  const bothRead = Promise.withResolvers<void>();
  const bump = () =>
    inDatabase(database, () =>
      transaction(
        context(),
        async () => {
          rounds += 1;
          const [row] = await db().select({ value: setting.value }).from(setting).where(eq(setting.key, 'counter'));
          // Each has read before the other writes, however busy the machine is.
          reads += 1;
          if (reads === 2) bothRead.resolve();
          await bothRead.promise;
          const seen = row?.value as { n?: number };
          await db()
            .update(setting)
            .set({ value: { n: (seen.n ?? 0) + 1 } })
            .where(eq(setting.key, 'counter'));
          afterCommit(() => void effects.push('bumped'));
        },
        { isolation: 'repeatable-read' },
      ),
    );
  await Promise.all([bump(), bump()]);
  const [row] = await run(() => db().select({ value: setting.value }).from(setting));
  assert.deepEqual(row?.value, { n: 2 });
  assert.equal(rounds, 3, 'two rounds, and one of them again');
  assert.deepEqual(effects, ['bumped', 'bumped']);
});

test('a statement that runs too long is stopped with a sentence', async () => {
  const { run } = await databases();
  const slow = run(() => db().execute(sql`select pg_sleep(5)`), { statementTimeoutMs: 50 });
  await assert.rejects(slow, { code: 'request.timedOut', status: 503 });
});

test('a workspace or actor that could leave its quotes is refused before anything is sent', async (t) => {
  const { run, context, database } = await testDatabase(t);
  const hostile = (change: Partial<Context['actor']>): Context => ({ ...context(), actor: { ...context().actor, ...change } });
  for (const actor of [
    { workspaceId: "x'; drop schema platform; --" },
    { id: "x'; set role aispm; --" },
    { id: '' },
    { id: 'a\nb' },
    { workspaceId: '' },
  ]) {
    await assert.rejects(
      inDatabase(database, () => transaction(hostile(actor), keys)),
      { code: 'database.badWorkspace' },
    );
  }
  assert.deepEqual(await run(keys), []);
});

test('the context is ambient inside, none outside', async (t) => {
  const { run, context, database } = await testDatabase(t);
  assert.equal(ambientContext(), undefined);
  await run(async () => {
    assert.equal(ambientContext()?.actor.id, context().actor.id);
    assert.equal(currentContext()?.actor.id, context().actor.id);
  });
  await inDatabase(database, () => systemTransaction(async () => assert.equal(ambientContext(), null)));
});

test('a system transaction sees what was opened to it in every workspace, and nothing else', async (t) => {
  const { run, database, otherWorkspaceId } = await testDatabase(t);
  await run(() => insert('mine'));
  await run(() => db().insert(outbox).values({ type: 'a.b', payload: {} }));
  await run(() => db().insert(outbox).values({ type: 'a.b', payload: {} }), { workspaceId: otherWorkspaceId });
  const system = <T>(work: () => Promise<T>) => inDatabase(database, () => systemTransaction(work));
  assert.equal((await system(() => db().select().from(outbox))).length, 2);
  assert.equal((await system(() => db().select().from(workspace))).length, 2);
  await assert.rejects(system(keys), (error: Error) => /permission denied/.test(String(error.cause)));
  // Its power ends with it: the same connection serves workspaces again.
  assert.equal((await run(() => db().select().from(outbox))).length, 1);
});

test('a hundred transactions at once share a pool of eight', async (t) => {
  const { run, database }: TestDatabase = await testDatabase(t);
  await Promise.all(Array.from({ length: 100 }, (_, i) => run(() => insert(`k${String(i).padStart(3, '0')}`))));
  assert.equal((await run(keys)).length, 100);
  assert.ok(database.pool.total <= 8);
});
