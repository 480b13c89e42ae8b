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

/** The loaded pages with what is new before their rows; null when more is new than a page holds, and rows between are not known. */
export function withFresh<T extends Identified>(pages: readonly Page<T>[], newest: Page<T>): Page<T>[] | null {
  const [first, ...older] = pages;
  if (first === undefined) return null;
  const loaded = new Set(first.items.map((row) => row.id));
  if (first.items.length > 0 && !newest.items.some((row) => loaded.has(row.id))) return null;
  return [{ ...first, items: [...freshRows(first.items, newest), ...first.items] }, ...older];
}

export function withCursor(input: unknown, cursor: string | null): Record<string, unknown> {
  const base: Record<string, unknown> = typeof input === 'object' && input !== null ? { ...input } : {};
  return cursor === null ? base : { ...base, cursor };
}

export type Patch = Readonly<Record<string, unknown>>;
/** Answer, pages, page, items, row: nothing of interest lies deeper. */
const patchDepth = 5;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A cached answer with the row of this id changed: the record itself, or one in a list or in pages of lists. */
export function patchValue(value: unknown, id: string, patch: Patch, depth = patchDepth): unknown {
  if (depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => patchValue(item, id, patch, depth - 1));
  if (!isRecord(value)) return value;
  if (value['id'] === id) return { ...value, ...patch };
  const inside = ['pages', 'items'].find((name) => Array.isArray(value[name]));
  return inside === undefined ? value : { ...value, [inside]: patchValue(value[inside], id, patch, depth - 1) };
}
