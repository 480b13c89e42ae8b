/** Files and folders through the worker pool to one report. */
import { availableParallelism } from 'node:os';
import { isProblem } from '../../../contract/problem.ts';
import { type WorkerPool, workerPool } from '../../../platform/workers/pool.ts';
import type { ScanResult } from '../contract.ts';
import type { UnreadFact } from './artefact.ts';
import { defaultLimits, type Limits } from './budget.ts';
import { type FileReport, unreadReport } from './file-report.ts';
import { rootPlace } from './place.ts';
import { resultOf } from './scan-result.ts';
import type { ScanTask } from './scan-worker.ts';
import type { ScanTables } from './tables.ts';
import { safetensorsTwins } from './twins.ts';
import { type WalkedFile, walk } from './walk.ts';

export type ScanProgress = {
  readonly filesDone: number;
  readonly filesTotal: number | null;
  readonly bytesRead: number;
  readonly current: string | null;
};

export type TreeOptions = {
  /** A promise lets worker threads load while the catalogs are still being read. */
  readonly tables: ScanTables | Promise<ScanTables>;
  readonly engineVersion: string | Promise<string>;
  readonly rulesVersion: string | Promise<string>;
  readonly limits?: Limits;
  /** Worker threads; default one for each core, 8 at most. */
  readonly workers?: number;
  /** The whole scan; files not begun by then are unread. Default 15 minutes. */
  readonly maxTimeMs?: number;
  /** Only these files, relative to the path. */
  readonly files?: readonly string[];
  /** Also list files that are no AI artefacts, with verdict null. */
  readonly listPlain?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ScanProgress) => void;
  /** A pool kept by a long-running process; without it one is started and ended here. */
  readonly pool?: ScanPool;
};

export type ScanPool = WorkerPool<ScanTask, FileReport[]>;

/** JavaScript heap of a worker; held bytes lie outside it and are bounded by `heldBytes`. */
const heapMb = 256;
const graceMs = 5_000;
const defaultMaxTimeMs = 15 * 60_000;

/** Starts the worker threads that parse files. Close it when done. */
export function scanPool(
  tables: ScanTables | Promise<ScanTables>,
  workers = Math.min(8, availableParallelism()),
  limits: Limits = defaultLimits,
): ScanPool {
  return workerPool({
    script: new URL('./scan-worker.ts', import.meta.url),
    size: workers,
    timeoutMs: limits.wallMs + graceMs,
    heapMb,
    setup: tables,
  });
}

/**
 * Scans files and folders.
 *
 * @param paths each a file or folder; with one path the report's file paths are relative to it ('' for a file itself), with several they start with the path as given.
 * @returns verdict of the whole, files that are AI artefacts or have something to say (in order of their paths), findings worst first, and everything unread.
 * A file that kills or stalls its worker is reported as `reader-failed`; the scan goes on.
 * @throws the system error when a path does not exist; workers.stopped when the signal aborts.
 */
export async function scanTree(paths: readonly string[], options: TreeOptions): Promise<ScanResult> {
  const startedAt = performance.now();
  const walked = paths.map((path) => selected(walk(path), path, paths.length > 1, options.files));
  const files = walked.flatMap((result) => result.files);
  const skipped = walked.flatMap((result) => result.skipped);
  const pool = options.pool ?? scanPool(options.tables, options.workers ?? workersFor(files), options.limits);
  try {
    if (!options.pool) pool.warm();
    const run = new TreeRun(files, options, pool);
    const reports = await run.all(startedAt + (options.maxTimeMs ?? defaultMaxTimeMs));
    const [engineVersion, rulesVersion] = await Promise.all([options.engineVersion, options.rulesVersion]);
    return resultOf(reports, skipped, {
      listPlain: options.listPlain ?? false,
      engineVersion,
      rulesVersion,
      filesTotal: files.length,
      bytes: run.bytes,
      durationMs: performance.now() - startedAt,
    });
  } finally {
    if (!options.pool) await pool.close();
  }
}

/** A second thread costs more to start than a few batches to read. */
const batchesForMore = 8;

function workersFor(files: readonly WalkedFile[]): number {
  return batched(files).length < batchesForMore ? 1 : Math.min(8, availableParallelism());
}

function selected(
  walked: ReturnType<typeof walk>,
  path: string,
  prefixed: boolean,
  only: readonly string[] | undefined,
): ReturnType<typeof walk> {
  const wanted = only ? new Set(only) : null;
  const under = (name: string) => (name === '' ? path : `${path.replace(/\/+$/, '')}/${name}`);
  const files = walked.files.filter(({ name }) => !wanted || wanted.has(name));
  if (!prefixed) return { files, skipped: walked.skipped };
  return {
    files: files.map((file) => ({ ...file, name: under(file.name) })),
    skipped: walked.skipped.map((entry) => ({ ...entry, name: under(entry.name) })),
  };
}

/** Small files travel together: a message costs more than reading one of them. */
const batchFiles = 64;
const batchBytes = 2 ** 20;

function batched(files: readonly WalkedFile[]): WalkedFile[][] {
  const batches: WalkedFile[][] = [];
  let open: WalkedFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (open.length > 0 && (open.length >= batchFiles || bytes + file.size > batchBytes)) {
      batches.push(open);
      open = [];
      bytes = 0;
    }
    open.push(file);
    bytes += file.size;
  }
  if (open.length > 0) batches.push(open);
  return batches;
}

class TreeRun {
  readonly #files: readonly WalkedFile[];
  readonly #options: TreeOptions;
  readonly #pool: ScanPool;
  readonly #twins: ReadonlyMap<string, string>;
  #done = 0;
  bytes = 0;

  constructor(files: readonly WalkedFile[], options: TreeOptions, pool: ScanPool) {
    this.#files = files;
    this.#options = options;
    this.#pool = pool;
    this.#twins = safetensorsTwins(files.map(({ name }) => name));
  }

  async all(deadline: number): Promise<FileReport[]> {
    this.#tell(null);
    // Few batches wait in the pool at a time, so that a deadline or an abort ends the scan soon.
    const batches = batched(this.#files);
    const reports: FileReport[][] = [];
    let next = 0;
    const line = async () => {
      for (let at = next++; at < batches.length; at = next++) {
        const batch = batches[at] ?? [];
        reports[at] = performance.now() > deadline ? batch.map(outOfTime) : await this.#scan(batch);
        this.#done += batch.length;
        this.bytes += batch.reduce((sum, file) => sum + file.size, 0);
        this.#tell(batch.at(-1)?.name ?? null);
      }
    };
    await Promise.all(Array.from({ length: 16 }, line));
    return reports.flat();
  }

  async #scan(batch: readonly WalkedFile[]): Promise<FileReport[]> {
    const current = new Int32Array(new SharedArrayBuffer(4));
    const limits = this.#options.limits ?? defaultLimits;
    const files = batch.map(({ path, name }) => ({ path, name: displayName(path, name), twin: this.#twins.get(name) }));
    try {
      const reports = await this.#pool.run(
        { files, limits, current },
        { ...(this.#options.signal ? { signal: this.#options.signal } : {}), timeoutMs: limits.wallMs + graceMs },
      );
      return reports.map((report, i) => ({ ...report, path: batch[i]?.name ?? report.path }));
    } catch (error) {
      if (isProblem(error) && error.code === 'workers.stopped') throw error;
      return this.#withoutCulprit(batch, Atomics.load(current, 0), error);
    }
  }

  /** The file under work when the worker died is reported; the others of its batch are scanned again. */
  async #withoutCulprit(batch: readonly WalkedFile[], culprit: number, error: unknown): Promise<FileReport[]> {
    const reports: FileReport[] = [];
    const before = batch.slice(0, culprit);
    const bad = batch[culprit];
    const after = batch.slice(culprit + 1);
    if (before.length > 0) reports.push(...(await this.#scan(before)));
    if (bad) reports.push(readerFailed(bad, error));
    if (after.length > 0) reports.push(...(await this.#scan(after)));
    return reports;
  }

  #tell(current: string | null): void {
    this.#options.onProgress?.({ filesDone: this.#done, filesTotal: this.#files.length, bytesRead: this.bytes, current });
  }
}

/** A file named as root has no relative name: findings then carry its own. */
function displayName(path: string, name: string): string {
  return name === '' ? path.slice(path.lastIndexOf('/') + 1) : name;
}

function outOfTime({ path, name, size }: WalkedFile): FileReport {
  const shown = displayName(path, name);
  return {
    ...unreadReport(name, { reason: 'budget', detail: 'The time of the scan was used up before this file.', where: rootPlace(shown) }),
    size,
  };
}

function readerFailed({ path, name, size }: WalkedFile, error: unknown): FileReport {
  const detail = error instanceof Error ? error.message.slice(0, 300) : 'unknown failure';
  const unread: UnreadFact = { reason: 'reader-failed', detail, where: rootPlace(displayName(path, name)) };
  return { ...unreadReport(name, unread), size };
}
