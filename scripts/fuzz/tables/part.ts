/** A share of the iterations in a process of its own: its memory can be measured, and a crash of the engine ends only this. */
import { fuzzTables } from '../../../test/corpus/data-quality/table-fuzz.ts';
import { tableSeeds } from '../../../test/corpus/data-quality/table-seeds.ts';
import type { PartNews, PartOrder } from './run.ts';

const say = (news: PartNews) => process.send?.(news);
const order = await new Promise<PartOrder>((resolve) => process.once('message', (message) => resolve(message as PartOrder)));
const failures = await fuzzTables({ ...order, seeds: await tableSeeds(), onIteration: (at) => say({ at }) });
say({ failures, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) });
process.disconnect?.();
