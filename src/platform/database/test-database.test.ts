import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from './embedded/pid-file.ts';
import { testDatabase, testServer } from './test-database.ts';

test('each test gets a database of its own with two workspaces, and it is gone afterwards', async (t) => {
  const release: (() => Promise<void>)[] = [];
  const first = await testDatabase({ after: (step) => void release.push(step) });
  const second = await testDatabase(t);
  assert.notEqual(first.workspaceId, first.otherWorkspaceId);
  await first.owner.query('create table only_here (n int)');
  assert.deepEqual((await second.owner.query("select to_regclass('only_here') as found")).rows, [{ found: null }]);
  for (const step of release) await step();
  const { rows } = await second.owner.query('select datname from pg_database where datname = $1', [first.target.owner.database]);
  assert.deepEqual(rows, []);
});

test('a run that is killed leaves neither process nor folder behind', async (t) => {
  if (process.platform === 'win32') return t.skip('no watching process there');
  const script = `
    const { testServer } = await import(${JSON.stringify(new URL('test-database.ts', import.meta.url).href)});
    const { readFileSync } = await import('node:fs');
    const { clusterDirectory } = await testServer();
    console.log(clusterDirectory + ' ' + Number.parseInt(readFileSync(clusterDirectory + '/postmaster.pid', 'utf8')));
    setInterval(() => {}, 1000);`;
  // A third of the processor time of a start.
  const quickStart = new URL('../../apps/quick-resolve.ts', import.meta.url).href;
  const words = [`--import=${quickStart}`, '--input-type=module', '-e', script];
  const run = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await new Promise<string>((done) => run.stdout.once('data', (chunk: Buffer) => done(chunk.toString())));
  const [directory = '', pid = ''] = said.trim().split(' ');
  assert.equal(isRunning(Number(pid)), true);
  run.kill('SIGKILL');
  for (let round = 0; round < 200 && (isRunning(Number(pid)) || existsSync(directory)); round += 1) await sleep(50);
  assert.equal(isRunning(Number(pid)), false);
  assert.equal(existsSync(directory), false);
  assert.ok(existsSync((await testServer()).clusterDirectory), 'ours is another and still there');
});
