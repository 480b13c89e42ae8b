/** What judging a large round costs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { harmlessMatrix, plantAttack } from './engine/planted-round.ts';
import { rowOf } from './engine/update-matrix.ts';
import { writeSafetensors } from './reading/safetensors.ts';

const clients = 100;
const parameters = 1_000_000;
let measured: Promise<{ seconds: number; gigabytes: number }> | undefined;

/** Files on disk, read and judged by the worker, the aggregate written: as a round is closed. */
function largeRound(): Promise<{ seconds: number; gigabytes: number }> {
  measured ??= measure();
  return measured;
}

async function measure(): Promise<{ seconds: number; gigabytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'federated-bench-'));
  try {
    const updates = Array.from({ length: clients }, (_, i) => {
      const path = join(folder, String(i));
      const matrix = harmlessMatrix({ clients: 1, parameters, seed: 1, ownSeed: i });
      if (i >= 90) plantAttack(matrix, { attack: 'boosted', count: 1, seed: i });
      writeFileSync(path, writeSafetensors([{ name: 'weight', shape: [parameters], values: rowOf(matrix, 0) }]));
      return { clientId: `client-${i}`, path, past: [] };
    });
    const task = {
      kind: 'judge',
      updates,
      rootPath: null,
      previousPath: null,
      aggregatePath: join(folder, 'out'),
      options: { rule: 'bulyan', malicious: 20 },
    };
    return await inWorker(task);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inWorker(task: unknown): Promise<{ seconds: number; gigabytes: number }> {
  const worker = new Worker(new URL('./round-worker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 256 } });
  const before = process.memoryUsage().rss;
  const begun = process.cpuUsage();
  let highest = 0;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage().rss);
  }, 20);
  const reply = await new Promise<unknown>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.postMessage({ input: task });
  });
  clearInterval(watch);
  // Processor time of the one thread that works: what else the machine does is no part of it.
  const { user, system } = process.cpuUsage(begun);
  const seconds = (user + system) / 1e6;
  await worker.terminate();
  const said = JSON.stringify(reply);
  if (!said.includes('"decision":"threat"')) throw new TypeError(said.slice(0, 500));
  return { seconds, gigabytes: Math.max(highest - before, 0) / 2 ** 30 };
}

export const benches = [
  {
    name: 'federated learning: 100 clients × 1 M parameters judged and aggregated by Bulyan (processor time)',
    bar: 10,
    unit: 's',
    run: async () => (await largeRound()).seconds,
  },
  { name: 'federated learning: memory of the same round', bar: 2, unit: 'GiB', run: async () => (await largeRound()).gigabytes },
];
