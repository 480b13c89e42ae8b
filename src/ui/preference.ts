/** What one person likes on this device: theme, density, column widths. Kept in local storage, forgotten without harm. */
import { useCallback, useSyncExternalStore } from 'react';

const prefix = 'aispm.';
const listeners = new Set<() => void>();

function read(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key);
  } catch {
    return null; // storage is switched off: the default stands
  }
}

export function setPreference(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(prefix + key);
    if (value !== null) localStorage.setItem(prefix + key, value);
  } catch {
    // storage is switched off or full: the preference holds nowhere, nothing else breaks
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

/** The stored text, or null; changes in other tabs arrive too. */
export function usePreference(key: string): [string | null, (value: string | null) => void] {
  const value = useSyncExternalStore(subscribe, () => read(key));
  const set = useCallback((next: string | null) => setPreference(key, next), [key]);
  return [value, set];
}

export function preference(key: string): string | null {
  return read(key);
}
