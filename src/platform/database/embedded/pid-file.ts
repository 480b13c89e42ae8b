/** postmaster.pid: whether the process it names is alive and really PostgreSQL. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

function pidFile(clusterDirectory: string): string {
  return join(clusterDirectory, 'postmaster.pid');
}

/** Is there a running process of this id? A zombie has ended: nobody has collected it yet. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM' && !isZombie(pid);
  }
  return !isZombie(pid);
}

function procFile(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null;
  }
}

function isZombie(pid: number): boolean {
  // The command name stands in brackets and may hold anything, so the state is the first word after the last bracket.
  const state = procFile(pid, 'stat')?.split(')').at(-1)?.trim().split(' ')[0];
  return state === 'Z' || state === 'X';
}

/** The words a process was started with: from /proc (Linux), else from ps. Null where neither tells. */
function commandLine(pid: number): string | null {
  if (process.platform === 'linux') return procFile(pid, 'cmdline')?.replaceAll('\0', ' ') ?? null;
  if (process.platform === 'win32') return null;
  const { status, stdout } = spawnSync('/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8', env: {} });
  return status === 0 ? stdout : null;
}

/** Is it a PostgreSQL of this cluster? Where nothing tells (Windows), a running process is believed to be one. */
function isPostgresOf(pid: number, clusterDirectory: string): boolean {
  const words = commandLine(pid);
  if (words === null) return process.platform === 'win32';
  return words.includes('postgres') && ` ${words} `.includes(` -D ${clusterDirectory} `);
}

/** Process id of the running postmaster of this cluster, or null. */
export function postmasterPid(clusterDirectory: string): number | null {
  const file = pidFile(clusterDirectory);
  if (!existsSync(file)) return null;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  if (!Number.isSafeInteger(pid) || pid <= 1) return null;
  return isRunning(pid) && isPostgresOf(pid, clusterDirectory) ? pid : null;
}

/**
 * Does the server itself say that it takes connections? Its eighth line says so, as pg_ctl reads it. Cheaper than asking
 * by connecting: that starts a process in the server each time, while it has a crash to recover from.
 */
export function saysReady(clusterDirectory: string): boolean {
  const file = pidFile(clusterDirectory);
  return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
}

/**
 * Removes a pid file whose process is gone, a zombie, or something else that was given the same number since.
 * PostgreSQL itself would refuse to start for the last two. Safe: a postmaster that is alive still holds the shared
 * memory block named after the cluster's inode, and a second one refuses to start over it. A file made a moment ago that is still empty
 * belongs to a server that begins right now.
 */
export function removeStalePidFile(clusterDirectory: string): boolean {
  const file = pidFile(clusterDirectory);
  if (!existsSync(file) || postmasterPid(clusterDirectory) !== null || isBeingWritten(file)) return false;
  rmSync(file, { force: true });
  return true;
}

/** Far more than it takes between making the file and writing into it. */
const writtenWithinMs = 2000;

function isBeingWritten(file: string): boolean {
  try {
    const { size, mtimeMs } = statSync(file);
    return size === 0 && Math.abs(Date.now() - mtimeMs) < writtenWithinMs;
  } catch {
    // Gone meanwhile: nothing is left to remove.
    return true;
  }
}
