/** What guards hear clients ask, gathered in memory and given to the query streams a few times a minute. */
import { randomUUID } from 'node:crypto';
import type { Context } from '../../../contract/actor.ts';
import { log } from '../../../platform/log.ts';
import type { TrafficEvent } from './stream-contract.ts';
import { takeTraffic } from './take-traffic.ts';

/**
 * As little as it takes, for seconds: whatever is kept of every request is copied by each collection of the young heap, while callers
 * wait. An id as text alone is a chain of twenty small pieces.
 */
export type LiveQuery = {
  readonly modelId: string;
  readonly shadow: boolean;
  readonly clientId: string;
  readonly atMs: number;
  /** Not to be changed by whoever gives it. */
  readonly features: readonly number[];
  readonly prediction: TrafficEvent['prediction'];
  readonly confidence: number | null;
};

/** Its id is not the trace id: a caller sets that, and the same one again and again would count once. */
function eventOf({ clientId, atMs, features, prediction, confidence }: LiveQuery): TrafficEvent {
  return {
    id: randomUUID(),
    at: new Date(atMs).toISOString(),
    clientId,
    features: [...features],
    prediction,
    confidence: confidence ?? undefined,
  };
}

/** A client's sketches are one value of 36 KiB: written each second, they would be most of what the database writes. */
const everyMs = 10_000;
/** As many as one call of the traffic door. */
const most = 1000;
/** Beyond it queries go unsketched: streams are evidence, and no reason to run out of memory. */
const mostWaiting = 5000;

/** State with a lifetime: of one workspace in this process. */
export class LiveQueries {
  #waiting: LiveQuery[] = [];
  #since = 0;
  #skipped = 0;

  add(query: LiveQuery, now = Date.now()): void {
    if (this.#waiting.length === 0) this.#since = now;
    if (this.#waiting.length < mostWaiting) this.#waiting.push(query);
    else this.#skipped += 1;
  }

  get size(): number {
    return this.#waiting.length;
  }

  isDue(now = Date.now()): boolean {
    return this.#waiting.length >= most || (this.#waiting.length > 0 && now - this.#since >= everyMs);
  }

  /** What cannot be taken is dropped and told: a client whose inputs change their length would be in the way for ever. */
  async give(context: Context): Promise<void> {
    const queries = this.#waiting;
    const skipped = this.#skipped;
    this.#waiting = [];
    this.#skipped = 0;
    if (skipped > 0) log('error').warn({ code: 'streams.skipped', skipped }, 'Queries came faster than they could be sketched');
    for (const group of Map.groupBy(queries, ({ modelId, shadow }) => `${shadow} ${modelId}`).values())
      for (let from = 0; from < group.length; from += most) await giveOne(group.slice(from, from + most), context);
  }
}

async function giveOne(queries: readonly LiveQuery[], context: Context): Promise<void> {
  const [first] = queries;
  if (first === undefined) return;
  const { modelId, shadow } = first;
  try {
    await takeTraffic(modelId, queries.map(eventOf), { context, shadow });
  } catch (error) {
    log('error').error({ error, code: 'streams.notTaken', modelId, queries: queries.length }, 'Queries through a guard could not be kept');
  }
}
