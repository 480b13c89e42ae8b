/** One family in a process of its own: its memory can be measured, and it can be ended. */
import { type Family, fuzz } from '../../test/corpus/model-scanner/fuzz.ts';
import type { FuzzNews, FuzzOrder } from './run.ts';
import { allSeeds } from './seed-folder.ts';

const say = (news: FuzzNews) => process.send?.(news);
const order = await new Promise<FuzzOrder>((resolve) => process.once('message', (message) => resolve(message as FuzzOrder)));
const seeds = await allSeeds();
const family: Family = { format: order.format, seeds: order.places.flatMap((place) => seeds[place] ?? []) };
const startedAt = performance.now();
let told = 0;
const failures = fuzz({
  ...order,
  family,
  onIteration: (at) => {
    const now = performance.now();
    if (now - told < 1000) return;
    told = now;
    say({ at });
  },
});
say({
  failures,
  peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  seconds: (performance.now() - startedAt) / 1000,
});
process.disconnect?.();
