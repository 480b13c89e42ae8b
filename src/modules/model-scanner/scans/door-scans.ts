/** Scans of one process: state and result by id, bounded in number, forgotten an hour after their end. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { isProblem } from '../../../contract/problem.ts';
import { log } from '../../../platform/log.ts';
import { type Profile, type ScanProgress, type ScanResult, scanProblems, type scanStatus } from '../contract.ts';

type Progress = z.infer<typeof ScanProgress>;
type Status = z.infer<typeof scanStatus.output>;
type Named = { readonly root: string; readonly name: string; readonly profile: Profile };
type Entry = {
  readonly id: string;
  /** What reports say about what was scanned. */
  readonly named: Named;
  status: Status;
  readonly stop: AbortController;
  readonly finished: Promise<ScanResult>;
};
type Start = {
  readonly named: Named;
  readonly run: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<ScanResult>;
  /** Does the result reach the caller's bar? */
  readonly fails?: (result: ScanResult) => boolean;
};

const keptMs = 3_600_000;

export class DoorScans {
  readonly #most: number;
  readonly #entries = new Map<string, Entry>();
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws model-scanner.queueFull when as many as allowed are running */
  start({ named, run, fails }: Start): Entry {
    if (this.#running >= this.#most) throw scanProblems.queueFull({ seconds: 5 }, { retryAfterSeconds: 5 });
    const id = randomUUID();
    const stop = new AbortController();
    const status: Status = {
      id,
      state: 'running',
      progress: { filesDone: 0, filesTotal: null, bytesRead: 0, current: null },
      result: null,
      failed: null,
      problem: null,
    };
    this.#running += 1;
    const finished = run(stop.signal, (progress) => {
      status.progress = progress;
    });
    const entry: Entry = { id, named, status, stop, finished };
    this.#entries.set(id, entry);
    void this.#settle(entry, fails);
    return entry;
  }

  async #settle({ id, status, stop, finished }: Entry, fails: Start['fails']): Promise<void> {
    try {
      status.result = await finished;
      status.failed = fails === undefined ? null : fails(status.result);
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
  entry(id: string): Readonly<Entry> {
    const entry = this.#entries.get(id);
    if (!entry) throw scanProblems.notFound({ id });
    return entry;
  }

  /** True when it was running. */
  cancel(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry?.status.state !== 'running') return false;
    entry.stop.abort();
    return true;
  }
}
