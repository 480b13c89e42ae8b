import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setBlock } from '../contract.ts';
import { TestDetection } from '../test-detection.ts';
import type { ScreeningNews, ScreeningOrder } from '../testing/screening-process.ts';

describe('two processes that screen', () => {
  let detection: TestDetection;
  let child: ChildProcess;
  const ending: (() => Promise<void>)[] = [];
  before(async () => {
    detection = await TestDetection.open({ after: (release) => void ending.push(release) });
    child = fork(join(import.meta.dirname, '../testing/screening-process.ts'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  });
  after(async () => {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
    for (const release of ending.reverse()) await release();
  });

  async function told(): Promise<ScreeningNews> {
    const [news] = (await once(child, 'message')) as [ScreeningNews];
    return news;
  }

  /** Connections that wait for notifications of blocks. */
  async function isListening(): Promise<boolean> {
    const { rows } = await detection.base.owner.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and query like 'listen %aispm_screening%'`,
    );
    return (rows[0]?.n ?? 0) > 0;
  }

  test('a block that a person sets in one is refused by the other within a second', async () => {
    const { target } = detection.base;
    const question = { modelId: 'gate', inputSha256: 'a'.repeat(64), clientId: 'eve' };
    child.send({ target, workspaceId: detection.base.workspaceId, question } satisfies ScreeningOrder);
    assert.equal(await told(), 'listening');
    while (!(await isListening())) await sleep(20);
    const asked = Date.now();
    await detection.ask(setBlock, { kind: 'client', clientId: 'eve', reason: 'seen in the logs' });
    const news = await told();
    assert.ok(typeof news === 'object');
    // The bar of the product: visible in every process within 1 s; from the request on, the commit included.
    assert.ok(news.refused - asked <= 1000, `${news.refused - asked} ms`);
  });
});
