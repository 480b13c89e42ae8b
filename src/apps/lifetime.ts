/** Stopping in order: what was started last stops first, once, and within a bound. */
import { closeLogs, log } from '../platform/log.ts';

const mostStopMs = 45_000;
type Step = { readonly name: string; readonly stop: () => Promise<void> };

export type Lifetime = {
  /** Registers a part that must be stopped. */
  add(name: string, stop: () => Promise<void>): void;
  readonly stopping: () => boolean;
  stop(reason: string): Promise<void>;
};

export function lifetime(): Lifetime {
  const steps: Step[] = [];
  let ending: Promise<void> | undefined;
  const run = async (reason: string): Promise<void> => {
    log().info({ code: 'process.stopping', reason }, 'Stopping');
    for (const { name, stop } of steps.toReversed()) {
      try {
        await stop();
      } catch (error) {
        log('error').error({ error, code: 'process.stopFailed', part: name }, 'A part did not stop cleanly');
      }
    }
    log().info({ code: 'process.stopped' }, 'Stopped');
    await closeLogs();
  };
  return {
    add: (name, stop) => void steps.push({ name, stop }),
    stopping: () => ending !== undefined,
    stop(reason) {
      ending ??= run(reason);
      return ending;
    },
  };
}

/** Ends the process on a stop signal, or when the supervisor that started it is gone. */
export function stopOnSignals(life: Lifetime): void {
  const stop = (reason: string): void => {
    const bound = setTimeout(() => process.exit(1), mostStopMs);
    bound.unref();
    void life.stop(reason).then(() => process.exit(0));
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  if (process.send) process.on('disconnect', () => stop('the supervisor is gone'));
  process.on('unhandledRejection', (error) =>
    log('error').error({ error, code: 'process.unhandledRejection' }, 'A promise failed and nobody waited for it'),
  );
  process.on('uncaughtException', (error) => {
    log('error').fatal({ error, code: 'process.uncaughtException' }, 'The process cannot go on');
    stop('uncaught exception');
  });
}
