import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { overrideEnvironment } from '../../../platform/config.ts';
import { inDatabase } from '../../../platform/database/database.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/test-database.ts';
import { cancelTimers, setTimer, waitingFor } from './timer-store.ts';
import { type Firings, fireDue, TimerLoop } from './timers.ts';

describe('durable timers', () => {
  let base: TestDatabase;
  const releases: (() => Promise<void>)[] = [];
  before(async () => {
    overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '' });
    releases.push(async () => overrideEnvironment({ LOG_LEVEL: '', LOG_DIR: '' }));
    base = await testDatabase({ after: (release) => releases.push(release) });
  });
  test.after(async () => {
    for (const release of releases.toReversed()) await release();
  });
  const set = (subjectId: string, afterMs: number, level = 0) => base.run(() => setTimer({ kind: 'test', subjectId, level, afterMs }));
  const rows = async (subjectId: string) =>
    (
      await base.owner.query<{ state: string; late: number | null; attempts: number; level: number }>(
        'select state, late_by_ms as late, attempts, level from incidents.timer where subject_id = $1 order by level',
        [subjectId],
      )
    ).rows;
  const fire = (firings: Firings) => inDatabase(base.database, () => fireDue(firings));

  test('whatever is set, cancelled and fired by three at once: each fires once, none is lost, none fires cancelled', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('set' as const), level: fc.nat(9) }),
      fc.record({ do: fc.constant('cancel' as const), level: fc.constant(0) }),
      fc.record({ do: fc.constant('fire' as const), level: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const subject = randomUUID();
        const fired: number[] = [];
        const firings: Firings = { test: async ({ subjectId, level }) => void (subjectId === subject && fired.push(level)) };
        let [promised, cancelled] = [0, 0];
        for (const { do: what, level } of steps) {
          if (what === 'set') promised += (await set(subject, 0, level)) === null ? 0 : 1;
          if (what === 'cancel') cancelled += await base.run(() => cancelTimers(subject, ['test']));
          if (what === 'fire') await Promise.all([fire(firings), fire(firings), fire(firings)]);
        }
        await Promise.all([fire(firings), fire(firings)]);
        assert.equal(fired.length, promised - cancelled);
        assert.equal(
          (await rows(subject)).some(({ state }) => state === 'pending'),
          false,
        );
      }),
      { numRuns: 12, seed: 4 },
    );
  });

  test('fires in the transaction of its effects: what fails is undone, rests, and fires once it can', async () => {
    const subject = randomUUID();
    let broken = true;
    const firings: Firings = {
      test: async ({ subjectId }) => {
        if (subjectId !== subject) return;
        await setTimer({ kind: 'effect', subjectId, afterMs: 60_000 });
        if (broken) throw new TypeError('not now');
      },
    };
    await set(subject, 0);
    await fire(firings);
    const waiting = () => base.run(async () => (await waitingFor([subject])).map(({ kind }) => kind));
    assert.deepEqual(await waiting(), ['test'], 'the effect of the failed firing is gone');
    broken = false;
    await fire(firings);
    assert.deepEqual(await waiting(), ['test'], 'it rests after a failure');
    await base.owner.query('update incidents.timer set lease_until = null where subject_id = $1', [subject]);
    await fire(firings);
    assert.deepEqual(await waiting(), ['effect']);
    await base.owner.query(`delete from incidents.timer where kind = 'effect'`);
    assert.deepEqual((await rows(subject)).map(({ state, attempts }) => [state, attempts]).at(0)?.[0], 'fired');
  });

  test('is put aside after the eighth failure, so that it does not hold up the others', async () => {
    const subject = randomUUID();
    await set(subject, 0);
    const firings: Firings = {
      test: async ({ subjectId }) => {
        if (subjectId === subject) throw new TypeError('never');
      },
    };
    for (let round = 0; round < 8; round += 1) {
      await fire(firings);
      await base.owner.query('update incidents.timer set lease_until = null where subject_id = $1', [subject]);
    }
    assert.deepEqual(
      (await rows(subject)).map(({ state, attempts }) => [state, attempts]),
      [['failed', 8]],
    );
  });

  test('a process killed while it fires loses nothing: another fires it, once, and says how late', async () => {
    const subject = randomUUID();
    await set(subject, 0);
    const child = holdAndWait(base);
    try {
      await said(child, 'locked');
      const seen: number[] = [];
      const firings: Firings = { test: async ({ subjectId, lateMs }) => void (subjectId === subject && seen.push(lateMs)) };
      await fire(firings);
      assert.deepEqual(seen, [], 'it is being fired by the other');
      child.kill('SIGKILL');
      await once(child, 'exit');
      const started = Date.now();
      // The server notices the lost connection by itself.
      while (seen.length === 0 && Date.now() - started < 5000) {
        await fire(firings);
        await sleep(10);
      }
      assert.equal(seen.length, 1);
      const [row] = await rows(subject);
      assert.deepEqual([row?.state, (row?.late ?? 0) > 0], ['fired', true]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('a loop that starts after the time fires at once, one that sleeps wakes for an earlier promise, within the bar of a second', async () => {
    const [overdue, later] = [randomUUID(), randomUUID()];
    await set(overdue, 0);
    const seen = new Map<string, number>();
    const loop = inDatabase(
      base.database,
      () => new TimerLoop({ test: async ({ subjectId, lateMs }) => void seen.set(subjectId, lateMs) }),
    );
    try {
      await until(() => seen.has(overdue));
      await set(later, 150);
      await until(() => seen.has(later));
      assert.ok((seen.get(later) ?? 9999) < 1000, `${seen.get(later)} ms late`);
    } finally {
      await loop.stop();
    }
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !holds() && Date.now() < end; ) await sleep(5);
  assert.ok(holds());
}

/** Takes a due timer as the loop does, in a process of its own, and never ends its transaction. */
function holdAndWait({ target }: TestDatabase): ChildProcess {
  const script = `
    const { default: pg } = await import('pg');
    const client = new pg.Client(JSON.parse(process.argv[1]));
    await client.connect();
    await client.query('begin');
    await client.query("select id from incidents.timer where state = 'pending' and due_at <= clock_timestamp() for update skip locked");
    await client.query("update incidents.timer set state = 'fired' where state = 'pending' and due_at <= clock_timestamp()");
    process.stdout.write('locked');
    setInterval(() => {}, 1000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(target.owner)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function said(child: ChildProcess, word: string): Promise<void> {
  let text = '';
  for await (const part of child.stdout ?? []) {
    text += String(part);
    if (text.includes(word)) return;
  }
}
