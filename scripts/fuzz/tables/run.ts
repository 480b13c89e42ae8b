/** Changed table files of every format through the data quality check: `npm run fuzz -- tables [--count 100000] [--seed 1] [--from 0] [--jobs 2]`. */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { TableFailure } from '../../../test/corpus/data-quality/table-fuzz.ts';
import { root } from '../../files.ts';

export type PartOrder = { readonly from: number; readonly count: number; readonly seed: number };
export type PartNews = { readonly at: number } | { readonly failures: readonly TableFailure[]; readonly peakMegabytes: number };

/** A part that says nothing for so long hangs. */
const silenceMs = 180_000;
/** Of one process; the door gives a check 900. */
const mostMegabytes = 512;
const perPart = 600;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    jobs: { type: 'string', default: String(Math.min(4, availableParallelism())) },
  },
});
const seed = Number(values.seed);

type Outcome = { readonly failures: readonly TableFailure[]; readonly peakMegabytes: number; readonly died: number | null };

/** `died`: the iteration at which the process ended by itself. In the product the child's end is a refusal; here it is counted. */
function runPart(order: PartOrder): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = fork(join(root, 'scripts/fuzz/tables/part.ts'), [], { cwd: root, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    let at = order.from;
    const hung = () => {
      child.kill('SIGKILL');
      resolve({
        failures: [{ iteration: at, seedName: '', kind: 'slow', detail: `silent for ${silenceMs} ms` }],
        peakMegabytes: 0,
        died: at,
      });
    };
    let timer = setTimeout(hung, silenceMs);
    child.send(order);
    child.on('message', (news: PartNews) => {
      clearTimeout(timer);
      timer = setTimeout(hung, silenceMs);
      if ('at' in news) at = news.at;
      else resolve({ ...news, died: null });
    });
    child.on('exit', () => {
      clearTimeout(timer);
      resolve({ failures: [], peakMegabytes: 0, died: at });
    });
  });
}

async function main(): Promise<number> {
  const end = Number(values.from) + Number(values.count);
  const waiting: PartOrder[] = [];
  for (let from = Number(values.from); from < end; from += perPart) waiting.push({ from, count: Math.min(perPart, end - from), seed });
  const total = { done: 0, failures: 0, died: 0, peak: 0 };
  const line = async () => {
    for (let order = waiting.shift(); order !== undefined; order = waiting.shift()) {
      const { failures, peakMegabytes, died } = await runPart(order);
      const reached = died === null ? order.from + order.count : died + 1;
      if (died !== null && reached < order.from + order.count)
        waiting.unshift({ ...order, from: reached, count: order.from + order.count - reached });
      total.done += reached - order.from;
      total.failures += failures.length;
      total.died += Number(died !== null);
      total.peak = Math.max(total.peak, peakMegabytes);
      for (const { iteration, seedName, kind, detail } of failures)
        process.stdout.write(
          `✖ ${kind}: ${detail} (${seedName})\n    again: npm run fuzz -- tables --seed ${seed} --from ${iteration} --count 1\n`,
        );
      if (died !== null) process.stdout.write(`! the process ended at iteration ${died}\n`);
      process.stdout.write(`${total.done} tables, ${total.failures} failures, ${total.died} ended processes, ${total.peak} MB at most\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, line));
  return total.failures === 0 && total.peak < mostMegabytes ? 0 : 1;
}

process.exitCode = await main();
