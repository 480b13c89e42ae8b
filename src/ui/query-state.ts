/** State that lives in the address: it can be shared, reloaded and gone back to. */
import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

type Change = { /** Adds a step to go back to; default replaces. */ step?: boolean };

/** One value of the query string; null when absent. */
export function useQueryValue(name: string): [string | null, (value: string | null, change?: Change) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string | null, { step = false }: Change = {}) => {
      setParams(
        (previous) => {
          const next = new URLSearchParams(previous);
          if (value === null || value === '') next.delete(name);
          if (value !== null && value !== '') next.set(name, value);
          return next;
        },
        { replace: !step },
      );
    },
    [name, setParams],
  );
  return [params.get(name), set];
}
