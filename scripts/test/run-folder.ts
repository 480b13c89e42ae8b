/** The folder of one run: its reports and every temporary file of its tests, in memory where there is plenty. */
import { accessSync, chmodSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Databases are copied for hundreds of tests: on a disk that can take ten times as long. The tests use some 1.5 GiB at most. */
const wantedBytes = 4 * 2 ** 30;
const memoryFolder = '/dev/shm';
/** Short: the sockets of databases lie below, and their paths are bounded (107 bytes). */
const prefix = 'aispm-';
/** How long databases of ended tests may take to stop. */
const mostStopMs = 10_000;

type Room = { readonly freeIn: (folder: string) => number; readonly freeMemory: () => number };
const thisMachine: Room = { freeIn: freeBytes, freeMemory: () => process.availableMemory() };

/** TMPDIR where somebody set it, else memory when there is enough of it, else the usual place. */
export function chooseParent(environment: Readonly<Record<string, string | undefined>>, room: Room = thisMachine): string {
  const given = environment['TMPDIR'] ?? '';
  if (given !== '') return given;
  return room.freeIn(memoryFolder) >= wantedBytes && room.freeMemory() >= wantedBytes ? memoryFolder : tmpdir();
}

export type RunFolder = {
  readonly folder: string;
  /** A new folder in it, for one process: tests that count what they leave behind must not see the other lane's. */
  readonly share: () => string;
  readonly remove: () => Promise<void>;
};

export function makeRunFolder(parent = chooseParent(process.env)): RunFolder {
  removeAbandoned(parent);
  const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  // The database may run as another user, who must be able to enter.
  chmodSync(folder, 0o711);
  let shares = 0;
  const share = (): string => {
    shares += 1;
    const path = join(folder, String(shares));
    mkdirSync(path);
    chmodSync(path, 0o711);
    return path;
  };
  return { folder, share, remove: () => removeWhenQuiet(folder) };
}

/** A database whose files are taken away while it stops would be left running: its own watcher removes them first. */
async function removeWhenQuiet(folder: string): Promise<void> {
  const deadline = Date.now() + mostStopMs;
  const shares = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const holdsDatabase = (): boolean =>
    shares.some(({ name }) => readdirSync(join(folder, name)).some((inner) => inner.startsWith('ai-spm-db-')));
  while (holdsDatabase() && Date.now() < deadline) await sleep(50);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** What a run that was killed left behind would hold memory until the next start of the machine. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // Another user's process may not be signalled, but it runs.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** 0 when nothing can be written there, or when there is no such folder, as on systems other than Linux. */
function freeBytes(folder: string): number {
  if (!existsSync(folder)) return 0;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return 0;
  }
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
