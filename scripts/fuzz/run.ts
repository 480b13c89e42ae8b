/**
 * The fuzz command: `npm run fuzz [-- --count 100000] [--family zip] [--seed 1] [--from 0] [--jobs 2]`.
 * Seeds are the files of the real libraries, the builders' constants, and every file that the scanner's tests show to it.
 */
import { fork, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Failure, familiesOf } from '../../test/corpus/model-scanner/fuzz.ts';
import { listFiles, root } from '../files.ts';
import { allSeeds, seedFolder } from './seed-folder.ts';

export type FuzzOrder = {
  readonly format: string;
  /** Places of its files in the list of all of them. */
  readonly places: readonly number[];
  readonly from: number;
  readonly count: number;
  readonly seed: number;
};
export type FuzzNews =
  | { readonly at: number }
  | { readonly failures: readonly Failure[]; readonly peakMegabytes: number; readonly seconds: number };

/** A family that says nothing for so long hangs. */
const silenceMs = 60_000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    family: { type: 'string' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    jobs: { type: 'string', default: String(Math.min(4, availableParallelism())) },
  },
});

function recordSeeds(): void {
  rmSync(seedFolder, { recursive: true, force: true });
  const tests = listFiles(root, ['src/modules/model-scanner']).filter((path) => path.endsWith('.test.ts') && !path.includes('command'));
  const recorder = join(root, 'scripts/fuzz/record-inputs.ts');
  spawnSync(process.execPath, ['--import', recorder, '--test', '--test-isolation=none', ...tests], {
    cwd: root,
    stdio: 'ignore',
    timeout: 600_000,
  });
}

function runFamily(order: FuzzOrder): Promise<{ failures: readonly Failure[]; says: string }> {
  return new Promise((resolve) => {
    const child = fork(join(root, 'scripts/fuzz/family.ts'), [], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.send(order);
    let at = order.from;
    const failed = (kind: Failure['kind'], detail: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve({ failures: [{ format: order.format, iteration: at, seedName: '', kind, detail }], says: detail });
    };
    const watch = () => setTimeout(() => failed('slow', `nothing happened for ${silenceMs / 1000} s after iteration ${at}`), silenceMs);
    let timer = watch();
    let done = false;
    child.on('message', (news: FuzzNews) => {
      clearTimeout(timer);
      if ('at' in news) {
        at = news.at;
        timer = watch();
        return;
      }
      done = true;
      resolve({ failures: news.failures, says: `${Math.round(order.count / news.seconds)}/s, ${news.peakMegabytes} MB at most` });
    });
    child.on('exit', (code, signal) => {
      if (!done) failed('failed', `the process ended with ${signal ?? code} after iteration ${at}`);
    });
  });
}

async function main(): Promise<number> {
  recordSeeds();
  const seeds = await allSeeds();
  const placeOf = new Map(seeds.map((seed, at) => [seed, at]));
  const families = familiesOf(seeds).filter(({ format }) => values.family === undefined || format === values.family);
  process.stdout.write(`${seeds.length} files to start from, ${families.length} families\n`);
  const waiting = [...families];
  let bad = 0;
  const line = async () => {
    for (let family = waiting.shift(); family; family = waiting.shift()) {
      const { format } = family;
      const places = family.seeds.flatMap((seed) => placeOf.get(seed) ?? []);
      const { failures, says } = await runFamily({
        format,
        places,
        from: Number(values.from),
        count: Number(values.count),
        seed: Number(values.seed),
      });
      bad += failures.length;
      process.stdout.write(
        `${failures.length === 0 ? '✔' : '✖'} ${format.padEnd(28)} ${String(family.seeds.length).padStart(5)} seeds  ${says}\n`,
      );
      for (const { iteration, kind, seedName, detail } of failures)
        process.stdout.write(
          `    ${kind}: ${detail} (${seedName})\n    again: npm run fuzz -- --family ${format} --seed ${values.seed} --from ${iteration} --count 1\n`,
        );
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, line));
  process.stdout.write(bad === 0 ? '\nNothing failed.\n' : `\n${bad} failures.\n`);
  return bad === 0 ? 0 : 1;
}

process.exitCode = await main();
