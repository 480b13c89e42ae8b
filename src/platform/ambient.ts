/** The context of the request or job that is running, without passing it through every call. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from '../contract/actor.ts';

const storage = new AsyncLocalStorage<Context>();

export function withContext<T>(context: Context, work: () => T): T {
  return storage.run(context, work);
}

/** The running context, or undefined outside requests and jobs (start-up, loops). */
export function currentContext(): Context | undefined {
  return storage.getStore();
}
