/** Live events inside React: the state of the stream, and answers that renew themselves at most once a second. */
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useSyncExternalStore } from 'react';
import { type LiveStatus, type LiveStream, resetType } from './live.ts';
import { sessionKey } from './session-key.ts';

export const LiveContext = createContext<LiveStream | null>(null);

const noStatus: LiveStatus = { state: 'connecting', since: 0, heardAt: null };
const nothing = () => undefined;

export function useLiveStatus(): LiveStatus {
  const stream = useContext(LiveContext);
  const subscribe = useCallback((listener: () => void) => stream?.onStatus(listener) ?? nothing, [stream]);
  return useSyncExternalStore(subscribe, () => stream?.status ?? noStatus);
}

const batchMs = 1000;
/** True when an event of this type concerns one of the prefixes; a reset concerns all. */
function concerns(prefixes: readonly string[], type: string): boolean {
  return type === resetType || prefixes.some((prefix) => type.startsWith(prefix));
}

/** Once, by the shell: events gather for a second, then every answer whose `live` prefixes match is asked again. Hidden tabs wait until they are seen. */
export function useLiveRenewal(): void {
  const stream = useContext(LiveContext);
  const client = useQueryClient();
  useEffect(() => {
    if (stream === null) return;
    const types = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const renew = (): void => {
      timer = undefined;
      if (document.hidden) return;
      const waiting = [...types];
      types.clear();
      void client.invalidateQueries({
        predicate: ({ meta }) => meta?.live !== undefined && waiting.some((type) => concerns(meta.live ?? [], type)),
      });
    };
    const seen = (): void => {
      if (types.size > 0) timer ??= setTimeout(renew, 0);
    };
    const stopListening = stream.onEvent(({ type }) => {
      types.add(type);
      timer ??= setTimeout(renew, batchMs);
    });
    document.addEventListener('visibilitychange', seen);
    return () => {
      stopListening();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [stream, client]);
}

/** Once, by the shell: a stream that was refused asks who is signed in, because the session may have ended. */
export function useSessionWatch(): void {
  const client = useQueryClient();
  const { state } = useLiveStatus();
  useEffect(() => {
    if (state === 'paused') void client.invalidateQueries({ queryKey: sessionKey });
  }, [client, state]);
}
