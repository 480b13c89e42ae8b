/** Live events to browsers: one reader of the log a process, fanned out to those who may see each event. */
import type { Actor } from '../../contract/actor.ts';
import type { EventKind, StoredEvent } from '../../contract/event.ts';
import { liveEvents } from '../../contract/live.ts';
import type { Permission } from '../../contract/permission.ts';
import { handle, type RequestContext, type Route } from '../http/handle.ts';
import { Loop } from '../loop.ts';
import { metrics } from '../telemetry/metrics.ts';
import { listenForEvents, newestEvent, readEvents } from './event-log.ts';

/** A stream ends after this and the browser opens a new one: rights and sessions are looked at again. */
const streamLifeMs = 120_000;
const beatMs = 15_000;
/** More than this behind: told to load afresh instead. */
const longestReplay = 2000;
const batch = 500;
/** A browser that does not read is dropped, not buffered for. */
const mostWaiting = 5000;

type Listener = { readonly actor: Actor; push(event: StoredEvent): void };

export class LiveHub {
  readonly #visible: ReadonlyMap<string, Permission>;
  readonly #listeners = new Set<Listener>();
  #seen = 0;
  #loop: Loop | undefined;
  #listening: { stop(): Promise<void> } | undefined;
  readonly #ending = new AbortController();

  constructor(kinds: readonly EventKind[]) {
    this.#visible = new Map(kinds.flatMap(({ type, visibleTo }) => (visibleTo === null ? [] : [[type, visibleTo]])));
  }

  async start(): Promise<void> {
    this.#seen = await newestEvent();
    this.#loop = new Loop('events.live', 2000, () => this.#fanOut());
    this.#listening = listenForEvents(() => this.#loop?.wake());
  }

  /** Before the server stops: it waits for what it is still answering, and a stream is an answer of two minutes. */
  async endStreams(): Promise<void> {
    this.#ending.abort();
  }

  async stop(): Promise<void> {
    await this.#listening?.stop();
    await this.#loop?.stop();
  }

  async #fanOut(): Promise<boolean> {
    const events = await readEvents(this.#seen, batch);
    for (const event of events) {
      this.#seen = event.seq;
      for (const listener of this.#listeners) if (this.maySee(listener.actor, event)) listener.push(event);
    }
    return events.length === batch;
  }

  maySee(actor: Actor, event: StoredEvent): boolean {
    const permission = this.#visible.get(event.type);
    return permission !== undefined && event.workspaceId === actor.workspaceId && actor.permissions.has(permission);
  }

  /** Frames for one browser: what it missed, then what comes. */
  async *frames(context: RequestContext, after: number | null): AsyncGenerator<string> {
    const waiting: StoredEvent[] = [];
    let wake: (() => void) | undefined;
    let overflow = false;
    const listener: Listener = {
      actor: context.actor,
      push(event) {
        if (waiting.length >= mostWaiting) overflow = true;
        else waiting.push(event);
        wake?.();
      },
    };
    this.#listeners.add(listener);
    metrics.liveClients.set(this.#listeners.size);
    const endsAt = Date.now() + streamLifeMs;
    const onAbort = (): void => wake?.();
    const over = AbortSignal.any([context.signal, this.#ending.signal]);
    over.addEventListener('abort', onAbort);
    try {
      let sent = after ?? this.#seen;
      yield `retry: 1000\nid: ${sent}\nevent: hello\ndata: {}\n\n`;
      if (after !== null && after < this.#seen) {
        const missed = yield* this.#replay(context.actor, after);
        sent = missed;
      }
      while (!over.aborted && !overflow && Date.now() < endsAt) {
        const event = waiting.shift();
        if (event !== undefined) {
          if (event.seq > sent) yield frame(event);
          continue;
        }
        const due = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(true), beatMs);
          wake = () => {
            clearTimeout(timer);
            resolve(false);
          };
          if (waiting.length > 0 || over.aborted) wake();
        });
        wake = undefined;
        if (due) yield `event: beat\ndata: {"at":"${new Date().toISOString()}"}\n\n`;
      }
    } finally {
      over.removeEventListener('abort', onAbort);
      this.#listeners.delete(listener);
      metrics.liveClients.set(this.#listeners.size);
    }
  }

  async *#replay(actor: Actor, after: number): AsyncGenerator<string, number> {
    const until = this.#seen;
    if (until - after > longestReplay) {
      yield `id: ${until}\nevent: reset\ndata: {"missed":${until - after}}\n\n`;
      return until;
    }
    for (let from = after; from < until; ) {
      const events = await readEvents(from, batch);
      for (const event of events) if (this.maySee(actor, event)) yield frame(event);
      from = events.at(-1)?.seq ?? until;
    }
    return until;
  }
}

function frame({ seq, type, at, payload, id, actorId }: StoredEvent): string {
  return `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ id, type, at, actorId, payload })}\n\n`;
}

export function liveRoutes(hub: LiveHub): readonly Route[] {
  return [
    handle(
      liveEvents,
      ({ after }, context) => {
        const given = after ?? (context.lastEventId === undefined ? null : Number(context.lastEventId));
        return hub.frames(context, given !== null && Number.isSafeInteger(given) && given >= 0 ? given : null);
      },
      { transaction: 'none' },
    ),
  ];
}
