/** Asking the data door: a busy door is no failure, the caller waits for a place. */
import { randomUUID } from 'node:crypto';
import { setTimeout as rest } from 'node:timers/promises';
import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import { checkProgress } from '../../data-quality/contract.ts';
import { assessmentProblems } from '../contract.ts';

/** Who waits: a person for a few seconds, a job as long as it takes. */
export type Patience = {
  readonly signal: AbortSignal;
  readonly busyMs: number;
  readonly step?: (done: number, note: string) => void;
  /** Hears how many rows the door has read, about once a second. */
  readonly told?: (rows: number, stage: 'reading' | 'computing') => void;
};
/** A person who waits is told when the door stays busy this long. */
export const personBusyMs = 20_000;

const pauseMs = 1000;
/** The door may be restarting: it is asked again for this long. */
const awayMs = 20_000;

/**
 * @param ask gets the name under which the door tells how far it is.
 * @throws what the door refuses; data-quality.checkStopped when the signal aborts
 */
export async function askPatiently<T>(ask: (watch: string) => Promise<T>, { signal, busyMs, told }: Patience): Promise<T> {
  const begun = Date.now();
  const watch = randomUUID();
  const looking = told === undefined ? undefined : setInterval(() => void lookAt(watch, told), pauseMs);
  try {
    return await asked(() => ask(watch), { signal, busyMs }, begun);
  } finally {
    clearInterval(looking);
  }
}

async function lookAt(watch: string, told: NonNullable<Patience['told']>): Promise<void> {
  try {
    const { stage, rows } = await call(checkProgress, { watch });
    if (stage !== 'unknown' && rows !== null) told(rows, stage);
  } catch {
    // A door that does not tell how far it is answers all the same: nothing is lost but the figure.
  }
}

async function asked<T>(ask: () => Promise<T>, { signal, busyMs }: Patience, begun: number): Promise<T> {
  for (;;) {
    if (signal.aborted) throw assessmentProblems.checkStopped();
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted) throw assessmentProblems.checkStopped();
      if (Date.now() - begun >= patienceWith(error, busyMs)) throw error;
      await rest(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}

function patienceWith(error: unknown, busyMs: number): number {
  if (!isProblem(error)) return 0;
  if (error.code === 'data-quality.busy') return busyMs;
  return error.code === 'request.unavailable' ? Math.min(awayMs, busyMs) : 0;
}
