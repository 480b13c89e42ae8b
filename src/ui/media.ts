/** Widths at which the frame changes: the same numbers as the breakpoints in theme.css. */
import { useCallback, useSyncExternalStore } from 'react';

export const widths = { tablet: 768, desk: 1180, wide: 1440 } as const;

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

export const useIsPhone = (): boolean => useMedia(`(max-width: ${widths.tablet - 0.02}px)`);
export const useIsDesk = (): boolean => useMedia(`(min-width: ${widths.desk}px)`);
