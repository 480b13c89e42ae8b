/** Numbers beside places, only where someone must act. Kept outside React, so that the sidebar does not wait for who counts. */
import { useSyncExternalStore } from 'react';

type Counts = ReadonlyMap<string, number>;
const listeners = new Set<() => void>();
let counts: Counts = new Map();

/** Null takes the number away: not counted, or not to be seen by this person. */
export function setNavCount(path: string, count: number | null): void {
  if ((counts.get(path) ?? null) === count) return;
  const next = new Map(counts);
  if (count === null) next.delete(path);
  if (count !== null) next.set(path, count);
  counts = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
export function useNavCounts(): Counts {
  return useSyncExternalStore(subscribe, () => counts);
}
