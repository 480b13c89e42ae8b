/** Scans of one process: state and result by id, bounded in number, forgotten an hour after their end. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { isProblem } from '../../contract/problem.ts';
import { log } from '../../platform/log.ts';
import { type ScanProgress, type ScanResult, scanProblems, type scanStatus } from './contract.ts';

type Progress = z.infer<typeof ScanProgress>;
type Status = z.infer<typeof scanStatus.output>;
type Entry = { readonly id: string; status: Status; readonly stop: AbortController; readonly finished: Promise<ScanResult> };
type Run = (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<ScanResult>;

const keptMs = 3_600_000;

export class DoorScans {
  readonly #most: number;
  readonly #entries = new Map<string, Entry>();
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws model-scanner.queueFull when as many as allowed are running */
  start(run: Run): Entry {
    if (this.#running >= this.#most) throw scanProblems.queueFull({ seconds: 5 }, { retryAfterSeconds: 5 });
    const id = randomUUID();
    const stop = new AbortController();
    const status: Status = {
      id,
      state: 'running',
      progress: { filesDone: 0, filesTotal: null, bytesRead: 0, current: null },
      result: null,
      problem: null,
    };
    this.#running += 1;
    const finished = run(stop.signal, (progress) => {
      status.progress = progress;
    });
    const entry: Entry = { id, status, stop, finished };
    this.#entries.set(id, entry);
    void this.#settle(entry);
    return entry;
  }

  async #settle({ id, status, stop, finished }: Entry): Promise<void> {
    try {
      status.result = await finished;
      status.state = 'done';
    } catch (error) {
      status.state = stop.signal.aborted ? 'cancelled' : 'failed';
      status.problem = isProblem(error)
        ? { code: error.code, detail: error.message }
        : { code: 'model-scanner.failed', detail: 'The scan failed in a way nobody meant.' };
      if (!isProblem(error)) log('error').error({ error, code: 'model-scanner.failed' }, 'A scan failed');
    } finally {
      this.#running -= 1;
      setTimeout(() => this.#entries.delete(id), keptMs).unref();
    }
  }

  /** @throws model-scanner.notFound */
  status(id: string): Status {
    const entry = this.#entries.get(id);
    if (!entry) throw scanProblems.notFound({ id });
    return entry.status;
  }

  /** True when it was running. */
  cancel(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry?.status.state !== 'running') return false;
    entry.stop.abort();
    return true;
  }
}
