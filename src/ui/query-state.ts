/** State that lives in the address: it can be shared, reloaded and gone back to. */
import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

type Change = { /** Adds a step to go back to; default replaces. */ step?: boolean };

/** Several values of the query string, changed in one step: setters of single values would each undo the other's. */
export function useQueryValues<Name extends string>(
  names: readonly Name[],
): [Readonly<Record<Name, string | null>>, (change: Partial<Record<Name, string | null>>) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (change: Partial<Record<Name, string | null>>) => {
      setParams(
        (previous) => {
          const next = new URLSearchParams(previous);
          for (const [name, value] of Object.entries<string | null | undefined>(change)) {
            if (value === null || value === undefined || value === '') next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true },
      );
    },
    [setParams],
  );
  // Each name is of the list: the record holds exactly those.
  const values = Object.fromEntries(names.map((name) => [name, params.get(name)])) as Record<Name, string | null>;
  return [values, set];
}

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
