/** Hostile pickles by family, built opcode by opcode with harmless payloads. */
import { directSamples } from './hostile-direct.ts';
import { indirectSamples } from './hostile-indirect.ts';
import { streamSamples } from './hostile-streams.ts';
import type { Sample } from './sample.ts';

export const hostileSamples: readonly Sample[] = [...directSamples, ...indirectSamples, ...streamSamples];
