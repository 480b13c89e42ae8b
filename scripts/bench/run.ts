/** The bench command: runs every `*.bench.ts`, one figure after the other, and holds each against its bar. */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { listFiles, root } from '../files.ts';

/**
 * One measured figure. `run` prepares, measures and answers the figure in `unit`.
 * The bar is an upper bound; a figure that must be large says `atLeast`.
 */
export type Bench = {
  readonly name: string;
  readonly bar: number;
  readonly unit: string;
  readonly atLeast?: boolean;
  run(): Promise<number>;
};
export type Figure = {
  readonly name: string;
  readonly file: string;
  readonly unit: string;
  readonly bar: number;
  readonly bound: '≤' | '≥';
  readonly figure: number | null;
  readonly met: boolean;
  readonly problem: string | null;
};
type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
};

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...words], options: { json: { type: 'string' }, only: { type: 'string' } } });
  const only = values.only?.toLowerCase() ?? '';
  const files = listFiles(root, ['src', 'test']).filter((path) => path.endsWith('.bench.ts'));
  process.stdout.write(`${describeMachine(machine())}\n\n`);
  const figures: Figure[] = [];
  for (const file of files) {
    for (const bench of await loadBenches(file)) {
      if (!`${file} ${bench.name}`.toLowerCase().includes(only)) continue;
      const figure = await measure(file, bench);
      figures.push(figure);
      process.stdout.write(`${printFigure(figure)}\n`);
    }
  }
  if (values.json !== undefined) writeFileSync(resolve(values.json), `${JSON.stringify({ machine: machine(), figures }, null, 2)}\n`);
  return conclude(figures, only);
}

async function loadBenches(file: string): Promise<readonly Bench[]> {
  const { benches }: { benches?: unknown } = await import(pathToFileURL(join(root, file)).href);
  if (!Array.isArray(benches)) throw new Error(`${file} must export "benches", a list of { name, bar, unit, run }.`);
  return benches as readonly Bench[];
}

/** A bench that throws has no figure, and a bar without a figure is not met. */
export async function measure(file: string, { name, unit, bar, atLeast = false, run }: Bench): Promise<Figure> {
  const facts = { name, file, unit, bar, bound: atLeast ? '≥' : '≤' } as const;
  try {
    const figure = await run();
    if (!Number.isFinite(figure)) return { ...facts, figure: null, met: false, problem: `it answered ${figure}` };
    return { ...facts, figure, met: atLeast ? figure >= bar : figure <= bar, problem: null };
  } catch (error) {
    return { ...facts, figure: null, met: false, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

export function printFigure({ name, figure, unit, bar, bound, met, problem }: Figure): string {
  const shown = figure === null ? 'no figure' : `${roundFigure(figure)} ${unit}`;
  const line = `${met ? '✔' : '✖'} ${name.padEnd(64)} ${shown.padStart(16)}   bar ${bound} ${roundFigure(bar)} ${unit}${met ? '' : '   not met'}`;
  return problem === null ? line : `${line}\n    ${problem.replaceAll('\n', '\n    ')}`;
}

/** Three significant digits, whole numbers in full. */
export function roundFigure(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

function conclude(figures: readonly Figure[], only: string): number {
  if (figures.length === 0) {
    process.stderr.write(only === '' ? 'There is no *.bench.ts.\n' : `No bench is called "${only}".\n`);
    return 1;
  }
  const missed = figures.filter(({ met }) => !met).length;
  process.stdout.write(`\n${figures.length - missed} of ${figures.length} bars met.\n`);
  return missed === 0 ? 0 : 1;
}

function machine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() || 'unknown processor',
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}

function describeMachine({ cpu, cores, memoryGiB, node, platform }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, Node ${node}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
  // A bench may leave a server or a pool behind; the figures are printed, so nothing is lost.
  process.exit();
}
