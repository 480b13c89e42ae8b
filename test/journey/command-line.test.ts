/** The command line against a running platform: sign in, start a discovery, list what it found, sign out. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { writeExamples } from '../../scripts/examples/make.ts';
import { type Person, until } from '../person.ts';
import type { RunningPlatform } from '../running-platform.ts';
import { sharedPlatform } from '../shared-platform.ts';

const cli = join(import.meta.dirname, '../../src/apps/cli/main.ts');
describe('the command line', { timeout: 600_000 }, () => {
  let platform: RunningPlatform;
  let admin: Person;
  let folder = '';
  let home = '';

  before(async () => {
    const shared = await sharedPlatform();
    ({ platform, admin } = shared);
    folder = join(shared.scanRoot, 'command-line');
    home = await mkdtemp(join(tmpdir(), 'home-'));
    await writeExamples(folder);
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** Runs `ai-spm …` with a home of its own; `typed` goes to its input. */
  async function run(
    args: readonly string[],
    typed = '',
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; out: string; said: string }> {
    const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, XDG_CONFIG_HOME: home, ...environment } });
    let out = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdin.end(typed);
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, out, said };
  }

  test('without a session every remote command says how to sign in, and a wrong password is refused', async () => {
    const answer = await run(['ai-assets', 'list', '--url', platform.url]);
    assert.equal(answer.code, 2);
    assert.match(answer.said, /ai-spm login/);
    const wrong = await run(['login', '--url', platform.url, '--email', 'admin@example.com'], 'not the password\n');
    assert.equal(wrong.code, 2);
    assert.match(wrong.said, /E-mail or password is wrong/);
  });

  test('a folder named on the command line is discovered, and its assets are listed', async () => {
    const signedIn = await run(['login', '--url', platform.url, '--email', 'admin@example.com'], 'a long quiet sentence 71\n');
    assert.equal(signedIn.code, 0, signedIn.said);
    assert.equal((await stat(join(home, 'ai-spm/session.json'))).mode & 0o077, 0, 'the session file is for its owner only');
    const started = await run(['discovery', 'start', '--path', folder, '--json']);
    assert.equal(started.code, 0, started.said);
    const { id } = z.object({ id: z.uuid() }).parse(JSON.parse(started.out));
    const State = z.object({ state: z.string() });
    await until('the discovery to end', async () => {
      const { state } = await admin.must(State, 'GET', `/api/discovery/runs/${id}`);
      return state === 'done' ? true : null;
    });
    assert.deepEqual(State.parse(JSON.parse((await run(['discovery', 'read', id, '--json'])).out)), { state: 'done' });
    const listed = await run(['ai-assets', 'list', '--limit', '5']);
    assert.match(listed.out, /5 of \d+/);
    assert.equal((await run(['logout'])).code, 0);
    assert.equal((await run(['ai-assets', 'list', '--url', platform.url])).code, 2, 'the session is gone');
    const Key = z.object({ key: z.string() });
    const { key } = await admin.must(Key, 'POST', '/api/keys', { name: 'A pipeline', scopes: ['ai-assets:read'] });
    const withKey = await run(['ai-assets', 'list', '--limit', '5', '--url', platform.url], '', { AI_SPM_KEY: key });
    assert.match(withKey.out, /5 of \d+/, withKey.said);
  });
});
