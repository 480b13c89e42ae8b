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
import { listenForEvents, readEvents } from './event-log.ts';

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

export function startConsumers(subscriptions: readonly Subscription[]): { stop(): Promise<void>; wake(): void } {
  const names = [...new Set(subscriptions.map(({ consumer }) => consumer))].sort();
  const loops = names.map((name) =>
    consumerLoop(
      name,
      subscriptions.filter(({ consumer }) => consumer === name),
    ),
  );
  const wake = (): void => {
    for (const loop of loops) loop.wake();
  };
  const listening = listenForEvents(wake);
  return {
    wake,
    async stop() {
      await listening.stop();
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

function consumerLoop(name: string, subscriptions: readonly Subscription[]): Loop {
  const failures = new Map<number, number>();
  return new Loop(`events.consumer.${name}`, 2000, () => consumeOnce(name, subscriptions, failures));
}

/** Handles one batch. Answers true when there may be more. Exported for tests and for draining in order. */
export async function consumeOnce(
  name: string,
  subscriptions: readonly Subscription[],
  failures: Map<number, number> = new Map(),
): Promise<boolean> {
  const events = await readEvents(await placeOf(name), batch);
  let skippedTo = 0;
  for (const event of events) {
    const handlers = subscriptions.filter(({ type }) => type === event.type);
    if (handlers.length === 0) {
      skippedTo = event.seq;
      continue;
    }
    skippedTo = 0;
    if (!(await handleOne(name, handlers, event, failures))) return true;
  }
  const last = events.at(-1);
  if (last !== undefined && skippedTo > 0) await transaction(contextOf(last), () => advance(name, skippedTo));
  return events.length === batch;
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

async function placeOf(name: string): Promise<number> {
  const { rows } = await transaction(contextOf(null), () =>
    db().execute<{ seq: string }>(sql`select seq from platform.consumer where name = ${name}`),
  );
  return Number(rows[0]?.seq ?? 0);
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
