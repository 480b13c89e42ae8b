import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
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
    const line: unknown = JSON.parse(text.trim().split('\n')[0] ?? '');
    assert.ok(typeof line === 'object' && line !== null);
    const { kind: written, traceId, code, level } = line as Record<string, unknown>;
    assert.deepEqual([written, traceId, code, level], [kind, context.traceId, 'test.line', 'info']);
  }
});
