/** Hears notifications of one channel over a connection of its own, which is made again when lost. */
import pg from 'pg';
import { currentDatabase } from '../database/database.ts';
import { log } from '../log.ts';

export type Listener = {
  readonly heard: (payload: string) => void;
  /** After every connecting, the first included: whatever was said while nobody listened was missed. */
  readonly connected: () => void;
};
const againAfterMs = 500;

/** @param channel a plain lower-case name; it becomes part of a statement. */
export function listenFor(channel: string, { heard, connected }: Listener): { stop(): Promise<void> } {
  const login = currentDatabase().target.application;
  let client: pg.Client | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const again = (): void => {
    client = undefined;
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), againAfterMs);
  };
  const connect = async (): Promise<void> => {
    if (stopped) return;
    const next = new pg.Client({ ...login, statement_timeout: 0, idle_in_transaction_session_timeout: 0 });
    next.on('error', () => {});
    next.on('end', again);
    next.on('notification', ({ payload }) => heard(payload ?? ''));
    try {
      await next.connect();
      await next.query(`listen ${next.escapeIdentifier(channel)}`);
      client = next;
      connected();
    } catch (error) {
      log().warn({ code: 'database.listenFailed', channel, reason: error instanceof Error ? error.message : '' }, 'Cannot listen yet');
      await next.end().catch(() => {});
    }
  };
  void connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
