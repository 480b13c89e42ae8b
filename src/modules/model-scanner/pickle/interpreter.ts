/** What the interpretation of calls needs from the machine that runs the opcodes. */
import type { Target } from './names.ts';
import type { Recorder, Site } from './recorder.ts';
import type { PickleFactTables } from './tables.ts';
import type { Value } from './values.ts';

export type Interpreter = {
  readonly tables: PickleFactTables;
  readonly recorder: Recorder;
  readonly protocol: number;
  site(): Site;
  /** A global as a value, noted as referenced until something calls it. */
  reference(module: string, name: string, computed: boolean): Value;
  /** The same for a target that is known already. */
  globalValue(target: Target, computed: boolean): Value;
  /** Notes that the global was used as more than a reference. */
  used(value: Value): void;
  /** The bytes of a constant, at most `most`; undefined when longer or unknown. */
  bytesOf(value: Value | undefined, most?: number): Uint8Array | undefined;
  /** Whether enough is kept of what the stream put into containers, these elements counted. */
  isLate(elements: number): boolean;
  /** Offers bytes to the caller as a member of their own. */
  nest(value: Value, name: string): boolean;
};

/** How a call is reached: how deep, and whether it only happens when a lazy iterator is consumed. */
export type Way = { readonly depth: number; readonly lazy: boolean };
export const direct: Way = { depth: 0, lazy: false };
export const deeper = ({ depth, lazy }: Way): Way => ({ depth: depth + 1, lazy });
