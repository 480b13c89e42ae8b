/** One command, whole platform: database, web build, gateway and services; restarted when they die, stopped together. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { childEnvironment, config, projectRoot } from '../platform/config.ts';
import { databaseTarget } from '../platform/database/connection.ts';
import { superviseEmbedded } from '../platform/database/embedded/supervise.ts';
import { migrate } from '../platform/database/migrate.ts';
import { log } from '../platform/log.ts';
import { type Lifetime, lifetime, stopOnSignals } from './lifetime.ts';
import { chosenDoors } from './services.ts';
import { buildWebIfChanged } from './web-build.ts';

const entry = join(import.meta.dirname, 'main.ts');

export async function supervise(): Promise<void> {
  const life = lifetime();
  stopOnSignals(life);
  try {
    await startEverything(life);
  } catch (error) {
    // Nothing half-started stays behind.
    await life.stop('the start failed');
    throw error;
  }
}

async function startEverything(life: Lifetime): Promise<void> {
  const startedAt = performance.now();
  const settings = config();
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  say('AI-SPM is starting…');
  const web = buildWebIfChanged(say);
  // The build is awaited below; until then its failure must not end the process.
  web.catch(() => {});
  await startDatabase(life, say);
  await web;
  if (life.stopping()) return;
  const children = [
    new Child('gateway', { PROCESS: 'gateway' }),
    ...chosenDoors(settings.SERVICES).map(({ door }) => new Child(door, { PROCESS: door }, ['DATABASE_URL', 'DATABASE_APP_URL'])),
  ];
  life.add('processes', () => Promise.all(children.map((child) => child.stop())).then(() => {}));
  await Promise.all(children.map((child) => child.firstReady));
  const address = settings.PUBLIC_URL ?? `http://localhost:${settings.PORT}`;
  say(
    `\n  AI-SPM is ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n\n  Open       ${address}\n  API        ${address}/docs\n  Services   ports ${settings.SERVICE_PORT_BASE + 1} to ${settings.SERVICE_PORT_BASE + 5}, /docs on each\n  Scan roots ${settings.scanRoots.join(', ')}\n  Stop       Ctrl-C\n`,
  );
}

async function startDatabase(life: Lifetime, say: (line: string) => void): Promise<void> {
  const { DATABASE_URL: url, DATABASE_APP_URL: applicationUrl, DATA_DIR: dataDirectory } = config();
  if (url === undefined) {
    const embedded = await superviseEmbedded({
      dataDirectory,
      log: log(),
      onState: (state) => log().info({ code: 'database.state', state }, 'Embedded PostgreSQL'),
    });
    life.add('embedded PostgreSQL', () => embedded.stop());
  }
  const applied = await migrate(databaseTarget({ url, applicationUrl, dataDirectory, processName: 'migrate', log: log() }));
  if (applied.length > 0) say(`Database schema: ${applied.length} migrations applied.`);
}

/** A process that was ready for this long is not one that cannot start. */
const servedMs = 3000;

/** A child process that is started again when it dies, later each time it dies at once. */
class Child {
  readonly firstReady: Promise<void>;
  readonly #name: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #without: readonly string[];
  #process: ChildProcess | undefined;
  #stopped = false;
  #deaths = 0;
  #restart: NodeJS.Timeout | undefined;
  #ready: () => void = () => {};

  constructor(name: string, environment: Readonly<Record<string, string>>, without: readonly string[] = []) {
    this.#name = name;
    this.#environment = environment;
    this.#without = without;
    this.firstReady = new Promise((resolve) => {
      this.#ready = resolve;
    });
    this.#start();
  }

  #start(): void {
    let readyAt: number | null = null;
    const child = fork(entry, {
      env: childEnvironment({ NODE_COMPILE_CACHE: join(projectRoot, 'node_modules/.cache/compiled'), ...this.#environment }, this.#without),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process = child;
    child.on('message', () => {
      readyAt ??= Date.now();
      this.#ready();
    });
    child.on('error', (error) =>
      log('error').error({ error, code: 'process.startFailed', child: this.#name }, 'A process could not be started'),
    );
    child.on('exit', (code, signal) => {
      if (this.#stopped) return;
      // What served for a while was killed rather than broken: it comes back at once.
      if (readyAt !== null && Date.now() - readyAt > servedMs) this.#deaths = 0;
      this.#deaths += 1;
      const waitMs = Math.min(200 * 2 ** Math.min(this.#deaths - 1, 7), 15_000);
      log('error').error({ code: 'process.died', child: this.#name, exit: code, signal, waitMs }, 'A process died and is started again');
      this.#restart = setTimeout(() => this.#start(), waitMs);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ready();
    clearTimeout(this.#restart);
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const bound = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(bound);
  }
}
