/** What is sent part by part: shows how far it is, can be stopped, and goes on after a lost connection. */
import { useRef, useState } from 'react';
import type { Problem } from '../contract/problem.ts';
import { problemOf } from './request.ts';

const tries = 5;
const pauseMs = 1500;

export type Sending<P> = {
  readonly progress: P | null;
  readonly problem: Problem | null;
  readonly cancel: () => void;
};

type Work<P, T> = {
  /** Sends everything; tells how far it is. */
  readonly send: (signal: AbortSignal, tell: (progress: P) => void) => Promise<T>;
  /** Takes back what was begun, after a refusal or a stop. */
  readonly giveUp: () => void;
};

/** `run` resolves to what `send` answers, or to null when it was refused or stopped. */
export function useSending<P>(): Sending<P> & { readonly run: <T>(work: Work<P, T>) => Promise<T | null> } {
  const [progress, setProgress] = useState<P | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const stop = useRef<AbortController | null>(null);
  const run = async <T>({ send, giveUp }: Work<P, T>): Promise<T | null> => {
    const control = new AbortController();
    stop.current = control;
    setProblem(null);
    try {
      return await send(control.signal, setProgress);
    } catch (error) {
      giveUp();
      if (!control.signal.aborted) setProblem(problemOf(error));
      return null;
    } finally {
      setProgress(null);
      stop.current = null;
    }
  };
  return { progress, problem, run, cancel: () => stop.current?.abort() };
}

type Part<State> = {
  readonly send: (signal: AbortSignal) => Promise<State>;
  /** Where the receiver stands. */
  readonly look: (signal: AbortSignal) => Promise<State>;
  /** True when the receiver has this part, or some of it: the connection was lost after the bytes had arrived. */
  readonly hasMoved: (state: State) => boolean;
};

/** A lost connection is tried again from where the receiver stands; a refusal is not. */
export async function sendPart<State>({ send, look, hasMoved }: Part<State>, signal: AbortSignal): Promise<State> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await send(signal);
    } catch (error) {
      const isLost = problemOf(error).code === 'client.unreachable';
      if (signal.aborted || !isLost || attempt >= tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
      const now = await look(signal).catch(() => null);
      if (now !== null && hasMoved(now)) return now;
    }
  }
}
