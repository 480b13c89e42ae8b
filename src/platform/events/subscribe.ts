/**
 * Consumers of events. Each consumer keeps its place in the log; handling an event and moving the place are one
 * transaction, so effects in the database happen exactly once whatever dies when.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Context } from '../../contract/actor.ts';
import type { EventKind, StoredEvent } from '../../contract/event.ts';
import { systemActor } from '../actors.ts';
import { db, transaction } from '../database/database.ts';
import { newTraceId } from '../http/trace.ts';
import { log } from '../log.ts';
import { Loop } from '../loop.ts';
import { listenForEvents, lookFurther, newestEvent, readWaiting } from './event-log.ts';

type Handler = (payload: unknown, event: StoredEvent, context: Context) => Promise<void>;
export type Subscription = { readonly type: string; readonly consumer: string; readonly handle: Handler };

/**
 * @example on(scanFinished, 'vulnerabilities', async (payload, event, context) => { … })
 * The handler runs in a transaction of the event's workspace as the system actor. It may run again after a failure: five
 * failures put the event aside (platform.dead_event) and the consumer goes on.
 */
export function on<P extends z.ZodType>(
  kind: EventKind<P>,
  consumer: string,
  handler: (payload: z.output<P>, event: StoredEvent, context: Context) => Promise<void>,
): Subscription {
  return { type: kind.type, consumer, handle: (payload, event, context) => handler(kind.payload.parse(payload), event, context) };
}

const batch = 200;
const mostFailures = 5;
/** How often the log is looked at when nobody has told us that it grew. */
const lookMs = 2000;
const mostLooked = 1000;
/** A consumer looks for itself at least this often, whatever it was told. */
const longestUnaskedMs = 60_000;
/** So many events of other types may lie behind a consumer's place before it is moved over them: each move is a write. */
const mostPassedOver = 1000;

export function startConsumers(subscriptions: readonly Subscription[]): { stop(): Promise<void>; wake(): void } {
  const names = [...new Set(subscriptions.map(({ consumer }) => consumer))].sort();
  const consumers = names.map(
    (name) =>
      new Consumer(
        name,
        subscriptions.filter(({ consumer }) => consumer === name),
      ),
  );
  const watch = watchLog(consumers);
  const listening = listenForEvents(() => watch.wake());
  return {
    wake: () => watch.wake(),
    async stop() {
      await listening.stop();
      await Promise.all([watch, ...consumers].map((loop) => loop.stop()));
    },
  };
}

/** One look for all consumers of the process: each is woken for its own types alone. */
function watchLog(consumers: readonly Consumer[]): Loop {
  let seen: number | null = null;
  return new Loop('events.watch', lookMs, async () => {
    if (seen === null) {
      seen = await newestEvent();
      for (const consumer of consumers) consumer.expect();
      return false;
    }
    const further = await lookFurther(seen, mostLooked);
    if (further === null) return false;
    seen = further.last;
    for (const consumer of consumers) if (further.types.some((type) => consumer.types.has(type))) consumer.expect();
    return further.count === mostLooked;
  });
}

/** A class, because its loop lives as long as the process. What failed stays due, so that it is tried again soon. */
class Consumer {
  readonly types: ReadonlySet<string>;
  readonly #loop: Loop;
  #isDue = true;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(name: string, subscriptions: readonly Subscription[]) {
    this.types = new Set(subscriptions.map(({ type }) => type));
    const failures = new Map<number, number>();
    this.#loop = new Loop(`events.consumer.${name}`, lookMs, () => this.#round(() => consumeOnce(name, subscriptions, failures)));
  }

  /** Something may wait for it. */
  expect(): void {
    this.#isDue = true;
    this.#loop.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #round(consume: () => Promise<boolean>): Promise<boolean> {
    if (!this.#isDue && performance.now() - this.#lookedAt < longestUnaskedMs) return false;
    // Before it looks: what comes meanwhile is due again.
    this.#isDue = false;
    this.#lookedAt = performance.now();
    let finished = false;
    try {
      finished = !(await consume());
    } finally {
      if (!finished) this.#isDue = true;
    }
    return !finished;
  }
}

/** Handles one batch. Answers true when there may be more. Exported for tests and for draining in order. */
export async function consumeOnce(
  name: string,
  subscriptions: readonly Subscription[],
  failures: Map<number, number> = new Map(),
): Promise<boolean> {
  const types = [...new Set(subscriptions.map(({ type }) => type))];
  const { place, last, events } = await readWaiting(name, types, batch);
  for (const event of events) {
    const handlers = subscriptions.filter(({ type }) => type === event.type);
    if (!(await handleOne(name, handlers, event, failures))) return true;
  }
  if (events.length === batch) return true;
  const reached = events.at(-1)?.seq ?? place;
  if (last - reached > mostPassedOver) await transaction(contextOf(null), () => advance(name, last));
  return false;
}

async function handleOne(
  name: string,
  handlers: readonly Subscription[],
  event: StoredEvent,
  failures: Map<number, number>,
): Promise<boolean> {
  const context = contextOf(event);
  try {
    return await transaction(context, async () => {
      // Another process handled it meanwhile: start over from the new place.
      if (!(await advance(name, event.seq))) return false;
      for (const { handle } of handlers) await handle(event.payload, event, context);
      return true;
    });
  } catch (error) {
    const count = (failures.get(event.seq) ?? 0) + 1;
    failures.set(event.seq, count);
    if (count < mostFailures) throw error;
    failures.delete(event.seq);
    log('error').error(
      { error, code: 'events.putAside', consumer: name, seq: event.seq, type: event.type },
      'An event could not be handled and was put aside',
    );
    await transaction(context, async () => {
      await db().execute(
        sql`insert into platform.dead_event (consumer, seq, reason) values (${name}, ${event.seq}, ${String(error).slice(0, 2000)}) on conflict do nothing`,
      );
      await advance(name, event.seq);
    });
    return true;
  }
}

/** Moves the place forward; false when it already was there or beyond. Locks the consumer's row until the end. */
async function advance(name: string, seq: number): Promise<boolean> {
  const { rows } = await db().execute(sql`
    insert into platform.consumer (name, seq) values (${name}, ${seq})
    on conflict (name) do update set seq = excluded.seq where platform.consumer.seq < excluded.seq
    returning seq`);
  return rows.length > 0;
}

const nowhere = '00000000-0000-0000-0000-000000000000';
function contextOf(event: StoredEvent | null): Context {
  return {
    actor: systemActor(event?.workspaceId ?? nowhere, `event:${event?.id ?? randomUUID()}`),
    traceId: event?.traceId ?? newTraceId(),
    signal: new AbortController().signal,
    address: null,
    userAgent: null,
  };
}
