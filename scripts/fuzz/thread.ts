/** The thread that tries mutants. Where it stands is written into memory that its process can read while this one hangs. */
import { parentPort, workerData } from 'node:worker_threads';
import { defaultLimits } from '../../src/modules/model-scanner/engine/budget.ts';
import { compiledTables } from '../../src/modules/model-scanner/engine/compiled-tables.ts';
import { scanSource } from '../../src/modules/model-scanner/engine/scan.ts';
import { bytesSource } from '../../src/modules/model-scanner/engine/source.ts';
import { type Failure, type Family, fuzz, type Scan } from '../../test/corpus/model-scanner/fuzz.ts';

/** A part of the mutants of one family. */
export type FuzzOrder = { readonly family: Family; readonly from: number; readonly count: number; readonly seed: number };
export type FuzzAnswer = {
  readonly failures: readonly Failure[];
  /** Mutants tried; fewer than asked for after many failures. */
  readonly tried: number;
  /** Processor time of the thread, in seconds. */
  readonly seconds: number;
  /** Resident memory of the whole process at the end. */
  readonly megabytes: number;
};

const at = workerData as Int32Array<SharedArrayBuffer>;
const tables = await compiledTables();
const scan: Scan = (bytes, name, limits) => scanSource(bytesSource(bytes), name, { tables, limits: { ...defaultLimits, ...limits } });

parentPort?.on('message', (order: FuzzOrder) => {
  const before = process.threadCpuUsage();
  const failures = fuzz({ ...order, scan, onIteration: (iteration) => void Atomics.store(at, 0, iteration) });
  const { user, system } = process.threadCpuUsage(before);
  const answer: FuzzAnswer = {
    failures,
    tried: Atomics.load(at, 0) - order.from + 1,
    seconds: (user + system) / 1e6,
    megabytes: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
  parentPort?.postMessage(answer);
});
