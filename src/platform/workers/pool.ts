/** Worker threads with a wall-clock and a memory limit for each task: untrusted bytes are parsed nowhere else. */
import { Worker } from 'node:worker_threads';
import { problems } from '../../contract/problem.ts';
import { compiledCodeFolder } from './compile-cache.ts';
import { oneFileOf } from './one-file.ts';

export const workerProblems = problems('workers', {
  timedOut: [504, 'The task took longer than {ms} ms and was stopped.'],
  crashed: [500, 'The worker died during the task: {reason}.'],
  stopped: [503, 'The task was stopped before it ended.'],
});

export type PoolOptions = {
  /** Module that calls `serveTasks` (platform/workers/serve.ts). */
  readonly script: URL;
  readonly size: number;
  /** Default wall time of a task; it starts when a worker takes the task, not while it waits. */
  readonly timeoutMs: number;
  /** JavaScript heap of one worker. Buffers lie outside it: bounding those is the task's own business. */
  readonly heapMb: number;
  /** Second argument of the worker's tasks: cloned once for each worker. A promise lets workers load while it is still being made. */
  readonly setup?: unknown;
};
export type TaskOptions = { readonly timeoutMs?: number; readonly signal?: AbortSignal };

export type WorkerPool<Input, Output> = {
  /**
   * Runs one task in the next free worker.
   * @throws workers.timedOut, workers.crashed (also when memory runs out), workers.stopped; a Problem or Error of the task itself.
   */
  run(input: Input, options?: TaskOptions): Promise<Output>;
  /** Starts so many workers now (default: all), so that their start overlaps with other work. */
  warm(count?: number): void;
  /** Ends every worker; tasks under way and waiting are refused with workers.stopped. */
  close(): Promise<void>;
};

/** A pool of at most `size` workers; one that dies or runs over time is replaced when the next task needs it. */
export function workerPool<Input, Output>(options: PoolOptions): WorkerPool<Input, Output> {
  return new ThreadPool<Input, Output>(options);
}

/** Values of a task are short-lived and small; a larger young generation only costs memory, a smaller one is collected all the time. */
const youngHeapMb = 4;

/**
 * First words of a worker thread whose script is not prepared: the code cache is switched on before anything is loaded. Plain JavaScript
 * in a text, because a module of ours would itself be stripped of its types before the cache could help.
 */
const firstLines = `
const { workerData } = require('node:worker_threads');
require('node:module').enableCompileCache(workerData.compiledCode);
import(workerData.script);
`;

type Thread = { readonly script: URL; readonly heapMb: number };

/** A prepared script is begun as the file it is: a text would be read as one that may be TypeScript. */
function beginThread({ script, heapMb }: Thread, prepared: string | null): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngHeapMb };
  if (prepared !== null) return new Worker(prepared, { resourceLimits });
  return new Worker(firstLines, { eval: true, workerData: { script: script.href, compiledCode: compiledCodeFolder }, resourceLimits });
}

/** Begun before there is a pool, for the first pool of the same script. */
let early: (Thread & { readonly worker: Worker }) | null = null;

/**
 * Begins one thread of a prepared script before anything else is loaded, for a process whose start people wait for: the first pool of
 * this script takes it. Without a prepared file nothing is begun.
 * @returns the id of the thread, or null.
 */
export function beginEarly(thread: Thread, prepared = oneFileOf(thread.script)): number | null {
  if (prepared === null || early !== null) return null;
  const worker = beginThread(thread, prepared);
  early = { ...thread, worker };
  const forget = () => {
    if (early?.worker === worker) early = null;
  };
  // One that ends before anybody took it is none: the pool begins another, and tells what is wrong with that.
  worker.on('error', forget);
  worker.on('exit', forget);
  worker.unref();
  return worker.threadId;
}

function takeEarly({ script, heapMb }: Thread): Worker | null {
  if (early === null || early.script.href !== script.href || early.heapMb !== heapMb) return null;
  const { worker } = early;
  early = null;
  return worker;
}

type Task<Input, Output> = {
  readonly input: Input;
  readonly timeoutMs: number;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
};
type Seat<Input, Output> = { readonly worker: Worker; task: Task<Input, Output> | null; timer: NodeJS.Timeout | null };
type Reply<Output> = { readonly output: Output } | { readonly error: { name: string; message: string } };

class ThreadPool<Input, Output> implements WorkerPool<Input, Output> {
  readonly #options: PoolOptions;
  readonly #setup: Promise<unknown>;
  /** The script as one prepared file, when there is one. */
  readonly #prepared: string | null;
  readonly #seats = new Set<Seat<Input, Output>>();
  readonly #waiting: Task<Input, Output>[] = [];
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#setup = Promise.resolve(options.setup);
    this.#prepared = oneFileOf(options.script);
  }

  warm(count = this.#options.size): void {
    while (!this.#closed && this.#seats.size < Math.min(count, this.#options.size)) this.#seat();
  }

  run(input: Input, { timeoutMs = this.#options.timeoutMs, signal }: TaskOptions = {}): Promise<Output> {
    if (this.#closed || signal?.aborted) return Promise.reject(workerProblems.stopped());
    const { promise, resolve, reject } = Promise.withResolvers<Output>();
    const task: Task<Input, Output> = { input, timeoutMs, resolve, reject };
    const abort = () => this.#abort(task);
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.push(task);
    this.#next();
    return promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#waiting.splice(0)) task.reject(workerProblems.stopped());
    const ending = [...this.#seats];
    this.#seats.clear();
    for (const seat of ending) free(seat)?.reject(workerProblems.stopped());
    await Promise.all(ending.map(({ worker }) => worker.terminate()));
  }

  #abort(task: Task<Input, Output>): void {
    const queued = this.#waiting.indexOf(task);
    if (queued >= 0) this.#waiting.splice(queued, 1);
    task.reject(workerProblems.stopped());
    for (const seat of this.#seats) if (seat.task === task) this.#drop(seat, workerProblems.stopped());
  }

  #seat(): Seat<Input, Output> {
    const worker = takeEarly(this.#options) ?? beginThread(this.#options, this.#prepared);
    const seat: Seat<Input, Output> = { worker, task: null, timer: null };
    this.#seats.add(seat);
    worker.on('message', (reply: Reply<Output>) => this.#answered(seat, reply));
    worker.on('error', (error) => this.#drop(seat, workerProblems.crashed({ reason: reasonOf(error) }, { cause: error })));
    worker.on('exit', (code) => this.#drop(seat, workerProblems.crashed({ reason: `exit code ${code}` })));
    worker.unref();
    // A setup that fails refuses each task in `give`; here it must only not be unhandled.
    void this.#setup.then(
      (setup) => worker.postMessage({ setup }),
      () => {},
    );
    return seat;
  }

  #answered(seat: Seat<Input, Output>, reply: Reply<Output>): void {
    const task = free(seat);
    if (this.#waiting.length === 0) seat.worker.unref();
    if ('output' in reply) task?.resolve(reply.output);
    else task?.reject(Object.assign(new Error(reply.error.message), { name: reply.error.name }));
    this.#next();
  }

  #drop(seat: Seat<Input, Output>, error: unknown): void {
    if (!this.#seats.delete(seat)) return;
    free(seat)?.reject(error);
    void seat.worker.terminate();
    if (!this.#closed) this.#next();
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      const idle = [...this.#seats].find(({ task }) => task === null);
      const seat = idle ?? (this.#seats.size < this.#options.size ? this.#seat() : null);
      const task = seat ? this.#waiting.shift() : undefined;
      if (!seat || !task) return;
      this.#give(seat, task);
    }
  }

  #give(seat: Seat<Input, Output>, task: Task<Input, Output>): void {
    seat.task = task;
    seat.worker.ref();
    seat.timer = setTimeout(() => this.#drop(seat, workerProblems.timedOut({ ms: task.timeoutMs })), task.timeoutMs);
    void this.#setup.then(
      () => seat.worker.postMessage({ input: task.input }),
      (error: unknown) => this.#drop(seat, error),
    );
  }
}

/** Takes the task off its seat, the clock stopped. */
function free<Input, Output>(seat: Seat<Input, Output>): Task<Input, Output> | null {
  const { task } = seat;
  if (seat.timer) clearTimeout(seat.timer);
  seat.task = null;
  seat.timer = null;
  return task;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? error.code : undefined;
  return code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out of memory' : error.message.slice(0, 300);
}
