/** Files and folders through the worker pool to one report. */
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { isProblem } from '../../../contract/problem.ts';
import { type WorkerPool, workerPool } from '../../../platform/workers/pool.ts';
import type { ScanResult } from '../contract.ts';
import { checkedLicences } from '../packages/licence-chain.ts';
import { withRepositoryLicences } from '../packages/licence-repository.ts';
import { withLockedLoaders } from '../packages/loader-advisories.ts';
import type { Trust } from '../signatures/trust.ts';
import type { UnreadFact } from './artefact.ts';
import { defaultLimits, type Limits } from './budget.ts';
import { type FileReport, unreadReport } from './file-report.ts';
import { rootPlace } from './place.ts';
import { limitsOf, type Profile } from './profile.ts';
import { checkedProvenance, provenanceBytes } from './provenance-check.ts';
import { resultOf } from './scan-result.ts';
import { scanThread } from './scan-thread.ts';
import type { ScanTask } from './scan-worker.ts';
import { importableFiles } from './source-tree.ts';
import type { ScanTables } from './tables.ts';
import { safetensorsTwins } from './twins.ts';
import { type SkippedEntry, type WalkedFile, walk } from './walk.ts';

export type ScanProgress = {
  readonly filesDone: number;
  readonly filesTotal: number | null;
  readonly bytesRead: number;
  readonly current: string | null;
};

export type TreeOptions = {
  /** Other tables than the product's own, which every worker thread has at hand. */
  readonly tables?: ScanTables;
  readonly engineVersion: string;
  readonly rulesVersion: string;
  /** Default `standard`. */
  readonly profile?: Profile;
  /** Instead of the profile's. */
  readonly limits?: Limits;
  /** Worker threads; default one for each core, 8 at most. */
  readonly workers?: number;
  /** The whole scan; files not begun by then are unread. Default 15 minutes. */
  readonly maxTimeMs?: number;
  /** Only these files, relative to the path. */
  readonly files?: readonly string[];
  /** Whose signatures count as verified; without it a signature is only said to be there. */
  readonly trust?: Trust;
  /** Also list files that are no AI artefacts, with verdict null. */
  readonly listPlain?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ScanProgress) => void;
  /** A pool kept by a long-running process; without it one is started and ended here. */
  readonly pool?: ScanPool;
};

export type ScanPool = WorkerPool<ScanTask, FileReport[]>;

const graceMs = 5_000;
const defaultMaxTimeMs = 15 * 60_000;

/** Starts the worker threads that parse files. Close it when done. */
export function scanPool(
  tables: ScanTables | undefined,
  workers = Math.min(8, availableParallelism()),
  limits: Limits = defaultLimits,
): ScanPool {
  return workerPool({
    ...scanThread,
    size: workers,
    timeoutMs: limits.wallMs + graceMs,
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
  return withPool(options, (pool) => {
    const walked = paths.map((path) => selected(walk(path), path, paths.length > 1, options.files));
    return scanWalked(
      walked.flatMap((result) => result.files),
      walked.flatMap((result) => result.skipped),
      { ...options, pool },
    );
  });
}

/**
 * The same for files that are known already, as those of a model store.
 * @param files each with the path that is opened and the name it goes by in the result.
 * @param skipped what stood in the way of finding more; makes the result incomplete where it matters.
 */
export function scanFiles(files: readonly WalkedFile[], skipped: readonly SkippedEntry[], options: TreeOptions): Promise<ScanResult> {
  return withPool(options, (pool) => scanWalked(files, skipped, { ...options, pool }));
}

/** A thread begins to load before anything else is done; more of them start when there is work for them. */
async function withPool<T>(options: TreeOptions, work: (pool: ScanPool) => Promise<T>): Promise<T> {
  if (options.pool) return work(options.pool);
  const pool = scanPool(options.tables, options.workers, limitsFor(options));
  try {
    pool.warm(1);
    return await work(pool);
  } finally {
    await pool.close();
  }
}

function limitsFor({ limits, profile }: TreeOptions): Limits {
  return limits ?? limitsOf(profile ?? 'standard');
}

async function scanWalked(
  files: readonly WalkedFile[],
  skipped: readonly SkippedEntry[],
  options: TreeOptions & { readonly pool: ScanPool },
): Promise<ScanResult> {
  const startedAt = performance.now();
  const run = new TreeRun(files, options);
  const deadline = startedAt + (options.maxTimeMs ?? defaultMaxTimeMs);
  const bytes = provenanceBytes(options.profile ?? 'standard');
  const chained = checkedLicences(await checkedProvenance(await run.all(deadline), files, { bytes, deadline }));
  // Of some files of a folder nobody can say that its licence is missing.
  const reports = withLockedLoaders(options.files === undefined ? withRepositoryLicences(chained) : chained);
  return resultOf(reports, skipped, {
    listPlain: options.listPlain ?? false,
    engineVersion: options.engineVersion,
    rulesVersion: options.rulesVersion,
    filesTotal: files.length,
    bytes: run.bytes,
    durationMs: performance.now() - startedAt,
  });
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

/** A second thread costs more to start than a few batches to read. */
const batchesForMore = 8;
/** Stands where the index of the file under work will stand. */
const notBegun = -1;
const fewLines = 1;
const manyLines = 16;

class TreeRun {
  readonly #files: readonly WalkedFile[];
  readonly #options: TreeOptions & { readonly pool: ScanPool };
  readonly #twins: ReadonlyMap<string, string>;
  readonly #importable: ReturnType<typeof importableFiles>;
  #done = 0;
  bytes = 0;

  constructor(files: readonly WalkedFile[], options: TreeOptions & { readonly pool: ScanPool }) {
    this.#files = files;
    this.#options = options;
    this.#importable = importableFiles(files);
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
    const few = batches.length < batchesForMore && this.#options.profile !== 'deep';
    await Promise.all(Array.from({ length: few ? fewLines : manyLines }, line));
    return reports.flat();
  }

  async #scan(batch: readonly WalkedFile[]): Promise<FileReport[]> {
    const current = new Int32Array(new SharedArrayBuffer(4)).fill(notBegun);
    const limits = limitsFor(this.#options);
    const hashed = this.#options.profile === 'deep';
    const timeoutMs = limits.wallMs + graceMs + (hashed ? hashingMs(batch) : 0);
    const files = batch.map(({ path, name, met }) => ({
      path,
      name: displayName(path, name),
      twin: this.#twins.get(name),
      folder: dirname(met ?? path),
    }));
    const sources = this.#importable(batch);
    try {
      const reports = await this.#options.pool.run(
        {
          files,
          limits,
          hashed,
          current,
          ...(sources.length === 0 ? {} : { sources }),
          ...(this.#options.trust === undefined ? {} : { trust: this.#options.trust }),
        },
        { ...(this.#options.signal ? { signal: this.#options.signal } : {}), timeoutMs },
      );
      return reports.map((report, i) => ({ ...report, path: batch[i]?.name ?? report.path }));
    } catch (error) {
      if (isProblem(error) && error.code === 'workers.stopped') throw error;
      const culprit = Atomics.load(current, 0);
      // A worker that cannot even begin would not begin the second time either.
      return culprit === notBegun ? batch.map((file) => readerFailed(file, error)) : this.#withoutCulprit(batch, culprit, error);
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

/** A slow disk reads 50 MB a second. */
function hashingMs(batch: readonly WalkedFile[]): number {
  return batch.reduce((sum, { size }) => sum + size, 0) / 50_000;
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
