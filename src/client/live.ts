/**
 * News from the server, one stream for all tabs of a browser. The leading tab reads it and passes every event on over a BroadcastChannel;
 * who becomes leader resumes after the last event this browser saw. Hidden tabs without a stream open none.
 */
import { z } from 'zod';
import { liveEvents } from '../contract/live.ts';
import { createFrameReader } from './event-stream.ts';
import { beatMs, claimMs, type ElectionState, type ElectionStep, type ElectionWord, firstState, onBeat, onHear } from './live-election.ts';

/** `connecting` before the first answer; `paused` when trying has stopped for now. */
export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'paused';
export type LiveStatus = {
  readonly state: LiveState;
  /** When this state began. */
  readonly since: number;
  /** When the server was last heard of, its heartbeats included; null is never. */
  readonly heardAt: number | null;
};
export type LiveEvent = { readonly type: string; readonly seq: number; readonly at: string; readonly payload: unknown };

const LiveData = z.object({ type: z.string(), at: z.string(), payload: z.json() });
const Word = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['leader', 'claim', 'resign']), from: z.string() }),
  z.object({ kind: z.literal('event'), event: z.object({ type: z.string(), seq: z.number(), at: z.string(), payload: z.unknown() }) }),
  z.object({
    kind: z.literal('status'),
    status: z.object({
      state: z.enum(['connecting', 'live', 'reconnecting', 'paused']),
      since: z.number(),
      heardAt: z.number().nullable(),
    }),
  }),
  z.object({ kind: z.literal('retry') }),
]);

/** The server ends a stream now and then on purpose: only a longer silence is called reconnecting. */
const quietMs = 2500;
/** Three missed heartbeats of the server (15 s each) mean the connection hangs. */
const hangMs = 45_000;
const pauseAfterMs = 60_000;
const longestWaitMs = 15_000;
/** Sent to listeners after more was missed than the server replays: everything is stale. */
export const resetType = 'live.reset';

type LiveOptions = { readonly channelName: string; readonly fetch?: typeof fetch };

/** State and lifetime are the point: one of these lives as long as the tab. */
export class LiveStream {
  readonly #fetch: typeof fetch;
  readonly #channel: BroadcastChannel;
  readonly #eventListeners = new Set<(event: LiveEvent) => void>();
  readonly #statusListeners = new Set<() => void>();
  #status: LiveStatus = { state: 'connecting', since: Date.now(), heardAt: null };
  #election: ElectionState = firstState(crypto.randomUUID());
  #lastSeq: number | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #reading: AbortController | undefined;
  #failingSince: number | null = null;
  #wake: (() => void) | undefined;

  /** `channelName` names the person too, so that two people in one browser never share a stream. */
  constructor({ channelName, fetch: fetchWith = (...parts) => fetch(...parts) }: LiveOptions) {
    this.#fetch = fetchWith;
    this.#channel = new BroadcastChannel(channelName);
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => this.#hear(data);
    this.#timer = setInterval(() => this.#beat(), beatMs);
    window.addEventListener('pagehide', this.#leave);
    document.addEventListener('visibilitychange', this.#look);
    window.addEventListener('online', this.#look);
    this.#beat();
    // A tab that is alone need not wait a whole beat to lead.
    setTimeout(() => this.#timer !== undefined && this.#beat(), claimMs + 20);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#leave();
    window.removeEventListener('pagehide', this.#leave);
    document.removeEventListener('visibilitychange', this.#look);
    window.removeEventListener('online', this.#look);
    this.#channel.close();
  }

  get status(): LiveStatus {
    return this.#status;
  }
  onStatus(listener: () => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }
  onEvent(listener: (event: LiveEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }
  /** Tries again now, whichever tab leads. */
  retry(): void {
    this.#channel.postMessage({ kind: 'retry' });
    this.#retryHere();
  }

  #retryHere(): void {
    this.#failingSince = null;
    this.#wake?.();
  }
  readonly #look = (): void => {
    if (document.hidden) return;
    this.#beat();
    this.#retryHere();
  };
  readonly #leave = (): void => {
    if (this.#election.leading) this.#say('resign');
    this.#apply({ state: { ...this.#election, leading: false, claimAt: null }, say: null });
  };
  #beat(): void {
    this.#apply(onBeat(this.#election, Date.now(), !document.hidden));
  }
  #say(kind: ElectionWord['kind']): void {
    this.#channel.postMessage({ kind, from: this.#election.self });
  }
  #apply({ state, say }: ElectionStep): void {
    this.#election = state;
    if (say !== null) this.#say(say);
    if (state.leading && this.#reading === undefined) void this.#read();
    if (!state.leading && this.#reading !== undefined) {
      this.#reading.abort();
      this.#reading = undefined;
    }
  }

  #hear(data: unknown): void {
    const word = Word.safeParse(data);
    if (!word.success) return;
    switch (word.data.kind) {
      case 'event':
        this.#take(word.data.event);
        break;
      case 'status':
        this.#setStatus(word.data.status);
        break;
      case 'retry':
        this.#retryHere();
        break;
      default:
        this.#hearElection(word.data);
    }
  }

  #hearElection(word: ElectionWord): void {
    this.#apply(onHear(this.#election, word, Date.now(), !document.hidden));
    // A tab that just opened must not wait for the next change to know how things stand.
    if (word.kind === 'claim' && this.#election.leading) this.#channel.postMessage({ kind: 'status', status: this.#status });
  }

  #take(event: LiveEvent): void {
    if (this.#lastSeq !== null && event.seq <= this.#lastSeq && event.type !== resetType) return;
    this.#lastSeq = event.seq;
    for (const listener of this.#eventListeners) listener(event);
  }

  #setStatus(status: LiveStatus): void {
    this.#status = status;
    for (const listener of this.#statusListeners) listener();
  }
  #publish(change: Partial<LiveStatus>): void {
    const state = change.state ?? this.#status.state;
    const status = { ...this.#status, ...change, since: state === this.#status.state ? this.#status.since : Date.now() };
    this.#setStatus(status);
    this.#channel.postMessage({ kind: 'status', status });
  }

  async #read(): Promise<void> {
    const reading = new AbortController();
    this.#reading = reading;
    let wait = 500;
    while (!reading.signal.aborted) {
      const before = Date.now();
      const refused = await this.#readOnce(reading.signal);
      if (reading.signal.aborted) return;
      const lived = Date.now() - before > quietMs;
      wait = lived ? 500 : Math.min(longestWaitMs, wait * 2);
      this.#judge(refused, lived);
      await this.#sleep(refused ? longestWaitMs : wait, reading.signal);
    }
  }

  #judge(refused: boolean, lived: boolean): void {
    const now = Date.now();
    this.#failingSince = lived ? now : (this.#failingSince ?? now);
    const failing = now - this.#failingSince;
    if (refused || failing > pauseAfterMs) this.#publish({ state: 'paused' });
    if (!refused && failing <= pauseAfterMs && failing > quietMs) this.#publish({ state: 'reconnecting' });
  }

  /** Reads until the stream ends or fails; true when the server refused it, as after the session ended. */
  async #readOnce(stop: AbortSignal): Promise<boolean> {
    const hang = new AbortController();
    let timer = setTimeout(() => hang.abort(), hangMs);
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => hang.abort(), hangMs);
      this.#failingSince = null;
      this.#publish({ state: 'live', heardAt: Date.now() });
    };
    try {
      const after = this.#lastSeq === null ? '' : `?after=${this.#lastSeq}`;
      const response = await this.#fetch(`${liveEvents.path}${after}`, {
        headers: { accept: 'text/event-stream' },
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.any([stop, hang.signal]),
      });
      if (!response.ok || response.body === null) return response.status >= 400 && response.status < 500;
      heard();
      const read = createFrameReader();
      // The types of the stream want the wider BufferSource that the decoder takes anyway.
      const reader = response.body
        .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>)
        .getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        heard();
        for (const frame of read(part.value)) this.#takeFrame(frame);
      }
      return false;
    } catch {
      return false; // the connection broke or hung; the loop above decides what that means
    } finally {
      clearTimeout(timer);
    }
  }

  #takeFrame({ event, data, id }: { event: string; data: string; id: string | null }): void {
    const seq = Number(id ?? Number.NaN);
    if (!Number.isSafeInteger(seq) || event === 'beat') return;
    if (event === 'hello') {
      this.#lastSeq ??= seq;
      return;
    }
    const parsed = event === 'reset' ? { type: resetType, at: new Date().toISOString(), payload: null } : parseData(data);
    if (parsed === null) return;
    const whole = { ...parsed, seq };
    this.#take(whole);
    this.#channel.postMessage({ kind: 'event', event: whole });
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

function parseData(data: string): { type: string; at: string; payload: unknown } | null {
  try {
    const parsed = LiveData.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // not JSON: not one of ours
  }
}
