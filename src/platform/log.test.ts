import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from './actors.ts';
import { withContext } from './ambient.ts';
import { config, overrideEnvironment } from './config.ts';
import { closeLogs, log, logKinds } from './log.ts';

let folder = '';
let previous: { LOG_DIR: string; LOG_LEVEL: string; LOG_STDOUT: string };
before(async () => {
  const { LOG_DIR, LOG_LEVEL, LOG_STDOUT } = config();
  previous = { LOG_DIR, LOG_LEVEL, LOG_STDOUT: String(LOG_STDOUT) };
  await closeLogs();
  folder = mkdtempSync(join(tmpdir(), 'logs-'));
  overrideEnvironment({ LOG_DIR: folder, LOG_LEVEL: 'info', LOG_STDOUT: 'false' });
});
after(async () => {
  await closeLogs();
  overrideEnvironment(previous);
  rmSync(folder, { recursive: true, force: true });
});

test('each kind has its own file of JSON lines with the correlation id, and no secret in any of them', async () => {
  const secret = 'correct horse battery staple';
  const context = {
    actor: systemActor('0190a000-0000-7000-8000-000000000001', 'job:1', 'job'),
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    signal: new AbortController().signal,
    address: null,
    userAgent: null,
  };
  withContext(context, () => {
    for (const kind of logKinds) {
      log(kind).info(
        {
          code: 'test.line',
          password: secret,
          input: { token: secret, deep: { secret } },
          headers: { authorization: secret, cookie: secret },
        },
        'A line',
      );
    }
  });
  await closeLogs();
  const files = readdirSync(folder);
  for (const kind of logKinds) {
    const name = files.find((file) => file.startsWith(`${kind}-`));
    assert.ok(name, `a file for ${kind} among ${files.join(', ')}`);
    const text = readFileSync(join(folder, name), 'utf8');
    assert.equal(text.includes(secret), false, name);
    // Other tests of this process may have written before.
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const { kind: written, traceId, code, level } = lines.find((line) => line['code'] === 'test.line') ?? {};
    assert.deepEqual([written, traceId, code, level], [kind, context.traceId, 'test.line', 'info']);
  }
});

test('at midnight UTC a new file begins; the old day keeps its lines', async (t) => {
  await closeLogs();
  // Only the clock is moved: the file's own timer runs, and asks the clock.
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2031, 2, 31, 23, 59, 59, 950) });
  log().info({ code: 'test.before' }, 'Before midnight');
  await written('application-all-2031-03-31.log', 'test.before');
  t.mock.timers.setTime(Date.UTC(2031, 3, 1, 0, 0, 0, 50));
  await until(() => readdirSync(folder).includes('application-all-2031-04-01.log'));
  log().info({ code: 'test.after' }, 'After midnight');
  await written('application-all-2031-04-01.log', 'test.after');
  assert.doesNotMatch(readFileSync(join(folder, 'application-all-2031-03-31.log'), 'utf8'), /test\.after/);
  assert.match(readFileSync(join(folder, 'application-all.history'), 'utf8'), /2031-03-31/, 'it is on the list of files to remove in time');
  await closeLogs();
});

function written(name: string, code: string): Promise<void> {
  return until(() => readdirSync(folder).includes(name) && readFileSync(join(folder, name), 'utf8').includes(code));
}
async function until(done: () => boolean): Promise<void> {
  for (let round = 0; round < 500; round += 1) {
    if (done()) return;
    await sleep(10);
  }
  assert.fail(`in vain; there are ${readdirSync(folder).join(', ')}`);
}
