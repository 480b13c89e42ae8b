/** Jobs on a real queue and database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { z } from 'zod';
import { problems } from '../../contract/problem.ts';
import { type AuditRecord, installAuditSink } from '../audit.ts';
import { inDatabase } from '../database/database.ts';
import { type TestDatabase, testDatabase } from '../database/test-database.ts';
import { removeEndedJobs } from './job-retention.ts';
import { findJob, requestCancel, requeue } from './job-store.ts';
import { defineJob, enqueue, type JobDefinition, send } from './jobs.ts';
import { failLostJobs } from './lost-jobs.ts';
import { grantQueue, startJobs } from './worker.ts';

const refused = problems('test', { refused: [422, 'No.'] });

const recorded: AuditRecord[] = [];

async function withJobs(
  t: Parameters<typeof testDatabase>[0],
  definitions: readonly JobDefinition[],
  work: (database: TestDatabase) => Promise<void>,
): Promise<void> {
  const database = await testDatabase(t);
  installAuditSink(async (record) => void recorded.push(record));
  await inDatabase(database.database, async () => {
    const queue = await startJobs(definitions, { work: true });
    try {
      await work(database);
    } finally {
      await queue.stop();
    }
  });
}

/** Outcomes and reasons of a kind's jobs, as they were recorded. */
function endsOf(kind: string) {
  return recorded
    .filter(({ action, resource }) => action === kind && resource.type === 'jobs')
    .map(({ outcome, reason }) => [outcome, reason]);
}

async function ended(database: TestDatabase, id: string) {
  for (let round = 0; round < 200; round += 1) {
    const job = await database.run(() => findJob(id));
    if (job !== null && ['done', 'failed', 'cancelled'].includes(job.state)) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail('the job did not end within 10 s');
}

test('a transient job leaves no row when it ended well, and its row with the reason when it did not', async (t) => {
  let fails = false;
  const ran: string[] = [];
  const run = async (): Promise<void> => {
    ran.push('ran');
    if (fails) throw refused.refused();
  };
  const definition = defineJob({ kind: 'test.clock', title: 'Look', input: z.object({}), transient: true, run });
  await withJobs(t, [definition], async (database) => {
    const id = await database.run(() => enqueue(definition, {}));
    for (let round = 0; round < 200 && (await database.run(() => findJob(id))) !== null; round += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual([ran, await database.run(() => findJob(id))], [['ran'], null]);
    fails = true;
    const failed = await ended(database, await database.run(() => enqueue(definition, {})));
    assert.deepEqual([failed.state, failed.problem?.code], ['failed', 'test.refused']);
    assert.deepEqual(endsOf('test.clock'), [['failed', 'test.refused']], 'in the audit log: the failure alone');
  });
});

test('a job of a rolled-back transaction does not exist; one of a commit runs with its input and keeps its result', async (t) => {
  const ran: number[] = [];
  const definition = defineJob({
    kind: 'test.add',
    title: 'Add',
    input: z.object({ n: z.int() }),
    run: async ({ n }, job) => {
      ran.push(n);
      job.progress({ done: 1, total: 2, unit: 'steps' });
      return { sum: n + 1 };
    },
  });
  await withJobs(t, [definition], async (database) => {
    await assert.rejects(
      database.run(async () => {
        await enqueue(definition, { n: 1 });
        throw new TypeError('rolled back');
      }),
    );
    const id = await database.run(() => enqueue(definition, { n: 41 }, { title: 'Forty-one', subject: { type: 'thing', id: 'x' } }));
    const job = await ended(database, id);
    assert.deepEqual(
      [job.state, job.result, job.title, job.attempts, job.subject],
      ['done', { sum: 42 }, 'Forty-one', 1, { type: 'thing', id: 'x' }],
    );
    assert.deepEqual([job.progress?.done, job.progress?.total], [1, 2]);
    assert.deepEqual(ran, [41]);
    assert.deepEqual(endsOf('test.add'), [['done', undefined]], 'in the audit log');
  });
});

test('a defect is tried again, a refusal is final at once, and a final failure can be retried by a person', async (t) => {
  let tries = 0;
  let refusals = 0;
  const flaky = defineJob({
    kind: 'test.flaky',
    title: 'Flaky',
    input: z.object({}),
    run: async () => {
      tries += 1;
      if (tries === 1) throw new TypeError('once');
      return 'well';
    },
  });
  const refusing = defineJob({
    kind: 'test.refusing',
    title: 'Refusing',
    input: z.object({}),
    run: async () => {
      refusals += 1;
      if (refusals === 1) throw refused.refused();
      return 'now yes';
    },
  });
  await withJobs(t, [flaky, refusing], async (database) => {
    const [first, second] = await database.run(async () => [await enqueue(flaky, {}), await enqueue(refusing, {})] as const);
    assert.deepEqual([(await ended(database, first)).attempts, tries], [2, 2]);
    const failed = await ended(database, second);
    assert.deepEqual([failed.state, failed.problem, refusals], ['failed', { code: 'test.refused', detail: 'No.' }, 1]);
    await database.run(async () => {
      assert.equal(await requeue(second), 'test.refusing');
      await send('test.refusing', second, database.workspaceId);
    });
    assert.equal((await ended(database, second)).result, 'now yes');
  });
});

test('a cancelled job is aborted within two seconds and ends as cancelled', async (t) => {
  let aborted = false;
  let started = false;
  const long = defineJob({
    kind: 'test.long',
    title: 'Long',
    input: z.object({}),
    run: async (_input, job) => {
      started = true;
      await new Promise<void>((resolve) => job.signal.addEventListener('abort', () => resolve()));
      aborted = true;
    },
  });
  await withJobs(t, [long], async (database) => {
    const id = await database.run(() => enqueue(long, {}));
    while (!started) await new Promise((resolve) => setTimeout(resolve, 20));
    const askedAt = performance.now();
    assert.equal(await database.run(() => requestCancel(id)), true);
    assert.equal((await ended(database, id)).state, 'cancelled');
    assert.ok(aborted && performance.now() - askedAt < 2000, `${performance.now() - askedAt} ms`);
    assert.equal(await database.run(() => requestCancel(id)), false, 'it already ended');
  });
});

test('a job of one workspace is not seen from another', async (t) => {
  const quick = defineJob({ kind: 'test.quick', title: 'Quick', input: z.object({}), run: async () => null });
  await withJobs(t, [quick], async (database) => {
    const id = await database.run(() => enqueue(quick, {}));
    assert.equal(await database.run(() => findJob(id), { workspaceId: database.otherWorkspaceId }), null);
    await ended(database, id);
  });
});

test('a running job nobody has heard of for ten minutes is given up; one that is alive is not', async (t) => {
  const database = await testDatabase(t);
  await inDatabase(database.database, async () => {
    const insert = `insert into platform.job (workspace_id, kind, title, requested_by, input, state, started_at, heartbeat_at)
      values ($1, 'test.lost', 'Lost', 'x', '{}', 'running', now(), now() - $2::interval) returning id`;
    const lost = (await database.owner.query(insert, [database.workspaceId, '11 minutes'])).rows[0].id;
    const alive = (await database.owner.query(insert, [database.workspaceId, '1 minute'])).rows[0].id;
    assert.equal(await failLostJobs(), 1);
    const [first, second] = await database.run(async () => [await findJob(lost), await findJob(alive)]);
    assert.deepEqual([first?.state, first?.problem?.code, second?.state], ['failed', 'jobs.workerLost', 'running']);
  });
});

test('jobs that ended before the retention are removed in batches; younger ones, unfinished ones and those of others stay', async (t) => {
  const database = await testDatabase(t);
  const insert = `insert into platform.job (workspace_id, kind, title, requested_by, input, state, created_at, finished_at)
    values ($1, $2, 'x', 'me', '{}', $3, now() - $4::interval, case when $3 = 'queued' then null else now() - $5::interval end)`;
  const { workspaceId, otherWorkspaceId, owner } = database;
  const rows = [
    [workspaceId, 'old-1', 'done', '100 days', '91 days'],
    [workspaceId, 'old-2', 'failed', '100 days', '100 days'],
    [workspaceId, 'ended lately', 'done', '100 days', '10 days'],
    [workspaceId, 'waits', 'queued', '400 days', '0 days'],
    [otherWorkspaceId, 'elsewhere', 'done', '100 days', '100 days'],
  ];
  for (const row of rows) await owner.query(insert, row);
  const before = new Date(Date.now() - 90 * 86_400_000);
  const removed: number[] = [];
  for (let round = 0; round < 3; round += 1) removed.push(await database.run(() => removeEndedJobs(before, 1)));
  assert.deepEqual(removed, [1, 1, 0]);
  const { rows: left } = await owner.query<{ kind: string }>('select kind from platform.job order by kind');
  assert.deepEqual(
    left.map(({ kind }) => kind),
    ['elsewhere', 'ended lately', 'waits'],
  );
});

test('processes that start at the same time do not refuse each other the grants', async (t) => {
  await withJobs(t, [], async ({ database }) => {
    const pool = new pg.Pool({ ...database.target.jobs, max: 6 });
    try {
      for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 6 }, () => grantQueue(pool)));
    } finally {
      await pool.end();
    }
  });
});
