/** A part after a lost connection. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { problems } from '../contract/problem.ts';
import { clientProblems } from './client-problem.ts';
import { sendPart } from './use-sending.ts';

const refused = problems('test', { refused: [422, 'No.'] });

/** Runs with the pauses between tries taken away. */
async function withoutPauses<T>(work: () => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ['setTimeout'] });
  const running = work();
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  running.then(over, over);
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(100_000);
  }
  mock.timers.reset();
  return running;
}

function part(answers: (number | Error)[], stands: number) {
  const sent: number[] = [];
  return {
    sent,
    send: async () => {
      sent.push(sent.length);
      const answer = answers.shift() ?? 8;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    look: async () => stands,
    hasMoved: (at: number) => at !== 0,
  };
}
const lost = (): Error => clientProblems.unreachable();

test('a lost connection is tried again', async () => {
  const given = part([lost(), lost(), 8], 0);
  assert.equal(await withoutPauses(() => sendPart(given, new AbortController().signal)), 8);
  assert.equal(given.sent.length, 3);
});

test('bytes that arrived although the answer was lost are not sent again', async () => {
  const given = part([lost()], 8);
  assert.equal(await withoutPauses(() => sendPart(given, new AbortController().signal)), 8);
  assert.equal(given.sent.length, 1);
});

test('a refusal, a stop and a fifth loss are final', async () => {
  const given = part([refused.refused()], 0);
  await assert.rejects(
    withoutPauses(() => sendPart(given, new AbortController().signal)),
    { code: 'test.refused' },
  );
  const gone = part([lost(), lost(), lost(), lost(), lost(), 8], 0);
  await assert.rejects(
    withoutPauses(() => sendPart(gone, new AbortController().signal)),
    { code: 'client.unreachable' },
  );
  assert.equal(gone.sent.length, 5);
  await assert.rejects(sendPart(part([8], 0), AbortSignal.abort()), { name: 'AbortError' });
});
