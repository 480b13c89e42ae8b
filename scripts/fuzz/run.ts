/**
 * The fuzz command: `npm run fuzz [-- --count 100000] [--family zip] [--seed 1] [--from 0] [--jobs 2] [--minutes 60] [--resume] [--record]`.
 * Seeds are the files of the real libraries, the builders' constants, and every file that the scanner's tests show to it (written down
 * once; `--record` does it again). Families take turns, so that a run that is stopped has tried some of each; `--resume` goes on from there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Failure, familiesOf, inputOf } from '../../test/corpus/model-scanner/fuzz.ts';
import { reportOf } from '../../test/corpus/model-scanner/read-artefact.ts';
import { listFiles, root } from '../files.ts';
import { bundleFuzzScripts, FuzzProcess } from './process.ts';
import { keepProgress, progressKey, readProgress } from './progress.ts';
import { allSeeds, seedFolder } from './seed-folder.ts';
import { type FamilyState, familyStates, nextPart, type Part } from './turns.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    family: { type: 'string' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    jobs: { type: 'string', default: String(Math.min(4, availableParallelism())) },
    minutes: { type: 'string', default: 'Infinity' },
    resume: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const failureFolder = join(root, '.cache/fuzz-failures');

function recordSeeds(): void {
  if (existsSync(seedFolder) && !values.record) return;
  process.stdout.write('Writing down the files that the tests show to the scanner.\n');
  rmSync(seedFolder, { recursive: true, force: true });
  const tests = listFiles(root, ['src/modules/model-scanner']).filter((path) => path.endsWith('.test.ts') && !path.includes('command'));
  const recorder = join(root, 'scripts/fuzz/record-inputs.ts');
  spawnSync(process.execPath, ['--import', recorder, '--test', '--test-isolation=none', ...tests], {
    cwd: root,
    stdio: 'ignore',
    timeout: 600_000,
  });
}

/** The very bytes are kept: files to start from may change. */
function showFailure({ family }: FamilyState, { iteration, kind, seedName, detail }: Failure): void {
  mkdirSync(failureFolder, { recursive: true });
  const kept = join(failureFolder, `${family.format}-${seed}-${iteration}`);
  writeFileSync(kept, inputOf(family, iteration, seed).bytes);
  process.stdout.write(
    `✖ ${family.format} ${kind}: ${detail} (${seedName})\n    ${kept}\n    again: npm run fuzz -- --family ${family.format} --seed ${seed} --from ${iteration} --count 1\n`,
  );
}

function conclude(states: readonly FamilyState[]): number {
  const failures = states.reduce((sum, state) => sum + state.failures, 0);
  const done = states.filter(({ from, to }) => from >= to).length;
  const mutants = states.reduce((sum, { tried }) => sum + tried, 0);
  const said = failures === 0 ? 'Nothing failed.' : `${failures} failures.`;
  process.stdout.write(
    `\n${mutants.toLocaleString('en-US')} mutants of ${states.length} families now, ${done} families through. ${said}\n`,
  );
  return failures === 0 ? 0 : 1;
}

function describe({ family, from, to, tried, seconds, megabytes, failures }: FamilyState): string {
  const rate = seconds > 0 ? `${Math.round(tried / seconds)}/s` : '';
  const mark = failures > 0 ? '✖' : from >= to ? '✔' : '…';
  const seeds = `${family.seeds.length} seeds`;
  return `${mark} ${family.format.padEnd(26)} ${seeds.padStart(10)}  through ${String(from).padStart(7)} of ${to}  ${rate.padStart(8)}  ${megabytes} MB\n`;
}

async function main(): Promise<number> {
  recordSeeds();
  const seeds = await allSeeds();
  const families = familiesOf(seeds, reportOf).filter(({ format }) => values.family === undefined || format === values.family);
  const tried = values.resume ? readProgress() : {};
  const first = Number(values.from);
  const states = familyStates(families, {
    from: first,
    to: first + Number(values.count),
    triedOf: (family) => tried[progressKey(family, seed)],
  });
  process.stdout.write(`${seeds.length} files to start from, ${families.length} families\n`);
  const deadline = performance.now() + Number(values.minutes) * 60_000;
  const take = async ({ state, from, count }: Part, runner: FuzzProcess) => {
    const { failures, answer } = await runner.run({ family: state.family, from, count, seed });
    for (const failure of failures) showFailure(state, failure);
    state.failures += failures.length;
    state.tried += answer.tried;
    state.seconds += answer.seconds;
    state.megabytes = Math.max(state.megabytes, answer.megabytes);
    state.from = from + answer.tried;
    state.busy = false;
    if (first > 0) return;
    const key = progressKey(state.family, seed);
    const known = readProgress();
    keepProgress({ ...known, [key]: Math.max(known[key] ?? 0, state.from) });
  };
  const scripts = await bundleFuzzScripts();
  const line = async () => {
    const runner = new FuzzProcess(scripts);
    for (let part = nextPart(states); part && performance.now() < deadline; part = nextPart(states)) {
      await take(part, runner);
      if (part.state.from >= part.state.to) process.stdout.write(describe(part.state));
    }
    runner.end();
  };
  try {
    await Promise.all(Array.from({ length: Number(values.jobs) }, line));
  } finally {
    rmSync(dirname(scripts.thread), { recursive: true, force: true });
  }
  for (const state of states) if (state.from < state.to) process.stdout.write(describe(state));
  return conclude(states);
}

process.exitCode = await main();
