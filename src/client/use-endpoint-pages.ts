/** A keyset list in pages. Loaded rows stand still: what is new waits behind a count until the reader asks for it. */
import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { z } from 'zod';
import type { Endpoint, InputOf, OutputOf } from '../contract/endpoint.ts';
import type { Page } from '../contract/page.ts';
import { freshRows, mergeRows, withCursor, withFresh } from './pages.ts';
import { request } from './request.ts';
import type { AskOptions } from './use-endpoint.ts';

export type Identified = { id: string };
type PagedEndpoint<T> = Endpoint<z.ZodType, z.ZodType<Page<T>>>;

export type EndpointPages<T> = {
  readonly rows: readonly T[];
  readonly total: number | undefined;
  readonly totalIsEstimate: boolean;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly isLoadingMore: boolean;
  /** Rows that would stand above or between, were the list asked for now. */
  readonly newCount: number;
  /** Puts them in; the list starts over at its first page. */
  readonly showNew: () => void;
  /** Puts them in and keeps what is loaded: for what happened one after the other, where nothing changes its place. */
  readonly addNew: () => void;
  /** For `Loaded`: data is undefined until the first page is here. */
  readonly data: readonly T[] | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly isFetching: boolean;
  readonly isPlaceholderData: boolean;
  readonly dataUpdatedAt: number;
  readonly refetch: () => void;
};

/** @example const list = useEndpointPages(listVulnerabilities, { severity, limit: 50 }, { live: ['vulnerability.'] }); */
export function useEndpointPages<T extends Identified, E extends PagedEndpoint<T>>(
  endpoint: E & PagedEndpoint<T>,
  input: InputOf<E>,
  options: Omit<AskOptions, 'everyMs'> = {},
): EndpointPages<T> & { readonly firstPage: OutputOf<E> | undefined } {
  const pagesKey = useMemo(() => [endpoint.tag, endpoint.operation, 'pages', input], [endpoint, input]);
  const pages = useInfiniteQuery({
    queryKey: pagesKey,
    queryFn: ({ pageParam, signal }): Promise<Page<T>> => request<PagedEndpoint<T>>(endpoint, withCursor(input, pageParam), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    enabled: options.enabled ?? true,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (previous) => (options.keepPrevious === false ? undefined : previous),
  });
  const first = pages.isPlaceholderData ? undefined : pages.data?.pages[0];
  const head = useQuery({
    queryKey: [endpoint.tag, endpoint.operation, 'head', input],
    queryFn: ({ signal }): Promise<Page<T>> => request<PagedEndpoint<T>>(endpoint, input, { signal }),
    enabled: first !== undefined && options.live !== undefined,
    initialData: first,
    staleTime: Number.POSITIVE_INFINITY,
    meta: { live: options.live ?? [] },
  });

  const newest = head.data;
  const rows = useMemo(
    () => mergeRows(pages.data?.pages ?? [], pages.isPlaceholderData ? undefined : newest),
    [pages.data, pages.isPlaceholderData, newest],
  );
  const newCount = useMemo(
    () => (newest === undefined || pages.isPlaceholderData ? 0 : freshRows(rows, newest).length),
    [rows, newest, pages.isPlaceholderData],
  );
  const { showNew, addNew } = useNews(pagesKey, newest);
  const { fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = pages;
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);

  return {
    rows,
    // The endpoint's own answer: it may say more than its rows.
    firstPage: pages.data?.pages[0] as OutputOf<E> | undefined,
    ...totals(pages.data?.pages[0], pages.isPlaceholderData ? undefined : newest),
    hasMore: hasNextPage,
    loadMore,
    isLoadingMore: isFetchingNextPage,
    newCount,
    showNew,
    addNew,
    data: pages.data === undefined ? undefined : rows,
    ...stateOf(pages),
    refetch: () => void refetch(),
  };
}

/** The two ways to put what is new into what is loaded. */
function useNews<T extends Identified>(
  pagesKey: readonly unknown[],
  newest: Page<T> | undefined,
): Pick<EndpointPages<T>, 'showNew' | 'addNew'> {
  const client = useQueryClient();
  const showNew = useCallback(() => {
    if (newest === undefined) return;
    client.setQueryData<InfiniteData<Page<T>, string | null>>(pagesKey, { pages: [newest], pageParams: [null] });
  }, [client, newest, pagesKey]);
  const addNew = useCallback(() => {
    const loaded = client.getQueryData<InfiniteData<Page<T>, string | null>>(pagesKey);
    const together = newest === undefined || loaded === undefined ? null : withFresh(loaded.pages, newest);
    if (together === null || loaded === undefined) showNew();
    else client.setQueryData<InfiniteData<Page<T>, string | null>>(pagesKey, { ...loaded, pages: together });
  }, [client, newest, pagesKey, showNew]);
  return { showNew, addNew };
}

/** The newest count is the true one, but only of the list that is shown. */
function totals<T>(first: Page<T> | undefined, newest: Page<T> | undefined): { total: number | undefined; totalIsEstimate: boolean } {
  const counted = newest ?? first;
  return { total: counted?.total, totalIsEstimate: counted?.totalIsEstimate ?? false };
}

function stateOf({ error, isPending, isFetching, isPlaceholderData, dataUpdatedAt }: AnswerState): AnswerState {
  return { error, isPending, isFetching, isPlaceholderData, dataUpdatedAt };
}
type AnswerState = Pick<EndpointPages<unknown>, 'error' | 'isPending' | 'isFetching' | 'isPlaceholderData' | 'dataUpdatedAt'>;
