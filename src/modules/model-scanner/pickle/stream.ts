/** One pickle stream from its first opcode to STOP, with the raw arrays joblib puts between opcodes. */
import { rawDataOf } from './arrays.ts';
import { Cursor, StreamBroken } from './cursor.ts';
import { Machine, type MachineParts } from './machine.ts';
import type { Recorder } from './recorder.ts';
import { run } from './run.ts';
import type { Call, Value } from './values.ts';

export type StreamEnd = {
  /** Null when STOP was reached. */
  readonly broken: StreamBroken | null;
  /** Byte after the last opcode that was understood. */
  readonly end: number;
  readonly opcodes: number;
  readonly result: Value;
};

/** Arrays in arrays in arrays: deeper is no data set. */
const deepestArrays = 32;
/** How far a second reading of the raw bytes as opcodes goes, and for how many arrays. */
const trialOpcodes = 2000;
const mostTrials = 64;

/** What a trial found counts when it calls or builds something, or names something harmful: chance does not write that. */
export function isTelling(trial: Recorder, stopped: boolean): boolean {
  return trial.globals.some(({ position, judgement }) => stopped || position !== 'reference' || judgement === 'harmful');
}

/** `pickle.load` does not know joblib's raw data: for it the opcodes go on. Both readings are judged. */
function tryAsOpcodes(machine: Machine): void {
  const trial = machine.recorder.trial();
  const fork = machine.fork(trial, new Cursor(machine.cursor.source, machine.cursor.position));
  let stopped = false;
  try {
    stopped = run(fork, trialOpcodes) === 'stop';
  } catch (error) {
    if (!(error instanceof StreamBroken)) throw error;
  }
  fork.recordReferences();
  if (!isTelling(trial, stopped)) return;
  machine.recorder.absorb(trial);
  const detail = 'the raw data of an array is a pickle for a loader that does not know joblib';
  machine.recorder.anomaly('pickle-hidden-stream', 'lie', { detail, site: machine.site() });
}

type Reading = { readonly machines: Machine[]; trials: number };

/** Moves over the raw data of an array; an array of objects is a stream of its own, read next. */
function passRawData(reading: Reading, machine: Machine, wrapper: Call): void {
  const { cursor } = machine;
  const raw = rawDataOf(wrapper);
  // An array of objects is a pickle for both readings.
  if (!raw?.dtype.objects && reading.trials < mostTrials) tryAsOpcodes(machine);
  reading.trials += 1;
  if (!raw) throw new StreamBroken('array-unknown', `the array at byte ${machine.offset} does not say how long it is`);
  if (raw.dtype.objects) {
    if (reading.machines.length >= deepestArrays) throw new StreamBroken('arrays-too-deep', `arrays nested deeper than ${deepestArrays}`);
    reading.machines.push(new Machine(machine.parts));
    return;
  }
  if (raw.aligned) cursor.skip(cursor.u1());
  const dataBytes = raw.elements * raw.dtype.bytes;
  cursor.skip(dataBytes);
  machine.recorder.array({ dtype: raw.dtype.text, shape: raw.shape, dataBytes, where: machine.recorder.where(machine.site()) });
}

function step(reading: Reading, machine: Machine): void {
  const halt = run(machine);
  if (halt === 'raw' && machine.wrapper) passRawData(reading, machine, machine.wrapper);
  if (halt !== 'stop') return;
  machine.recordReferences();
  reading.machines.pop();
}

/** Reads from the cursor's position. Facts go to the recorder, whatever happens. */
export function readStream(parts: MachineParts): StreamEnd {
  const outer = new Machine(parts);
  const reading: Reading = { machines: [outer], trials: 0 };
  let broken: StreamBroken | null = null;
  let machine: Machine | undefined = outer;
  try {
    while (machine) {
      step(reading, machine);
      machine = reading.machines.at(-1);
    }
  } catch (error) {
    if (!(error instanceof StreamBroken)) throw error;
    broken = error;
  } finally {
    for (const open of reading.machines) open.recordReferences();
  }
  const last = reading.machines.at(-1) ?? outer;
  const end = broken ? last.offset : parts.cursor.position;
  parts.recorder.opcodes += outer.opcodeIndex + 1;
  return { broken, end, opcodes: outer.opcodeIndex + 1, result: outer.result };
}
