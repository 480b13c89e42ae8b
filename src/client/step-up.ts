/** When the server wants a fresh proof of who somebody is: one dialog asks for it, and what was refused is sent again. */
import { useSyncExternalStore } from 'react';
import { isProblem } from '../contract/problem.ts';

/** True: they proved it, and what was refused may be tried again. */
type Settle = (isProved: boolean) => void;
type Asking = { readonly settle: Settle; readonly answer: Promise<boolean> };

const listeners = new Set<() => void>();
let asking: Asking | null = null;

function change(next: Asking | null): void {
  asking = next;
  for (const listener of listeners) listener();
}

/** Several refusals at once are one question. Nobody is asked where no dialog stands ready: then the refusal stays. */
export function askForProof(): Promise<boolean> {
  if (asking !== null) return asking.answer;
  if (listeners.size === 0) return Promise.resolve(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const settle: Settle = (isProved) => {
    change(null);
    resolve(isProved);
  };
  change({ settle, answer: promise });
  return promise;
}

/** For the dialog: how to answer while somebody is being asked, else null. */
export function useProofAsked(): Settle | null {
  return useSyncExternalStore(subscribe, () => asking?.settle ?? null);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    // The dialog went away with the question: a sign-out, say. Nobody will answer any more.
    if (listeners.size === 0) asking?.settle(false);
  };
}

/** Another process of the server may remember for a second that the last proof was old. */
const rememberedMs = 1100;

/** Sends; when a fresh proof is wanted and given, sends again. */
export async function withFreshProof<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!wantsProof(error) || !(await askForProof())) throw error;
  }
  try {
    return await send();
  } catch (error) {
    if (!wantsProof(error)) throw error;
  }
  await new Promise((resolve) => setTimeout(resolve, rememberedMs));
  return send();
}

function wantsProof(error: unknown): boolean {
  return isProblem(error) && error.code === 'request.stepUpNeeded';
}
