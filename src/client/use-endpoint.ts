/** Asks an endpoint from a page: cached, cancelled when left, kept up to date by live events. */
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Endpoint, InputOf, OutputOf } from '../contract/endpoint.ts';
import { request } from './request.ts';

export type AskOptions = {
  /** False waits: `{ enabled: id !== null }`. */
  readonly enabled?: boolean | undefined;
  /** Beginnings of event types that make the answer stale: `['asset.', 'finding.']`. */
  readonly live?: readonly string[] | undefined;
  /** While a changed input loads, the last answer stands. */
  readonly keepPrevious?: boolean | undefined;
  /** Ask again after so many milliseconds, for things that send no events. */
  readonly everyMs?: number | undefined;
};

/** First the slice, then the operation: so that `[tag]` names all answers of a slice. */
export function queryKeyOf(endpoint: Pick<Endpoint, 'tag' | 'operation'>, input: unknown): readonly unknown[] {
  return [endpoint.tag, endpoint.operation, input];
}

/** @example const asset = useEndpoint(getAsset, { id }, { live: ['asset.'] }); <Loaded answer={asset}>{(data) => …}</Loaded> */
export function useEndpoint<E extends Endpoint>(endpoint: E, input: InputOf<E>, options: AskOptions = {}): UseQueryResult<OutputOf<E>> {
  return useQuery({
    queryKey: queryKeyOf(endpoint, input),
    queryFn: ({ signal }) => request(endpoint, input, { signal }),
    enabled: options.enabled ?? true,
    ...(options.live === undefined ? {} : { meta: { live: options.live } }),
    ...(options.keepPrevious ? { placeholderData: keepPreviousData } : {}),
    ...(options.everyMs === undefined ? {} : { refetchInterval: options.everyMs }),
  });
}
