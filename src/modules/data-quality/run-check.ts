/** One check in a process of its own: with a wall-clock and a memory limit, and nothing left behind. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem, type ProblemStatus } from '../../contract/problem.ts';
import type { CheckTask, ChildReply, ReadingProgress } from './check-child.ts';
import { startCheckProcess } from './check-process.ts';
import type { EngineLimits } from './engine.ts';
import { dataProblems } from './refusal.ts';

export type CheckLimits = EngineLimits & { readonly timeoutMs: number /** Resident memory of the child. */; readonly processMb: number };
type WithoutStaging<T> = T extends unknown ? Omit<T, 'staging' | 'limits'> : never;
export type CheckQuestion = WithoutStaging<CheckTask>;

type Around = {
  readonly limits: CheckLimits;
  readonly signal?: AbortSignal | undefined;
  /** Hears how many rows were read, every now and then. */
  readonly told?: (progress: ReadingProgress) => void;
};

const lookEveryMs = 100;

/**
 * @param prepare gets the private folder before the child starts: data that came as bytes is written there.
 * @throws what the child refused; data-quality.timedOut, .outOfMemory, .died, .stopped.
 */
export async function runCheck(prepare: (staging: string) => Promise<CheckQuestion>, around: Around): Promise<unknown> {
  const { limits } = around;
  const staging = await realpath(await mkdtemp(join(tmpdir(), 'data-quality-')));
  try {
    const question = await prepare(staging);
    return await askChild({ ...question, staging, limits }, around);
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 3 });
  }
}

function askChild(task: CheckTask, { limits, signal, told }: Around): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  if (signal?.aborted) return Promise.reject(dataProblems.stopped());
  const child = startCheckProcess();
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-500);
  });
  const end = (problem: Problem) => {
    reject(problem);
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => end(dataProblems.timedOut({ ms: limits.timeoutMs })), limits.timeoutMs);
  const watch = setInterval(() => {
    if (residentMb(child) > limits.processMb) end(dataProblems.outOfMemory({ megabytes: limits.processMb }));
  }, lookEveryMs);
  const stop = () => end(dataProblems.stopped());
  signal?.addEventListener('abort', stop, { once: true });
  child.on('message', (reply: ChildReply) => ('progress' in reply ? told?.(reply.progress) : settle(reply, resolve, reject)));
  child.on('error', (error) => end(dataProblems.died({ reason: error.message })));
  child.on('exit', (code, killedBy) => {
    clearTimeout(timer);
    clearInterval(watch);
    signal?.removeEventListener('abort', stop);
    // After an answer this changes nothing: a promise settles once.
    reject(dataProblems.died({ reason: `it ended with ${killedBy ?? code} ${said.split('\n').find((line) => line !== '') ?? ''}`.trim() }));
  });
  child.send(task);
  return whenEnded(promise, child);
}

/** The folder is only removed once nobody writes into it. */
async function whenEnded<T>(answer: Promise<T>, child: ChildProcess): Promise<T> {
  try {
    return await answer;
  } finally {
    await ended(child);
  }
}

function settle(
  reply: Exclude<ChildReply, { progress: unknown }>,
  resolve: (answer: unknown) => void,
  reject: (error: unknown) => void,
): void {
  if ('answer' in reply) resolve(reply.answer);
  else if ('refused' in reply) {
    const { code, status, detail, params } = reply.refused;
    reject(new Problem(code, status as ProblemStatus, detail, params));
  } else reject(new TypeError(`check child: ${reply.defect}`));
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** 0 where the system does not tell (then the engine's own limit and the wall clock remain). */
function residentMb({ pid }: ChildProcess): number {
  const file = `/proc/${pid}/statm`;
  if (!existsSync(file)) return 0;
  try {
    return (Number(readFileSync(file, 'utf8').split(' ')[1]) * 4096) / 2 ** 20;
  } catch {
    // It ended between the two looks.
    return 0;
  }
}
