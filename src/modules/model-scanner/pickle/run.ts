/** The loop: one opcode after the other until STOP, raw data, or an error. */
import { StreamBroken } from './cursor.ts';
import type { Machine } from './machine.ts';
import { codeOf } from './opcodes.ts';
import { constantOperations, type Operation } from './operations-constant.ts';
import { objectOperations } from './operations-object.ts';
import { isPlain, runPlain } from './plain-run.ts';

const operations: (Operation | undefined)[] = new Array(256).fill(undefined);
for (const [name, operation] of [...constantOperations, ...objectOperations]) operations[codeOf(name)] = operation;

/** Opcodes between two looks at the clock. */
const opcodesPerCheck = 16_384;

/**
 * Runs until STOP (`stop`) or until raw array data follows (`raw`).
 * @param most opcodes to run; infinite for a stream that is read to its end.
 * @throws StreamBroken where the stream cannot be read on; BudgetExceeded when time or bytes are spent.
 */
export function run(machine: Machine, most = Number.POSITIVE_INFINITY): 'stop' | 'raw' | 'paused' {
  const { cursor, parts } = machine;
  machine.go();
  let nextCheck = opcodesPerCheck;
  for (let count = 0; count < most; count += 1) {
    if (count >= nextCheck) {
      parts.budget.checkTime();
      machine.relieve(2 * opcodesPerCheck);
      nextCheck = count + opcodesPerCheck;
    }
    machine.offset = cursor.position;
    const code = cursor.u1();
    // Whoever watches sees every opcode.
    const plain = isPlain(code) && parts.trace === undefined ? runPlain(machine, Math.min(most - count, opcodesPerCheck)) : 0;
    if (plain > 0) {
      count += plain - 1;
      continue;
    }
    const operation = operations[code];
    if (!operation)
      throw new StreamBroken('unknown-opcode', `0x${code.toString(16).padStart(2, '0')} at byte ${machine.offset} is no opcode`);
    machine.opcodeIndex += 1;
    parts.trace?.(machine.offset, code);
    operation(machine);
    const { halt } = machine;
    if (halt !== 'none') return halt;
  }
  return 'paused';
}
