/** The check command: every part runs, also when one fails; a part is one line, and tells more only when it has to. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../files.ts';

type Part = { readonly name: string; readonly says: string; readonly args: readonly string[] };
type Outcome = { readonly part: Part; readonly ok: boolean; readonly output: string; readonly ms: number };

const atOnce = 2;
const timeoutMs = 10 * 60_000;
/** More than this is scrolled past, not read. */
const shownBytes = 20_000;

/** The slow ones first: with two at once the whole takes as long as the half. */
const parts: readonly Part[] = [
  {
    name: 'promises',
    says: 'no promise is forgotten (oxlint with types)',
    args: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', 'src', 'scripts', 'test'],
  },
  { name: 'types', says: 'TypeScript', args: ['node_modules/typescript/bin/tsc', '-p', '.', '--noEmit', '--pretty', 'false'] },
  { name: 'walls', says: 'dependency rules', args: ['scripts/check/cruise.ts'] },
  { name: 'dead code', says: 'unused files, exports and packages (knip)', args: ['node_modules/knip/bin/knip.js', '--no-progress'] },
  { name: 'generated', says: 'registries and documents are up to date', args: ['scripts/generate.ts', '--check'] },
  { name: 'house', says: 'sizes, names, single readers, pinned versions', args: ['scripts/check/house.ts'] },
  {
    name: 'style',
    says: 'format and lint (biome)',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--max-diagnostics=40', '.'],
  },
];

async function main(words: readonly string[]): Promise<number> {
  const chosen = words.length === 0 ? parts : parts.filter(({ name }) => words.some((word) => name.includes(word)));
  if (chosen.length === 0) {
    process.stderr.write(`No part is called ${words.join(' ')}; there are: ${parts.map(({ name }) => name).join(', ')}.\n`);
    return 1;
  }
  const waiting = [...chosen];
  const failed: Outcome[] = [];
  await Promise.all(Array.from({ length: atOnce }, () => work(waiting, failed)));
  for (const { part, output } of failed) process.stdout.write(`\n── ${part.name}: ${part.says}\n${shorten(output)}\n`);
  process.stdout.write(failed.length === 0 ? '\nEverything holds.\n' : `\n${failed.length} of ${chosen.length} parts failed.\n`);
  return failed.length === 0 ? 0 : 1;
}

async function work(waiting: Part[], failed: Outcome[]): Promise<void> {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const outcome = await runPart(part);
    process.stdout.write(
      `${outcome.ok ? '✔' : '✖'} ${part.name.padEnd(10)} ${(outcome.ms / 1000).toFixed(1).padStart(5)} s  ${part.says}\n`,
    );
    if (!outcome.ok) failed.push(outcome);
  }
}

function runPart(part: Part): Promise<Outcome> {
  const started = performance.now();
  return new Promise((resolve) => {
    const [file = '', ...rest] = part.args;
    const child = spawn(process.execPath, [join(root, file), ...rest], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const finish = (ok: boolean, remark: string): void =>
      resolve({ part, ok, output: `${Buffer.concat(chunks).toString('utf8')}${remark}`, ms: performance.now() - started });
    child.once('error', (error) => finish(false, error.message));
    child.once('close', (code, signal) => finish(code === 0, signal ? `ended by ${signal}` : ''));
  });
}

function shorten(output: string): string {
  const text = output.trimEnd();
  if (text.length <= shownBytes) return text;
  return `${text.slice(0, shownBytes)}\n… ${text.length - shownBytes} more characters; run this part alone with "npm run check -- <part>".`;
}

process.exitCode = await main(process.argv.slice(2));
