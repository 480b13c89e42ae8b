/** A hostile pickle and the least weight it must get: `malicious` where the effect is certain from the bytes, else `suspicious`. */
import { join, named, op, type Part, text, tuple } from './assembler.ts';

export type Sample = {
  readonly family: string;
  readonly name: string;
  readonly data: Uint8Array;
  readonly least: 'malicious' | 'suspicious';
};

/** A harmless payload. */
export const marker: Part = text('echo marker');
export const system: Part = named('os', 'system');

export const sample = (family: string, name: string, data: Uint8Array, least: Sample['least'] = 'malicious'): Sample => ({
  family,
  name,
  data,
  least,
});

/** One call in the forms that picklers and hand-written pickles use. */

/** `callee(*args)`, with a marker text when no argument is given. */
export const withArgument = (callee: Part, ...args: readonly Part[]): Part =>
  join(callee, tuple(...(args.length > 0 ? args : [marker])), op('REDUCE'));
