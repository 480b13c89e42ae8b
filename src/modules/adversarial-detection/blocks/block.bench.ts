/** How long a block that a person asks for takes until another process refuses: request, commit, notification and reading it, on one machine. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setBlock } from '../contract.ts';
import { TestDetection } from '../test-detection.ts';
import { instant, type NextOrder, type ScreeningNews, type ScreeningOrder } from '../testing/screening-process.ts';

const blocks = 100;
const questionOf = (i: number) => ({ modelId: 'gate', inputSha256: 'a'.repeat(64), clientId: `eve-${i}` });

/** @returns milliseconds of each block from asking to refusal in the other process, in rising order. */
async function measure(): Promise<readonly number[]> {
  const ends: (() => Promise<void>)[] = [];
  try {
    const detection = await TestDetection.open({ after: (end) => void ends.unshift(end) });
    const { target, workspaceId, owner } = detection.base;
    const child = fork(join(import.meta.dirname, '../testing/screening-process.ts'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    ends.unshift(async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    });
    const told = async (): Promise<ScreeningNews> => ((await once(child, 'message')) as [ScreeningNews])[0];
    child.send({ target, workspaceId, question: questionOf(0) } satisfies ScreeningOrder);
    await told();
    const listening = `select 1 from pg_stat_activity where datname = current_database() and query like 'listen %aispm_screening%'`;
    while ((await owner.query(listening)).rows.length === 0) await sleep(20);
    const waited: number[] = [];
    for (let i = 0; i < blocks; i++) {
      if (i > 0) child.send({ question: questionOf(i) } satisfies NextOrder);
      const news = told();
      const asked = instant();
      await detection.ask(setBlock, { kind: 'client', clientId: `eve-${i}`, reason: 'seen in the logs' });
      const heard = await news;
      if (typeof heard === 'object') waited.push(heard.refused - asked);
    }
    return waited.sort((one, other) => one - other);
  } finally {
    for (const end of ends) await end();
  }
}

let measured: Promise<readonly number[]> | undefined;
const figure = (share: number) => async (): Promise<number> => {
  measured ??= measure();
  const rising = await measured;
  return rising[Math.ceil(share * rising.length) - 1] ?? Number.NaN;
};

export const benches = [
  { name: 'block: asked for to refused in another process, p50 of 100', bar: 100, unit: 'ms', run: figure(0.5) },
  { name: 'block: asked for to refused in another process, p99 of 100', bar: 100, unit: 'ms', run: figure(0.99) },
];
