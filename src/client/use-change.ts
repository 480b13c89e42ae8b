/** Changes something: shows it at once where asked, puts the old value back on refusal, then renews what it touched. */
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { Endpoint, InputOf, OutputOf } from '../contract/endpoint.ts';
import { isProblem, type Problem } from '../contract/problem.ts';
import { onceAtATime } from './once-at-a-time.ts';
import { type Patch, patchValue } from './pages.ts';
import { problemOf, request } from './request.ts';
import { sessionKey } from './session-key.ts';
import { withFreshProof } from './step-up.ts';

/** `tag` is the slice whose answers hold the record; default is the endpoint's own. */
export type OptimisticPatch = { readonly id: string; readonly patch: Patch; readonly tag?: string };

export type ChangeOptions<E extends Endpoint> = {
  /** Slices whose answers are asked again afterwards; default is the endpoint's own. */
  readonly invalidates?: readonly string[];
  /** Shows the result before the server said so, in every cached answer that holds the record; a refusal puts the old value back. */
  readonly optimistic?: (input: InputOf<E>) => OptimisticPatch;
  readonly onDone?: (output: OutputOf<E>, input: InputOf<E>) => void;
  readonly onRefused?: (problem: Problem, input: InputOf<E>) => void;
};

export type Change<E extends Endpoint> = {
  /** Resolves to the output, or to null when it was refused; `problem` then says why. Never rejects. */
  readonly run: (input: InputOf<E>) => Promise<OutputOf<E> | null>;
  readonly isRunning: boolean;
  readonly problem: Problem | null;
  readonly reset: () => void;
};

/** @example const assign = useChange(assignVulnerability, { onDone: () => toast({ text: 'Assigned', undo }) }); await assign.run({ id, assigneeId }); */
export function useChange<E extends Endpoint>(endpoint: E, options: ChangeOptions<E> = {}): Change<E> {
  const client = useQueryClient();
  const underWay = useRef(new Map<string, Promise<OutputOf<E> | null>>());
  const mutation = useMutation<OutputOf<E>, unknown, InputOf<E>, () => void>({
    mutationFn: (input) => withFreshProof(() => request(endpoint, input)),
    onMutate: async (input) => {
      if (options.optimistic === undefined) return () => undefined;
      const { id, patch, tag = endpoint.tag } = options.optimistic(input);
      await client.cancelQueries({ queryKey: [tag] });
      return patchCached(client, tag, id, patch);
    },
    onError: (error, input, takeBack) => {
      takeBack?.();
      if (isProblem(error) && error.status === 401) client.setQueryData(sessionKey, null);
      options.onRefused?.(problemOf(error), input);
    },
    onSuccess: (output, input) => options.onDone?.(output, input),
    onSettled: () => {
      for (const tag of options.invalidates ?? [endpoint.tag]) void client.invalidateQueries({ queryKey: [tag] });
    },
  });
  return {
    run: (input) => onceAtATime(underWay.current, input, () => mutation.mutateAsync(input).catch(() => null)),
    isRunning: mutation.isPending,
    problem: mutation.error === null ? null : problemOf(mutation.error),
    reset: mutation.reset,
  };
}

/** Changes the row with this id in every cached answer of a slice: lists, pages and the record itself. Returns how to take it back. */
function patchCached(client: QueryClient, tag: string, id: string, patch: Patch): () => void {
  const before = client.getQueriesData({ queryKey: [tag] });
  for (const [key, data] of before) client.setQueryData(key, patchValue(data, id, patch));
  return () => {
    for (const [key, data] of before) client.setQueryData(key, data);
  };
}
