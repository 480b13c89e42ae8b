import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseTarget, withClient } from '../connection.ts';
import { migrate } from '../migrate.ts';
import { guardedDirectory } from '../test-database.ts';
import { postmasterPid, removeStalePidFile } from './pid-file.ts';
import { preparePlace, readPlace, runAs } from './place.ts';
import { type Embedded, isAlive, loginAs, startEmbedded, stopEmbedded } from './postmaster.ts';
import { type EmbeddedState, superviseEmbedded } from './supervise.ts';

/** Small and careless: these tests are about processes, not about data. */
const settings = { fsync: 'off', shared_buffers: '16MB', dynamic_shared_memory_type: 'mmap' };

describe('the embedded PostgreSQL', () => {
  const dataDirectory = guardedDirectory('embedded');
  const start = (): Promise<Embedded> => startEmbedded({ dataDirectory, settings });
  const pidFile = (): string => join(dataDirectory, 'postgresql', 'postmaster.pid');
  /** What the first start made, kept for the tests that need a cluster of their own: initdb takes a second. */
  const pristine = join(guardedDirectory('pristine'), 'postgresql');
  let fromNothing: { readonly alive: readonly [before: boolean, after: boolean]; readonly attached: boolean };
  before(async () => {
    const abandoned = join(dataDirectory, 'postgresql.draft-abc');
    mkdirSync(abandoned, { recursive: true });
    writeFileSync(join(abandoned, 'PG_VERSION'), '18\n');
    utimesSync(abandoned, new Date(0), new Date(0));
    const wasAlive = await isAlive(dataDirectory);
    const { attached } = await start();
    fromNothing = { alive: [wasAlive, await isAlive(dataDirectory)], attached };
    await stopEmbedded(dataDirectory);
    mkdirSync(dirname(pristine), { recursive: true, mode: 0o755 });
    execFileSync('/bin/cp', ['-a', join(dataDirectory, 'postgresql'), pristine]);
  });
  after(() => stopEmbedded(dataDirectory));

  /** A data directory with a cluster of its own, without the second that initdb takes. */
  function copied(directory: string): string {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    execFileSync('/bin/cp', ['-a', pristine, join(directory, 'postgresql')]);
    return directory;
  }

  test('starts from nothing, and a second start attaches to the same server', async () => {
    assert.deepEqual(fromNothing, { alive: [false, true], attached: false });
    const first = await start();
    assert.equal(first.attached, false);
    const second = await start();
    assert.deepEqual([second.attached, second.pid], [true, first.pid]);
  });

  test('two starts at once end with one server', async () => {
    const directory = copied(guardedDirectory('race'));
    const both = await Promise.all([
      startEmbedded({ dataDirectory: directory, settings }),
      startEmbedded({ dataDirectory: directory, settings }),
    ]);
    assert.equal(both[0].pid, both[1].pid);
    await stopEmbedded(directory);
  });

  test('listens on a socket in a folder that only its own user can enter, and on no port', async () => {
    const { place } = await start();
    assert.equal(statSync(place.socketDirectory ?? '').mode & 0o777, 0o700);
    assert.equal(statSync(place.clusterDirectory).mode & 0o777, 0o700);
    await withClient(loginAs(place, 'aispm'), async (client) => {
      const { rows } = await client.query(
        "select current_setting('listen_addresses') as addresses, current_setting('data_directory') as path",
      );
      assert.deepEqual(rows, [{ addresses: '', path: place.clusterDirectory }]);
    });
  });

  test('gives the server nothing of our environment', async (t) => {
    if (process.platform !== 'linux') return t.skip('reads /proc');
    const { pid } = await start();
    const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .map((entry) => entry.split('=')[0])
      .filter((name) => name !== '' && !name?.startsWith('PG_'));
    assert.deepEqual(names.sort(), ['LC_ALL', 'TZ']);
  });

  test('stops with a checkpoint and starts again with its data', async () => {
    const { place } = await start();
    await withClient(loginAs(place, 'aispm'), (client) => client.query('create table kept as select 42 as n'));
    await stopEmbedded(dataDirectory);
    assert.equal(await isAlive(dataDirectory), false);
    assert.equal(existsSync(pidFile()), false);
    await stopEmbedded(dataDirectory);
    await start();
    const answer = await withClient(loginAs(place, 'aispm'), (client) => client.query('select n from kept'));
    assert.deepEqual(answer.rows, [{ n: 42 }]);
  });

  test('starts over a pid file left by a killed server', async () => {
    const { pid, place } = await start();
    process.kill(pid, 'SIGKILL');
    while (postmasterPid(place.clusterDirectory) !== null) await sleep(5);
    assert.equal(existsSync(pidFile()), true);
    const again = await start();
    assert.equal(again.attached, false);
  });

  test('an empty pid file belongs to a server that begins right now, or to one that broke off long ago', async (t) => {
    const cluster = mkdtempSync(join(tmpdir(), 'pid-'));
    t.after(() => rmSync(cluster, { recursive: true, force: true }));
    const file = join(cluster, 'postmaster.pid');
    writeFileSync(file, '');
    assert.deepEqual([removeStalePidFile(cluster), existsSync(file)], [false, true]);
    utimesSync(file, new Date(), new Date(Date.now() - 10_000));
    assert.deepEqual([removeStalePidFile(cluster), existsSync(file)], [true, false]);
  });

  test('starts over a pid file whose number now belongs to somebody else', async () => {
    const { place } = await start();
    await stopEmbedded(dataDirectory);
    const stranger = spawn('/bin/sleep', ['60'], { stdio: 'ignore', ...sameUser() });
    try {
      writeFileSync(pidFile(), `${stranger.pid}\n${place.clusterDirectory}\n0\n5432\n\n\n0 0\nready\n`, { mode: 0o644 });
      assert.equal(postmasterPid(place.clusterDirectory), null);
      assert.equal((await start()).attached, false);
      assert.equal(stranger.exitCode, null, 'the stranger was left alone');
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  test('starts over a pid file whose process is a zombie', async (t) => {
    if (process.platform !== 'linux') return t.skip('reads /proc');
    const { place } = await start();
    await stopEmbedded(dataDirectory);
    const { parent, zombie } = await makeZombie();
    try {
      writeFileSync(pidFile(), `${zombie}\n${place.clusterDirectory}\n`, { mode: 0o644 });
      assert.equal(removeStalePidFile(place.clusterDirectory), true);
      assert.equal((await start()).attached, false);
    } finally {
      parent.kill('SIGKILL');
    }
  });

  test('an unfinished initialisation of a killed start is swept away when it is old, and never taken for a cluster', () => {
    assert.deepEqual(
      readdirSync(dataDirectory).filter((name) => name.includes('draft')),
      [],
    );
  });

  test('a path too long for a socket gets a socket in the temporary folder, and the data directory remembers it', async (t) => {
    const directory = copied(join(guardedDirectory('long'), 'd'.repeat(60), 'e'.repeat(60)));
    const { place } = await startEmbedded({ dataDirectory: directory, settings });
    t.after(() => rmSync(place.socketDirectory ?? '', { recursive: true, force: true }));
    assert.ok((place.socketDirectory ?? '').length < 80, place.socketDirectory ?? '');
    assert.deepEqual(readPlace(directory), place);
    assert.equal(await isAlive(directory), true);
    await stopEmbedded(directory);
  });

  test('a folder the database’s user may not enter is no obstacle for root, and removing the data directory begins anew', async (t) => {
    if (runAs() === null) return t.skip('only root hands over to another user');
    const closed = guardedDirectory('closed');
    const directory = join(closed, 'data');
    mkdirSync(closed, { mode: 0o700 });
    const { place } = await startEmbedded({ dataDirectory: directory, settings });
    t.after(() => rmSync(dirname(place.clusterDirectory), { recursive: true, force: true }));
    assert.ok(place.clusterDirectory.startsWith('/var/lib/ai-spm/'), place.clusterDirectory);
    assert.equal(await isAlive(directory), true);
    await stopEmbedded(directory);

    chmodSync(closed, 0o755);
    assert.deepEqual(await preparePlace(directory, runAs()), place, 'opened later, the data stays where it is');
    rmSync(directory, { recursive: true });
    assert.notEqual((await preparePlace(directory, runAs())).clusterDirectory, place.clusterDirectory);
  });

  test('data that root’s database user cannot reach any more is refused, not replaced by an empty database', async (t) => {
    if (runAs() === null) return t.skip('only root hands over to another user');
    const closed = guardedDirectory('closed-later');
    copied(join(closed, 'data'));
    chmodSync(closed, 0o700);
    await assert.rejects(preparePlace(join(closed, 'data'), runAs()), {
      code: 'database.unreachable',
      params: { user: runAs()?.name ?? '', path: closed, remedy: `run chmod o+x ${closed}, or start as another user.` },
    });
  });

  test('where there are no sockets it listens on 127.0.0.1 with a password, and every role needs it', async () => {
    const directory = guardedDirectory('tcp');
    const options = { dataDirectory: directory, settings, listen: 'tcp' } as const;
    const { place, pid } = await startEmbedded(options);
    const target = databaseTarget({ dataDirectory: directory, processName: 'test' });
    await migrate(target, { migrations: [] });
    for (const login of [target.owner, target.application, target.jobs]) {
      assert.equal(login.host, '127.0.0.1');
      await withClient(login, (client) => client.query('select 1'));
      await assert.rejects(
        withClient({ ...login, password: 'guess' }, (client) => client.query('select 1')),
        { code: '28P01' },
      );
    }
    assert.deepEqual(await startEmbedded(options), { place, pid, attached: true, ended: null });
    await stopEmbedded(directory);
    assert.deepEqual((await startEmbedded(options)).place, place, 'the same port and password again');
    await stopEmbedded(directory);
  });

  test('data of another major version is refused with a sentence', async () => {
    const directory = guardedDirectory('major');
    mkdirSync(join(directory, 'postgresql'), { recursive: true });
    writeFileSync(join(directory, 'postgresql', 'PG_VERSION'), '15\n');
    await assert.rejects(startEmbedded({ dataDirectory: directory, settings }), { code: 'database.wrongMajor', status: 503 });
  });

  test('a server that cannot start says why', async () => {
    const directory = copied(guardedDirectory('broken'));
    const wrong = startEmbedded({ dataDirectory: directory, settings: { ...settings, shared_buffers: '1kB' } });
    await assert.rejects(wrong, (error: Error) => /outside the valid range/.test(error.message));
  });

  test('a supervised server that dies is brought back, and is stopped for good by stop', async () => {
    const states: EmbeddedState[] = [];
    const supervisor = await superviseEmbedded({ dataDirectory, settings, onState: (state) => states.push(state) });
    const first = supervisor.pid();
    process.kill(first ?? 0, 'SIGKILL');
    while (supervisor.pid() === first || supervisor.pid() === null) await sleep(10);
    assert.equal(await isAlive(dataDirectory), true);
    await supervisor.stop();
    assert.deepEqual(states, ['starting', 'ready', 'down', 'ready', 'stopped']);
    await sleep(300);
    assert.equal(await isAlive(dataDirectory), false);
  });
});

/** As the database's own user, so that kill(pid, 0) succeeds and PostgreSQL alone would be misled. */
function sameUser(): { uid?: number; gid?: number } {
  const user = runAs();
  return user === null ? {} : { uid: user.uid, gid: user.gid };
}

/** A process that ended and whose parent does not ask: `exec` makes a parent that never waits. */
async function makeZombie(): Promise<{ parent: ChildProcess; zombie: number }> {
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const said = await new Promise<string>((done) => parent.stdout?.once('data', (chunk: Buffer) => done(chunk.toString())));
  const zombie = Number.parseInt(said, 10);
  while (!readFileSync(`/proc/${zombie}/stat`, 'utf8').includes(') Z')) await sleep(5);
  return { parent, zombie };
}
