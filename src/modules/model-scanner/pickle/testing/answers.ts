/** What the engine sees of a program, in the words of `scripts/golden/pickle_opcodes.py`. */
import { createHash } from 'node:crypto';
import { Budget } from '../../engine/budget.ts';
import { bytesSource } from '../../engine/source.ts';
import { Cursor } from '../cursor.ts';
import { Recorder } from '../recorder.ts';
import { readStream } from '../stream.ts';
import type { PickleFactTables } from '../tables.ts';

export type Answer = {
  readonly opcodes: readonly (readonly [number, number])[];
  readonly globals: readonly (readonly [string, string])[];
  /** Offset after STOP; null when the program breaks before. */
  readonly end: number | null;
};

export function answerOf(program: Uint8Array, tables: PickleFactTables): Answer {
  const opcodes: [number, number][] = [];
  const globals: [string, string][] = [];
  const { broken, end } = readStream({
    cursor: new Cursor(bytesSource(program), 0),
    tables,
    recorder: new Recorder([], () => undefined),
    budget: new Budget(),
    trace: (offset, code) => opcodes.push([offset, code]),
    traceGlobal: (module, name) => globals.push([module, name]),
  });
  return { opcodes, globals, end: broken ? null : end };
}

/** Sixteen hexadecimal digits over a batch of answers. */
export function digestOf(answers: readonly Answer[]): string {
  const rows = answers.map(({ opcodes, globals, end }) => [opcodes, globals, end]);
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 16);
}
