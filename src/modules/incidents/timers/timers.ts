/**
 * The loop that keeps promises with a time. It sleeps until the next one is due (at most a second; a notification wakes it for an
 * earlier one). Each timer fires in the transaction of its effects, under the lock of its row: at most once, with any number of
 * processes. What was due while nothing ran fires at the start, in due order, and says how late it is.
 */
import type { Context } from '../../../contract/actor.ts';
import { systemActor } from '../../../platform/actors.ts';
import { transaction } from '../../../platform/database/database.ts';
import { listenFor } from '../../../platform/events/listen.ts';
import { newTraceId } from '../../../platform/http/trace.ts';
import { log } from '../../../platform/log.ts';
import { incidentProblems as problems } from '../contract.ts';
import { lookAround, markFailed, markFired, type Taken, takeDue, timerChannel } from './timer-store.ts';

/** Does what was promised; looks again whether it still must be done. Runs in the transaction of the timer. */
export type Fire = (timer: Taken, context: Context) => Promise<void>;
export type Firings = Readonly<Record<string, Fire>>;

const longestSleepMs = 1000;
const roundsAtOnce = 500;

function contextFor(workspaceId: string, timerId: string): Context {
  return {
    actor: systemActor(workspaceId, `timer:${timerId}`),
    traceId: newTraceId(),
    signal: new AbortController().signal,
    address: null,
    userAgent: null,
  };
}

/** Fires one timer of a workspace. Answers false when none is due. */
export async function fireOne(workspaceId: string, firings: Firings): Promise<boolean> {
  const seen: { id: string | null } = { id: null };
  try {
    return await transaction(contextFor(workspaceId, 'next'), async () => {
      const timer = await takeDue();
      if (timer === null) return false;
      seen.id = timer.id;
      await markFired(timer.id, Math.max(0, timer.lateMs));
      const context = contextFor(workspaceId, timer.id);
      await transaction(context, async () => fireOf(timer, firings)(timer, context));
      return true;
    });
  } catch (error) {
    if (seen.id === null) throw error;
    await rest(workspaceId, seen.id, error);
    return true;
  }
}

/** A promise that this release does not know must not be taken for kept. @throws incidents.timerUnknown */
function fireOf({ kind }: Taken, firings: Firings): Fire {
  const fire = firings[kind];
  if (fire === undefined) throw problems.timerUnknown({ kind });
  return fire;
}

async function rest(workspaceId: string, id: string, error: unknown): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  const last = await transaction(contextFor(workspaceId, id), () => markFailed(id, reason));
  const say = last ? 'A timer failed for the last time and is put aside' : 'A timer failed and will be tried again';
  log('error').error({ error, code: last ? 'incidents.timerPutAside' : 'incidents.timerFailed', timer: id }, say);
}

/** Fires what is due everywhere. Answers how long until the next one, in milliseconds; null: none waits. */
export async function fireDue(firings: Firings): Promise<number | null> {
  for (let round = 0; round < roundsAtOnce; round += 1) {
    const { due, nextInMs } = await lookAround();
    if (due.length === 0) return nextInMs;
    for (const workspaceId of due) await fireOne(workspaceId, firings);
  }
  return 0;
}

/** A class, because its lifetime is the point. */
export class TimerLoop {
  readonly #firings: Firings;
  readonly #listening: { stop(): Promise<void> };
  readonly #ended: Promise<void>;
  #stopped = false;
  #woken = false;
  #wake: (() => void) | undefined;

  constructor(firings: Firings) {
    this.#firings = firings;
    this.#listening = listenFor(timerChannel, { heard: () => this.wake(), connected: () => this.wake() });
    this.#ended = this.#run();
  }

  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#listening.stop();
    await this.#ended;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (!this.#stopped) {
      this.#woken = false;
      const next = await this.#round();
      if (!this.#stopped && !this.#woken) await this.#sleep(Math.min(Math.max(next ?? longestSleepMs, 1), longestSleepMs));
    }
  }

  /** A failure (the database is away) is logged and tried again. */
  async #round(): Promise<number | null> {
    try {
      return await fireDue(this.#firings);
    } catch (error) {
      log('error').error({ error, code: 'incidents.timerLoop' }, 'The loop of timers failed and will try again');
      return longestSleepMs;
    }
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
