/**
 * The engine against CPython. The golden file holds, for batches of 100 of the programs with seeds 0–9,999, the digest (`digestOf`) of what
 * `scripts/golden/pickle_opcodes.py` answered under CPython 3.11.7. Where Python is at hand, fresh and broken programs are compared as well.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Answer, answerOf, digestOf } from './testing/answers.ts';
import { catalogTables } from './testing/catalog.ts';
import { randomNumbers, randomProgram } from './testing/programs.ts';

const golden = JSON.parse(readFileSync(new URL('./testing/opcode-programs.golden.json', import.meta.url), 'utf8')) as {
  batchSize: number;
  digests: string[];
};
const script = fileURLToPath(new URL('../../../../scripts/golden/pickle_opcodes.py', import.meta.url));
const hasPython = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']).status === 0;
const withoutPython = hasPython ? false : 'needs Python 3.8 or newer on the path';

type PythonAnswer = Answer & { readonly error: string | null };

function askPython(programs: readonly Uint8Array[]): PythonAnswer[] {
  const input = `${programs.map((program) => Buffer.from(program).toString('hex')).join('\n')}\n`;
  const { stdout, status } = spawnSync('python3', [script], { input, encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 60_000 });
  assert.equal(status, 0, 'the golden script runs');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PythonAnswer);
}

/** Random changes of a good program: most break it somewhere. */
function mutate(program: Uint8Array, seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const bytes = Uint8Array.from(program);
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1)
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return bytes;
}

test('sees the same opcodes and looks up the same names as CPython did in 10,000 programs', () => {
  const tables = catalogTables();
  const { batchSize, digests } = golden;
  const found = digests.map((_, batch) =>
    digestOf(Array.from({ length: batchSize }, (_, at) => answerOf(randomProgram(batch * batchSize + at), tables))),
  );
  assert.equal(digests.length * batchSize, 10_000);
  assert.deepEqual(found, digests);
});

test('agrees with the CPython at hand about fresh programs', { skip: withoutPython }, () => {
  const tables = catalogTables();
  const programs = Array.from({ length: 300 }, (_, at) => randomProgram(1_000_000 + at));
  for (const [at, python] of askPython(programs).entries()) {
    assert.equal(python.error, null);
    const ours = answerOf(programs[at] ?? new Uint8Array(), tables);
    assert.deepEqual(ours.opcodes, python.opcodes);
    assert.deepEqual(ours.globals, python.globals);
    assert.equal(ours.end, python.end);
  }
});

test('looks up every name that CPython looks up before a broken program stops it', { skip: withoutPython }, () => {
  const tables = catalogTables();
  // Without BYTEARRAY8: CPython reserves the announced length before it reads.
  const programs = Array.from({ length: 500 }, (_, at) => mutate(randomProgram(2_000_000 + at), at)).filter(
    (program) => !program.includes(0x96),
  );
  let [stopped, named] = [0, 0];
  for (const [at, python] of askPython(programs).entries()) {
    const ours = answerOf(programs[at] ?? new Uint8Array(), tables);
    assert.deepEqual(ours.globals.slice(0, python.globals.length), python.globals, `program ${at}`);
    // The offsets of CPython are exact up to the first frame.
    const frame = python.opcodes.findIndex(([, code]) => code === 0x95);
    const shared = Math.min(ours.opcodes.length, frame < 0 ? python.opcodes.length : frame);
    assert.deepEqual(ours.opcodes.slice(0, shared), python.opcodes.slice(0, shared), `program ${at}`);
    stopped += Number(python.error !== null);
    named += python.globals.length;
  }
  assert.ok(stopped > 100 && named > 300, 'the comparison is not empty');
});
