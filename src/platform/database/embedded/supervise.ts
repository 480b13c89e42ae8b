/** Keeps the embedded PostgreSQL running: starts it, notices its death, brings it back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DatabaseLog, silentLog } from '../connection.ts';
import { isRunning } from './pid-file.ts';
import { type Embedded, type EmbeddedOptions, startEmbedded, stopEmbedded } from './postmaster.ts';

export type EmbeddedState = 'starting' | 'ready' | 'down' | 'stopped';
export type SuperviseOptions = EmbeddedOptions & {
  readonly onState?: (state: EmbeddedState) => void;
  readonly log?: DatabaseLog;
};
export type EmbeddedSupervisor = {
  readonly state: () => EmbeddedState;
  /** Process id of the running server; null while it is down. */
  readonly pid: () => number | null;
  /** Ends the watch and the server, in this order. */
  readonly stop: () => Promise<void>;
};

/** A child of this process says itself that it has ended; others are looked after. */
const watchEveryMs = { child: 5000, other: 250 };
const longestPauseMs = 10_000;

/**
 * Starts the database of a data directory and keeps it running until `stop`.
 * Returns when it answers for the first time; from then on a server that died is started again, at once the first time,
 * then with growing pauses. @throws what `startEmbedded` throws, for the first start only.
 */
export async function superviseEmbedded(options: SuperviseOptions): Promise<EmbeddedSupervisor> {
  const { log = silentLog, onState = () => {} } = options;
  const stopping = new AbortController();
  let state: EmbeddedState = 'starting';
  let server: Embedded;

  const enter = (next: EmbeddedState) => {
    if (next === state) return;
    state = next;
    onState(next);
  };
  onState(state);
  server = await startEmbedded(options);
  enter('ready');
  log.info({ code: 'postgresql.ready', pid: server.pid, attached: server.attached }, 'PostgreSQL answers.');

  const revive = async (): Promise<void> => {
    for (let pause = 0; !stopping.signal.aborted; pause = Math.min(pause * 2 + 250, longestPauseMs)) {
      await pauseFor(pause, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        server = await startEmbedded(options);
        log.warn({ code: 'postgresql.restarted', pid: server.pid }, 'PostgreSQL had died and answers again.');
        enter('ready');
        return;
      } catch (error) {
        log.error({ code: 'postgresql.startFailed', error }, 'PostgreSQL could not be started again.');
      }
    }
  };
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { ended } = server;
      const pauseMs = ended === null ? watchEveryMs.other : watchEveryMs.child;
      await pauseFor(pauseMs, ended === null ? stopping.signal : AbortSignal.any([stopping.signal, ended]));
      // Its number may be somebody else's by now: what the child said of itself counts.
      const isAlive = ended?.aborted !== true && isRunning(server.pid);
      if (stopping.signal.aborted || isAlive) continue;
      enter('down');
      log.error({ code: 'postgresql.died', pid: server.pid }, 'PostgreSQL died.');
      await revive();
    }
  };
  const watching = watch();

  return {
    state: () => state,
    pid: () => (state === 'ready' ? server.pid : null),
    stop: async () => {
      stopping.abort();
      await watching;
      await stopEmbedded(options.dataDirectory);
      enter('stopped');
    },
  };
}

/** A pause that a stop cuts short. */
async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
