/** Changed table files through reading and the whole quality check: they are answered or refused with a 4xx, in time, with finite numbers, and no record is lost. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProblem } from '../../../src/contract/problem.ts';
import { type Engine, openEngine } from '../../../src/modules/data-quality/engine.ts';
import type { Frame } from '../../../src/modules/data-quality/frame.ts';
import { ingest } from '../../../src/modules/data-quality/ingest/ingest.ts';
import { assessQuality } from '../../../src/modules/data-quality/quality/quality.ts';
import { suggestRules } from '../../../src/modules/data-quality/quality/suggestions.ts';
import { dice, mutate } from '../model-scanner/mutate.ts';
import type { TableSeed } from './table-seeds.ts';

export type TableFailure = {
  readonly iteration: number;
  readonly seedName: string;
  readonly kind: 'defect' | 'slow' | 'nonsense' | 'lost';
  readonly detail: string;
};
export type TableFuzz = {
  readonly seeds: readonly TableSeed[];
  readonly from: number;
  readonly count: number;
  readonly seed: number;
  readonly onIteration?: (iteration: number) => void;
};

/** Of the processor: the wall clock of a busy machine says nothing. */
const slowCpuMs = 5000;
const mostFailures = 20;
/** The engine keeps a little of each table: now and then it begins anew. */
const tablesPerEngine = 300;
/** The rest is only read. */
const assessedOneIn = 6;
const limits = { memoryMb: 256, threads: 1, diskMb: 512 };

/** The very file of one iteration. */
export function tableOf({ seeds, seed }: Pick<TableFuzz, 'seeds' | 'seed'>, iteration: number): TableSeed {
  const roll = dice(seed * 1_000_003 + iteration);
  const chosen = seeds[roll(seeds.length)] as TableSeed;
  const others = [seeds[roll(seeds.length)], seeds[roll(seeds.length)]].flatMap((one) => one?.bytes ?? []);
  return { name: chosen.name, bytes: mutate(chosen.bytes, others, roll) };
}

export async function fuzzTables(run: TableFuzz): Promise<TableFailure[]> {
  const failures: TableFailure[] = [];
  for (let from = run.from; from < run.from + run.count && failures.length < mostFailures; from += tablesPerEngine) {
    const until = Math.min(from + tablesPerEngine, run.from + run.count);
    await inFolder(async (folder, engine) => {
      for (let iteration = from; iteration < until && failures.length < mostFailures; iteration++) {
        run.onIteration?.(iteration);
        const failure = await tryOne(run, iteration, { folder, engine });
        if (failure !== null) failures.push(failure);
      }
    });
  }
  return failures;
}

async function inFolder(work: (folder: string, engine: Engine) => Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'table-fuzz-')));
  mkdirSync(join(folder, 'staging'));
  const engine = await openEngine(join(folder, 'staging'), limits);
  try {
    await work(folder, engine);
  } finally {
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Place = { readonly folder: string; readonly engine: Engine };

async function tryOne(run: TableFuzz, iteration: number, { folder, engine }: Place): Promise<TableFailure | null> {
  const { name, bytes } = tableOf(run, iteration);
  const failed = (kind: TableFailure['kind'], detail: string): TableFailure => ({ iteration, seedName: name, kind, detail });
  const path = join(folder, `given-${iteration}`);
  writeFileSync(path, bytes);
  const before = process.cpuUsage();
  try {
    const frame = await ingest(engine, join(folder, 'staging'), { source: { path, name, options: {} }, number: iteration });
    const lost = lostRecords(bytes, frame);
    if (lost !== null) return failed('lost', lost);
    if (iteration % assessedOneIn === 0) {
      const none = { key: undefined, freshness: undefined, truth: undefined };
      const answer = await assessQuality(frame, { ...none, rules: [], nearDuplicates: { similarity: 0.9 } }, null);
      const suggested = await suggestRules(frame);
      const wrong = notFinite({ answer, suggested, ingest: frame.ingest });
      if (wrong !== null) return failed('nonsense', wrong);
    }
    for (const relation of frame.relations)
      await engine.run(`DROP ${frame.ingest.format === 'parquet' ? 'VIEW' : 'TABLE'} ${relation} CASCADE`);
  } catch (error) {
    if (!isProblem(error) || error.status < 400 || error.status >= 500)
      return failed(
        'defect',
        error instanceof Error ? `${error.name}: ${error.message} ${error.stack?.split('\n')[1]?.trim()}` : String(error),
      );
  } finally {
    rmSync(path, { force: true });
    for (const ending of ['csv', 'csv.utf8', 'parquet']) rmSync(join(folder, `staging/data-${iteration}.${ending}`), { force: true });
    rmSync(join(folder, `staging/plain-${iteration}`), { force: true });
  }
  const { user, system } = process.cpuUsage(before);
  return user + system > slowCpuMs * 1000 ? failed('slow', `${Math.round((user + system) / 1000)} ms`) : null;
}

/** Text without quotes, carriage returns and compression has one record in each line that is not empty: counted here without the reader. */
function lostRecords(bytes: Uint8Array, { ingest: { format, encoding, dialect, compression, rows, badCount } }: Frame): string | null {
  if (format !== 'csv' || encoding !== 'utf-8' || compression !== null || dialect === null) return null;
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  if (/["\r]/.test(text)) return null;
  const records = text.split('\n').filter((line) => line !== '').length - Number(dialect.header);
  return records === rows + badCount ? null : `${records} records, ${rows} rows and ${badCount} bad`;
}

/** Where a number is that JSON has no word for. */
function notFinite(value: unknown, path = ''): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : `${path} is ${value}`;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const found = notFinite(member, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
