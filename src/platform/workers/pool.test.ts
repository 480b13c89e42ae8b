import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { beginEarly, type PoolOptions, workerPool } from './pool.ts';

/** A worker that does what it is told: also to die, to hang and to eat memory. */
const folder = mkdtempSync(join(tmpdir(), 'pool-'));
const script = join(folder, 'worker.mjs');
writeFileSync(
  script,
  `import { threadId } from 'node:worker_threads';
import { serveTasks } from ${JSON.stringify(new URL('./serve.ts', import.meta.url).href)};
serveTasks(async ({ kind, value }, setup) => {
  if (kind === 'echo') return { value, threadId, data: setup };
  if (kind === 'throw') throw new RangeError('no');
  if (kind === 'die') process.exit(7);
  if (kind === 'hang') for (;;);
  if (kind === 'eat') { const kept = []; for (;;) kept.push(new Array(100000).fill(value)); }
  await new Promise((resolve) => setTimeout(resolve, value));
  return { value };
});`,
);
after(() => rmSync(folder, { recursive: true, force: true }));

type Task = { kind: 'echo' | 'throw' | 'die' | 'hang' | 'eat' | 'wait'; value?: number };
type Answer = { value?: number; threadId?: number; data?: unknown };
const options: PoolOptions = {
  script: pathToFileURL(script),
  size: 2,
  timeoutMs: 20_000,
  heapMb: 64,
  setup: { table: new Map([['a', 1]]) },
};

async function withPool(
  work: (pool: ReturnType<typeof workerPool<Task, Answer>>) => Promise<void>,
  changes: Partial<PoolOptions> = {},
): Promise<void> {
  const pool = workerPool<Task, Answer>({ ...options, ...changes });
  try {
    await work(pool);
  } finally {
    await pool.close();
  }
}

test('tasks are answered, with no more workers than allowed and the same data in each', async () => {
  await withPool(async (pool) => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, value) => pool.run({ kind: 'echo', value })));
    assert.deepEqual(
      answers.map(({ value }) => value),
      Array.from({ length: 20 }, (_, value) => value),
    );
    assert.ok(new Set(answers.map(({ threadId }) => threadId)).size <= 2);
    assert.deepEqual(answers[0]?.data, options.setup);
  });
});

test('an error of a task refuses that task only', async () => {
  await withPool(async (pool) => {
    await assert.rejects(pool.run({ kind: 'throw' }), { name: 'RangeError', message: 'no' });
    assert.equal((await pool.run({ kind: 'echo', value: 1 })).value, 1);
  });
});

test('a worker that dies is replaced, and its task is refused', async () => {
  await withPool(
    async (pool) => {
      await assert.rejects(pool.run({ kind: 'die' }), { code: 'workers.crashed' });
      assert.equal((await pool.run({ kind: 'echo', value: 2 })).value, 2);
    },
    { size: 1 },
  );
});

test('a task that hangs is stopped in time, and the next one runs', async () => {
  await withPool(
    async (pool) => {
      const hanging = assert.rejects(pool.run({ kind: 'hang' }, { timeoutMs: 300 }), { code: 'workers.timedOut' });
      const next = pool.run({ kind: 'echo', value: 3 });
      await hanging;
      assert.equal((await next).value, 3);
    },
    { size: 1 },
  );
});

test('a task that eats memory kills its worker, not the process', async () => {
  await withPool(
    async (pool) => {
      await assert.rejects(pool.run({ kind: 'eat', value: 1 }), (error: Error) => error.message.includes('memory'));
      assert.equal((await pool.run({ kind: 'echo', value: 4 })).value, 4);
    },
    { size: 1 },
  );
});

test('a signal stops waiting and running tasks', async () => {
  await withPool(
    async (pool) => {
      const stop = new AbortController();
      const running = pool.run({ kind: 'wait', value: 60_000 }, { signal: stop.signal });
      const waiting = pool.run({ kind: 'wait', value: 60_000 }, { signal: stop.signal });
      setTimeout(() => stop.abort(), 50);
      await assert.rejects(running, { code: 'workers.stopped' });
      await assert.rejects(waiting, { code: 'workers.stopped' });
      assert.equal((await pool.run({ kind: 'echo', value: 5 })).value, 5);
    },
    { size: 1 },
  );
});

test('a closed pool refuses what is under way and what comes', async () => {
  const pool = workerPool<Task, Answer>(options);
  const running = pool.run({ kind: 'wait', value: 60_000 });
  const refused = assert.rejects(running, { code: 'workers.stopped' });
  await pool.close();
  await refused;
  await assert.rejects(pool.run({ kind: 'echo' }), { code: 'workers.stopped' });
});

test('a script that cannot be loaded refuses its task instead of trying for ever', async () => {
  await withPool(
    async (pool) => {
      await assert.rejects(pool.run({ kind: 'echo' }), { code: 'workers.crashed' });
    },
    { script: pathToFileURL(join(folder, 'missing.mjs')) },
  );
});

test('workers load while their setup is still being made; a setup that fails refuses every task', async () => {
  await withPool(
    async (pool) => {
      pool.warm();
      assert.deepEqual((await pool.run({ kind: 'echo' })).data, { late: true });
    },
    { setup: new Promise((resolve) => setTimeout(() => resolve({ late: true }), 100)) },
  );
  await withPool(
    async (pool) => {
      await assert.rejects(pool.run({ kind: 'echo' }), { message: 'no catalog' });
    },
    { setup: Promise.reject(new Error('no catalog')) },
  );
});

test('a thread begun early is taken by the first pool of its script and limit, and by no other', async () => {
  const begun = beginEarly(options, script);
  assert.ok(begun !== null);
  assert.equal(beginEarly(options, script), null, 'one is enough');
  const echo = { kind: 'echo', value: 1 } as const;
  await withPool(async (pool) => assert.notEqual((await pool.run(echo)).threadId, begun), { heapMb: 65 });
  await withPool(async (pool) => assert.deepEqual(await pool.run(echo), { value: 1, threadId: begun, data: options.setup }));
  await withPool(async (pool) => assert.notEqual((await pool.run(echo)).threadId, begun));
});

test('without a prepared file no thread begins early', () => {
  assert.equal(beginEarly(options), null);
});
