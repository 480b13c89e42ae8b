/** Asking the data door: a busy door is no failure, the caller waits for a place. */
import { setTimeout as rest } from 'node:timers/promises';
import { isProblem } from '../../../contract/problem.ts';
import { assessmentProblems } from '../contract.ts';

/** Who waits: a person for a few seconds, a job as long as it takes. */
export type Patience = { readonly signal: AbortSignal; readonly busyMs: number; readonly step?: (done: number, note: string) => void };
/** A person who waits is told when the door stays busy this long. */
export const personBusyMs = 20_000;

const pauseMs = 1000;
/** The door may be restarting: it is asked again for this long. */
const awayMs = 20_000;

/** @throws what the door refuses; data-quality.checkStopped when the signal aborts */
export async function askPatiently<T>(ask: () => Promise<T>, { signal, busyMs }: Patience): Promise<T> {
  const begun = Date.now();
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
