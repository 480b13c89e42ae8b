/** One cache of answers. Retries only what may be repeated; a lost session empties it. */
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { isProblem } from '../contract/problem.ts';
import { sessionKey } from './session-key.ts';

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { /** Beginnings of event types that make this answer stale: `vulnerability.`. */ live?: readonly string[] };
  }
}

/**
 * A browser that calls itself offline may still reach a platform on its own machine or network. And a change that waited for a connection
 * would be sent whenever one comes, long after who asked for it has turned away: it fails at once instead, and what was written stays.
 */
const askAnyway = { networkMode: 'always' } as const;

export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError(error) {
        if (isProblem(error) && error.status === 401) client.setQueryData(sessionKey, null);
      },
    }),
    defaultOptions: {
      queries: {
        ...askAnyway,
        refetchOnReconnect: true,
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < 2 && isProblem(error) && [502, 503, 504].includes(error.status),
        retryDelay: (attempt) => Math.min(8000, 500 * 2 ** attempt),
      },
      mutations: { ...askAnyway, retry: false },
    },
  });
  return client;
}
