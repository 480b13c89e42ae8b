/** Paging: keyset by a sealed cursor, or page/per_page up to row 10,000. */
import { z } from 'zod';

/** Mix into every list input: `z.object({ ...paging, status: … })`. */
export const paging = {
  cursor: z.string().max(2000).optional().describe('Opaque cursor of the next page, from nextCursor.'),
  limit: z.int().min(1).max(500).default(50).describe('Rows a page.'),
  page: z.int().min(1).max(10_000).optional().describe('Page number from 1; only up to row 10,000, beyond that use cursor.'),
  per_page: z.int().min(1).max(500).optional().describe('Rows a page when page is used.'),
} as const;

/** A list's answer. `total` is exact up to 10,000; beyond that estimated and `totalIsEstimate` is true. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    total: z.int().min(0),
    totalIsEstimate: z.boolean(),
  });
}
export type Page<T> = { items: T[]; nextCursor: string | null; total: number; totalIsEstimate: boolean };
