import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type SignedLog, signedLog } from '../anchors/test-signed-log.ts';
import type { Defect } from '../contract.ts';
import { readRuns } from './run-store.ts';
import { dueKind, verifyDue, verifyOnce } from './scheduled-verification.ts';
import { verificationJob } from './verification-job.ts';

test('everything is due each week, what is new each hour', () => {
  const now = Date.parse('2026-05-08T12:00:00Z');
  const runs = (whole: string, fresh: string) => [
    { kind: 'whole' as const, at: whole },
    { kind: 'new' as const, at: fresh },
  ];
  assert.equal(dueKind([], now), 'whole');
  assert.equal(dueKind(runs('2026-05-01T11:00:00Z', '2026-05-08T11:30:00Z'), now), 'whole');
  assert.equal(dueKind(runs('2026-05-07T11:00:00Z', '2026-05-08T10:59:00Z'), now), 'new');
  assert.equal(dueKind(runs('2026-05-07T11:00:00Z', '2026-05-08T11:30:00Z'), now), null);
});

describe('a scheduled verification', () => {
  let log: SignedLog;
  const raised: (readonly Defect[])[] = [];
  const raise = async (defects: readonly Defect[]): Promise<void> => {
    raised.push(defects);
  };
  // What a hook is told in a hook is done when that hook ends, not when the tests do.
  const cleanings: (() => unknown)[] = [];
  after(async () => {
    for (const clean of cleanings.reverse()) await clean();
  });
  before(async () => {
    log = await signedLog({ after: (clean: () => unknown) => void cleanings.push(clean) });
    await log.fill(8);
    await log.sign();
  });

  test('goes over the whole log first, then over what is new, and raises nothing when all is well', async () => {
    const [first] = await log.inside(() => verifyDue(raise));
    assert.deepEqual([first?.kind, first?.checkedFrom, first?.checkedTo, first?.defectCount], ['whole', 0, 8, 0]);
    assert.deepEqual(await log.inside(() => verifyDue(raise)), []);
    await log.fill(3);
    const next = await log.inside(() => verifyOnce('new', log.context(), raise));
    assert.deepEqual([next.checkedFrom, next.checkedTo, next.defectCount], [8, 11, 0]);
    assert.deepEqual(raised, []);
  });

  test('whoever asks for it gets the whole log verified in a job, which is what the weekly one last saw', async () => {
    const before = (await log.run(readRuns)).find(({ kind }) => kind === 'whole');
    const job = { id: '', context: log.context(), signal: new AbortController().signal, attempt: 1, progress: () => {} };
    assert.deepEqual(await log.inside(() => verificationJob.run({}, job)), { checkedTo: 11, defectCount: 0, defects: [] });
    const whole = (await log.run(readRuns)).find(({ kind }) => kind === 'whole');
    assert.deepEqual([before?.checkedTo, whole?.checkedFrom, whole?.checkedTo], [8, 0, 11]);
  });

  test('raises what it finds, each time: a projection that was edited, a grant, a trigger', async () => {
    const { owner } = log;
    await owner.query('grant update on audit_logs.entry to aispm_app');
    const granted = await log.inside(() => verifyOnce('new', log.context(), raise));
    assert.match(granted.defects[0]?.sentence ?? '', /application role was given UPDATE/);
    await owner.query('revoke update on audit_logs.entry from aispm_app');
    const months = await owner.query<{ name: string }>('select partition::text as name from audit_logs.month where attached');
    for (const { name } of months.rows) await owner.query(`alter table ${name} disable trigger user`);
    await owner.query("update audit_logs.entry set action = 'nothing' where index = 4");
    for (const attempt of [1, 2]) {
      const { defects } = await log.inside(() => verifyOnce('new', log.context(), raise));
      assert.deepEqual(new Set(defects.map(({ kind }) => kind)), new Set(['projection', 'guard']), `attempt ${attempt}`);
    }
    assert.equal(raised.length, 3);
    const runs = await log.run(readRuns);
    assert.deepEqual(
      runs.map(({ kind, defectCount }) => [kind, defectCount > 0]),
      [
        ['new', true],
        ['whole', false],
      ],
    );
  });
});
