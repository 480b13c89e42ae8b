/** The platform's own figures: start, restart, cost of a request, weight of the first page. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Person, registerAdmin } from './person.ts';
import { startPlatform } from './running-platform.ts';

const project = join(import.meta.dirname, '..');

/** From a clone without leftovers (packages linked in) to a dashboard that answers, in seconds. */
async function firstStart(): Promise<number> {
  const clone = mkdtempSync(join(tmpdir(), 'clone-'));
  chmodSync(clone, 0o755);
  try {
    execFileSync('git', ['clone', '--quiet', '--local', project, join(clone, 'ai-spm')]);
    symlinkSync(join(project, 'node_modules'), join(clone, 'ai-spm', 'node_modules'));
    const { startPlatform: startClone } = (await import(join(clone, 'ai-spm', 'test', 'running-platform.ts'))) as {
      startPlatform: typeof startPlatform;
    };
    const startedAt = performance.now();
    const platform = await startClone();
    const page = await fetch(platform.url, { headers: { accept: 'text/html' } });
    const seconds = (performance.now() - startedAt) / 1000;
    await platform.stop();
    if (!page.ok) throw new TypeError(`the page answered ${page.status}`);
    return seconds;
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

/** From the command to ready with everything built and migrated, in seconds. */
async function restart(): Promise<number> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'restart-'));
  const first = await startPlatform({ DATA_DIR: dataDirectory });
  await first.stop();
  const startedAt = performance.now();
  const second = await startPlatform({ DATA_DIR: dataDirectory });
  const seconds = (performance.now() - startedAt) / 1000;
  await second.stop();
  rmSync(dataDirectory, { recursive: true, force: true });
  return seconds;
}

/**
 * CPU of the gateway for one validated, authenticated GET that reads the database; median of batches, in milliseconds.
 * One request after the other, so each pays for waking the process. The machine code of a gateway is made in its first
 * ten thousand requests, which are not counted. What the gateway does by itself meanwhile (queues, sequencer) is measured
 * without requests and taken off, and so is reading its counter, which costs as much as several requests.
 */
async function readCost(): Promise<number> {
  const platform = await startPlatform({ RATE_PER_MINUTE: '1000000' });
  try {
    const admin = await registerAdmin(platform.url);
    const read = async (times: number): Promise<void> => {
      for (let count = 0; count < times; count += 1) await mustRead(admin);
    };
    await read(10_000);
    const readings: number[] = [];
    for (let count = 0; count < 20; count += 1) readings.push((await cpuShare(admin, async () => {})).cpu);
    const reading = median(readings);
    const idle = await cpuShare(admin, () => sleep(3000));
    const idleShare = Math.max(0, idle.cpu - reading) / idle.seconds;
    const costs: number[] = [];
    const batch = 200;
    for (let count = 0; count < 25; count += 1) {
      const { seconds, cpu } = await cpuShare(admin, () => read(batch));
      costs.push(((cpu - reading - idleShare * seconds) * 1000) / batch);
    }
    return median(costs);
  } finally {
    await platform.stop();
  }
}

async function mustRead(person: Person): Promise<void> {
  const { status } = await person.ask('GET', '/api/settings/workspace');
  // A refusal costs less than an answer: it must not be counted as one.
  if (status !== 200) throw new TypeError(`the read answered ${status}`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function cpuShare(person: Person, work: () => Promise<void>): Promise<{ seconds: number; cpu: number }> {
  const startedAt = performance.now();
  const before = await cpuSeconds(person);
  await work();
  return { cpu: (await cpuSeconds(person)) - before, seconds: (performance.now() - startedAt) / 1000 };
}

async function cpuSeconds(person: Person): Promise<number> {
  const { body } = await person.ask('GET', '/metrics');
  const line = /^aispm_process_cpu_seconds_total (\S+)/m.exec(String(body));
  return Number(line?.[1]);
}

/** What a platform that nobody uses costs, its services and its database with it: milliseconds of processor time a second. Linux only. */
async function idleCost(): Promise<number> {
  if (process.platform !== 'linux') return Number.NaN;
  const platform = await startPlatform();
  try {
    await registerAdmin(platform.url);
    // What the start and the registration left to do.
    await sleep(10_000);
    const seconds = 30;
    const before = millisecondsOfTree(platform.supervisor.pid ?? 0);
    await sleep(seconds * 1000);
    return (millisecondsOfTree(platform.supervisor.pid ?? 0) - before) / seconds;
  } finally {
    await platform.stop();
  }
}

/** Time on a core of a process and of all that came from it, as the scheduler counts it. */
function millisecondsOfTree(root: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((word) => /^\d+$/.test(word))) {
    const stat = readOrNothing(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isOfTree = (pid: number | undefined): boolean => pid === root || (pid !== undefined && pid > 1 && isOfTree(parents.get(pid)));
  const threads = [...parents.keys()].filter(isOfTree).flatMap((pid) => {
    const tasks = `/proc/${pid}/task`;
    return existsSync(tasks) ? readdirSync(tasks).map((thread) => `${tasks}/${thread}/schedstat`) : [];
  });
  return threads.reduce((sum, path) => sum + Number(readOrNothing(path).split(' ')[0]) / 1e6, 0);
}

/** A process may end between being listed and being read. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '0';
  }
}

/** JavaScript the sign-in page and then the first page load, gzip, in kB: the entry and what it imports at once. */
async function firstPage(): Promise<number> {
  const { buildWebIfChanged } = await import('../src/apps/web-build.ts');
  await buildWebIfChanged(() => {});
  const root = join(project, 'dist/public');
  const html = readFileSync(join(root, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="\/?([^"]+\.js)"/g)].map((match) => match[1] ?? '');
  const bytes = scripts.map((script) => gzipSync(readFileSync(join(root, script))).length).reduce((sum, size) => sum + size, 0);
  return bytes / 1000;
}

export const benches = [
  { name: 'fresh clone → page answering, packages installed', bar: 60, unit: 's', run: firstStart },
  { name: 'restart', bar: 5, unit: 's', run: restart },
  { name: 'authenticated validated GET with database, CPU p50', bar: 0.5, unit: 'ms', run: readCost },
  { name: 'idle platform with its services and database, CPU a second', bar: 50, unit: 'ms', run: idleCost },
  { name: 'first page JavaScript, gzip', bar: 300, unit: 'kB', run: firstPage },
];
