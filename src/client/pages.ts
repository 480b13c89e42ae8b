/** Arithmetic of keyset pages: no row twice, numbers renewed in place, order left alone. */
import type { Page } from '../contract/page.ts';

type Identified = { id: string };

/** Rows of all pages in their order, each id once, the newest copy of each. */
export function mergeRows<T extends Identified>(pages: readonly Page<T>[], newest: Page<T> | undefined): readonly T[] {
  const renewed = new Map(newest?.items.map((row) => [row.id, row]));
  const byId = new Map<string, T>();
  for (const page of pages) for (const row of page.items) if (!byId.has(row.id)) byId.set(row.id, renewed.get(row.id) ?? row);
  return [...byId.values()];
}

/** Rows of the newest first page that stand above the last row both know: those further down are only not loaded yet. */
export function freshRows<T extends Identified>(rows: readonly T[], newest: Page<T>): readonly T[] {
  const loaded = new Set(rows.map((row) => row.id));
  const lastKnown = newest.items.findLastIndex((row) => loaded.has(row.id));
  const until = lastKnown === -1 ? newest.items.length : lastKnown;
  return newest.items.slice(0, until).filter((row) => !loaded.has(row.id));
}

export function withCursor(input: unknown, cursor: string | null): Record<string, unknown> {
  const base: Record<string, unknown> = typeof input === 'object' && input !== null ? { ...input } : {};
  return cursor === null ? base : { ...base, cursor };
}
