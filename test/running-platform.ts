/** The whole platform as a person starts it: real processes, real ports, a data directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWebIfChanged } from '../src/apps/web-build.ts';
import { copyMadeCluster } from '../src/platform/database/test-database.ts';

const main = join(import.meta.dirname, '../src/apps/main.ts');
/** Far more than it takes, for machines that do much else. */
const startMs = 150_000;

export type RunningPlatform = {
  readonly url: string;
  readonly servicePort: (step: number) => number;
  readonly dataDirectory: string;
  readonly supervisor: ChildProcess;
  /** What the processes wrote, for the message of a failing test. */
  output(): string;
  stop(): Promise<void>;
};

let built: Promise<void> | undefined;

type Start = {
  /** As on a fresh machine: the database cluster is made and migrated by the platform itself, which others are given ready made. */
  readonly fromNothing?: boolean;
};

/** Starts it and waits until it says it is ready. @throws with its output when it does not */
export async function startPlatform(
  environment: Readonly<Record<string, string>> = {},
  { fromNothing = false }: Start = {},
): Promise<RunningPlatform> {
  // Once for all files of a run: several platforms that start together would each build the same app.
  built ??= buildWebIfChanged(() => {});
  await built;
  const dataDirectory = environment['DATA_DIR'] ?? (await mkdtemp(join(tmpdir(), 'platform-')));
  // The database may run as another user, who must be able to enter.
  await chmod(dataDirectory, 0o755);
  if (!fromNothing && environment['DATA_DIR'] === undefined) await copyMadeCluster(dataDirectory);
  const port = await freePort();
  const base = await freePortBase();
  const supervisor = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      PORT: String(port),
      SERVICE_PORT_BASE: String(base),
      DATA_DIR: dataDirectory,
      LOG_DIR: join(dataDirectory, 'logs'),
      LOG_STDOUT: 'false',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const note = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-20_000);
  };
  supervisor.stdout?.on('data', note);
  supervisor.stderr?.on('data', note);
  const platform: RunningPlatform = {
    url: `http://127.0.0.1:${port}`,
    servicePort: (step) => base + step,
    dataDirectory,
    supervisor,
    output: () => text,
    async stop() {
      if (supervisor.exitCode === null && supervisor.signalCode === null) {
        const gone = new Promise((resolve) => supervisor.once('exit', resolve));
        supervisor.kill('SIGTERM');
        await gone;
      }
      if (environment['DATA_DIR'] === undefined) await rm(dataDirectory, { recursive: true, force: true });
    },
  };
  try {
    await waitUntil(
      () => text.includes('AI-SPM is ready'),
      () => supervisor.exitCode !== null,
      () => text,
    );
  } catch (error) {
    // Nobody else knows these processes: they would outlive the tests.
    await platform.stop();
    throw error;
  }
  return platform;
}

async function waitUntil(done: () => boolean, dead: () => boolean, says: () => string): Promise<void> {
  const deadline = Date.now() + startMs;
  while (!done()) {
    if (dead()) throw new TypeError(`The platform ended while starting:\n${says()}`);
    if (Date.now() > deadline) throw new TypeError(`The platform was not ready within ${startMs} ms:\n${says()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new TypeError('no port'))));
    });
  });
}

/** Six free ports in a row: one base and five services. */
export async function freePortBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = 20_000 + Math.floor(Math.random() * 30_000);
    const free = await Promise.all([1, 2, 3, 4, 5].map((step) => isFree(base + step)));
    if (free.every(Boolean)) return base;
  }
  throw new TypeError('No five free ports in a row were found.');
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
