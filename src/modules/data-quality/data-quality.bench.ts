/** CPU seconds (user and system) and memory of the checks, as their child process spends them; and of the detectors alone. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { densityClusters } from '../../math/density-clusters.ts';
import { kdTree, nearestNeighbours } from '../../math/kd-tree.ts';
import { randomSource } from '../../math/random.ts';
import { isolationScores } from './anomalies/isolation-forest.ts';
import { localOutlierFactors } from './anomalies/local-outlier-factor.ts';
import type { CheckTask, ChildReply } from './check-child.ts';
import { startCheckProcess } from './check-process.ts';
import { Baseline } from './drift/baseline-shape.ts';
import type { CheckQuestion } from './run-check.ts';

const million = 1_000_000;

/** 40 numeric columns (normal, lognormal, two decimals, whole; four with 2 % missing) and 10 of 2 to 5,000 categories. */
function wideSelect(seed: number, shift: number): string {
  const normal = (k: number) => `sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) + ${k % 2 === 0 ? shift : 0}`;
  const numeric = Array.from({ length: 40 }, (_, k) => {
    const kinds = [normal(k), `exp(${normal(k)})`, `round(random() * 1000, 2)`, `floor(random() * 5000)`];
    const value = kinds[k % 4] ?? '0';
    return `${k % 10 === 0 ? `CASE WHEN random() < 0.02 THEN NULL ELSE ${value} END` : value} AS n${k}`;
  });
  const text = Array.from(
    { length: 10 },
    (_, k) => `'v' || floor(random() * ${[2, 5, 10, 30, 100, 300, 1000, 2000, 3000, 5000][k]})::INTEGER AS t${k}`,
  );
  return `SELECT ${[...numeric, ...text].join(', ')} FROM range(${million}) WHERE ${seed} > 0`;
}

async function withTables<T>(shifts: readonly number[], work: (paths: readonly string[], staging: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'quality-bench-')));
  try {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const paths: string[] = [];
    for (const [k, shift] of shifts.entries()) {
      const path = join(folder, `table-${k}.parquet`);
      await connection.run(`SELECT setseed(0.${k + 1})`);
      await connection.run(`COPY (${wideSelect(k + 1, shift)}) TO '${path}' (FORMAT parquet)`);
      paths.push(path);
    }
    connection.closeSync();
    instance.closeSync();
    mkdirSync(join(folder, 'staging'));
    return await work(paths, join(folder, 'staging'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Cost = { readonly seconds: number; readonly megabytes: number };

/** Tells what its process spent when that ends: seconds, megabytes. */
const costTeller =
  "data:text/javascript,process.on('exit',()=>{const u=process.resourceUsage();process.stderr.write('cost='+(u.userCPUTime+u.systemCPUTime)/1e6+' '+u.maxRSS/1024)})";

const costOf = async (question: CheckQuestion, staging: string): Promise<Cost> => (await askOf(question, staging)).cost;

function askOf(question: CheckQuestion, staging: string): Promise<{ cost: Cost; answer: unknown }> {
  const task: CheckTask = { ...question, staging, limits: { memoryMb: 256, threads: 1, diskMb: 4096 } };
  const child = startCheckProcess(['--import', costTeller]);
  let said = '';
  let reply: ChildReply | undefined;
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.on('message', (message: ChildReply) => {
    if (!('progress' in message)) reply = message;
  });
  child.send(task);
  return new Promise((resolve, reject) => {
    child.on('close', () => {
      const cost = /cost=([\d.]+) ([\d.]+)/.exec(said);
      if (reply === undefined || !('answer' in reply) || cost === null)
        reject(new TypeError(`no answer: ${JSON.stringify(reply)} ${said}`));
      else resolve({ cost: { seconds: Number(cost[1]), megabytes: Number(cost[2]) }, answer: reply.answer });
    });
  });
}

const source = (path: string | undefined) => ({ path: path ?? '', name: 'table.parquet', options: {} });
const qualityCost = () =>
  withTables([0], ([path], staging) =>
    costOf(
      { kind: 'quality', data: source(path), truth: null, options: { rules: [], key: undefined, freshness: undefined, truth: undefined } },
      staging,
    ),
  );
/** What the bar names: KS, Wasserstein and PSI with their p (of categories chi-square and distances); what may be asked for besides is not in it. */
const driftOptions = { sensitivity: 'medium', seed: 1, tests: [] } as const;
const driftCost = () =>
  withTables([0, 0.05], ([reference, current], staging) =>
    costOf({ kind: 'drift', reference: source(reference), current: source(current), options: driftOptions }, staging),
  );

/** Only the comparison is measured; the baseline was made before. */
const baselineCost = () =>
  withTables([0, 0.05], async ([reference, current], staging) => {
    const made = await askOf({ kind: 'baseline', data: source(reference), options: { seed: 1 } }, staging);
    const baseline = Baseline.parse(made.answer);
    rmSync(join(staging, 'cells.duckdb'), { force: true });
    return costOf({ kind: 'baseline drift', data: source(current), baseline, options: driftOptions }, staging);
  });

/** One run answers both figures of a check. */
function once(measure: () => Promise<Cost>): () => Promise<Cost> {
  let cost: Promise<Cost> | undefined;
  return () => {
    cost ??= measure();
    return cost;
  };
}
const quality = once(qualityCost);
const drift = once(driftCost);
const stored = once(baselineCost);

/** CPU seconds of work in this process, all threads. */
function secondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function normalColumns(rows: number, columns: number): Float64Array[] {
  const random = randomSource(1);
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, random.normal));
}

/** Ten dense groups and a tenth of the points spread out. */
function groupedPoints(rows: number, dimensions: number): { values: Float64Array; dimensions: number } {
  const random = randomSource(2);
  const values = new Float64Array(rows * dimensions);
  for (let i = 0; i < rows; i++) {
    const centre = i % 10 === 0 ? null : i % 9;
    for (let d = 0; d < dimensions; d++)
      values[i * dimensions + d] = centre === null ? random.next() * 20 - 10 : ((centre * (d + 3)) % 17) - 8 + random.normal() * 0.4;
  }
  return { values, dimensions };
}

export const benches = [
  {
    name: 'data quality: check of 1,000,000 × 50 Parquet (profile, duplicates; CPU)',
    bar: 6,
    unit: 's',
    run: async () => (await quality()).seconds,
  },
  { name: 'data quality: memory of it', bar: 500, unit: 'MB', run: async () => (await quality()).megabytes },
  {
    name: 'data quality: drift (KS, Wasserstein, PSI) of 50 columns, 1,000,000 against 1,000,000 (CPU)',
    bar: 6,
    unit: 's',
    run: async () => (await drift()).seconds,
  },
  { name: 'data quality: memory of it', bar: 500, unit: 'MB', run: async () => (await drift()).megabytes },
  {
    name: 'data quality: drift (KS, Wasserstein, PSI) of 1,000,000 × 50 against a stored baseline (CPU)',
    bar: 3,
    unit: 's',
    run: async () => (await stored()).seconds,
  },
  { name: 'data quality: memory of it', bar: 500, unit: 'MB', run: async () => (await stored()).megabytes },
  {
    name: 'data quality: isolation forest 100 × 256 on 1,000,000 × 20, fit and score (CPU)',
    bar: 3,
    unit: 's',
    run: async () => {
      const columns = normalColumns(million, 20);
      return secondsOf(() => isolationScores(columns, { seed: 1 }));
    },
  },
  {
    name: 'data quality: LOF k = 20 on 100,000 × 10, exact (CPU)',
    bar: 20,
    unit: 's',
    run: async () => {
      const values = Float64Array.from({ length: million }, randomSource(3).normal);
      return secondsOf(() => localOutlierFactors(nearestNeighbours(kdTree({ values, dimensions: 10 }), 20)));
    },
  },
  {
    name: 'data quality: density clusters of 100,000 × 5 (CPU)',
    bar: 2,
    unit: 's',
    run: async () => {
      const points = groupedPoints(100_000, 5);
      return secondsOf(() => densityClusters(kdTree(points), { radius: 0.8, minPoints: 10 }));
    },
  },
];
