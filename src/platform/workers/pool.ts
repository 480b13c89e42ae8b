/** Worker threads with a wall-clock and a memory limit for each task: untrusted bytes are parsed nowhere else. */
import { Worker } from 'node:worker_threads';
import { problems } from '../../contract/problem.ts';

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
  /** Buffers and code of a young isolate are small; a large young generation only costs memory. */
  readonly youngHeapMb?: number;
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
  /** Starts the workers now, so that their start overlaps with other work. */
  warm(): void;
  /** Ends every worker; tasks under way and waiting are refused with workers.stopped. */
  close(): Promise<void>;
};

type Task<Input, Output> = {
  readonly input: Input;
  readonly timeoutMs: number;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
};
type Seat<Input, Output> = { worker: Worker; task: Task<Input, Output> | null; timer: NodeJS.Timeout | null };
type Reply<Output> = { readonly output: Output } | { readonly error: { name: string; message: string } };

/** A pool of at most `size` workers; one that dies or runs over time is replaced when the next task needs it. */
export function workerPool<Input, Output>(options: PoolOptions): WorkerPool<Input, Output> {
  const seats = new Set<Seat<Input, Output>>();
  const waiting: Task<Input, Output>[] = [];
  const setup = Promise.resolve(options.setup);
  let closed = false;

  const finish = (seat: Seat<Input, Output>) => {
    if (seat.timer) clearTimeout(seat.timer);
    const { task } = seat;
    seat.task = null;
    seat.timer = null;
    return task;
  };
  const drop = (seat: Seat<Input, Output>, error: unknown) => {
    if (!seats.delete(seat)) return;
    finish(seat)?.reject(error);
    void seat.worker.terminate();
    if (!closed) next();
  };
  const seatFor = (): Seat<Input, Output> => {
    const worker = new Worker(new URL('./start.ts', import.meta.url), {
      workerData: { script: options.script.href },
      resourceLimits: { maxOldGenerationSizeMb: options.heapMb, maxYoungGenerationSizeMb: options.youngHeapMb ?? 16 },
    });
    const seat: Seat<Input, Output> = { worker, task: null, timer: null };
    seats.add(seat);
    worker.on('message', (reply: Reply<Output>) => {
      const task = finish(seat);
      if (waiting.length === 0) worker.unref();
      if ('output' in reply) task?.resolve(reply.output);
      else task?.reject(Object.assign(new Error(reply.error.message), { name: reply.error.name }));
      next();
    });
    worker.on('error', (error) => drop(seat, workerProblems.crashed({ reason: reasonOf(error) }, { cause: error })));
    worker.on('exit', (code) => drop(seat, workerProblems.crashed({ reason: `exit code ${code}` })));
    worker.unref();
    // A setup that fails refuses each task in `give`; here it must only not be unhandled.
    void setup.then(
      (data) => worker.postMessage({ setup: data }),
      () => {},
    );
    return seat;
  };
  const give = (seat: Seat<Input, Output>, task: Task<Input, Output>) => {
    seat.task = task;
    seat.worker.ref();
    seat.timer = setTimeout(() => drop(seat, workerProblems.timedOut({ ms: task.timeoutMs })), task.timeoutMs);
    void setup.then(
      () => seat.worker.postMessage({ input: task.input }),
      (error: unknown) => drop(seat, error),
    );
  };
  const next = () => {
    while (waiting.length > 0) {
      const free = [...seats].find(({ task }) => task === null) ?? (seats.size < options.size ? seatFor() : null);
      const task = free ? waiting.shift() : undefined;
      if (!free || !task) return;
      give(free, task);
    }
  };

  return {
    warm: () => {
      while (!closed && seats.size < options.size) seatFor();
    },
    run: (input, { timeoutMs = options.timeoutMs, signal } = {}) =>
      new Promise<Output>((resolve, reject) => {
        if (closed || signal?.aborted) return reject(workerProblems.stopped());
        const abort = () => {
          const queued = waiting.indexOf(task);
          if (queued >= 0) waiting.splice(queued, 1);
          for (const seat of seats) if (seat.task === task) drop(seat, workerProblems.stopped());
          reject(workerProblems.stopped());
        };
        const task: Task<Input, Output> = {
          input,
          timeoutMs,
          resolve: (output) => {
            signal?.removeEventListener('abort', abort);
            resolve(output);
          },
          reject: (error) => {
            signal?.removeEventListener('abort', abort);
            reject(error);
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        waiting.push(task);
        next();
      }),
    close: async () => {
      closed = true;
      for (const task of waiting.splice(0)) task.reject(workerProblems.stopped());
      const ending = [...seats];
      seats.clear();
      for (const seat of ending) finish(seat)?.reject(workerProblems.stopped());
      await Promise.all(ending.map(({ worker }) => worker.terminate()));
    },
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? error.code : undefined;
  return code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out of memory' : error.message.slice(0, 300);
}
