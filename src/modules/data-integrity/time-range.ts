/** The words for "how far back". */
import type { TimeRange } from './contract.ts';

const hourMs = 3_600_000;
const hours: Readonly<Record<TimeRange, number>> = { '1h': 1, '6h': 6, '24h': 24, '7d': 168, '30d': 720, '90d': 2160 };

export function sinceOf(range: TimeRange, now = new Date()): Date {
  return new Date(now.getTime() - hours[range] * hourMs);
}

/** Beyond a week single runs are too many to look at: days then. */
export function isByDay(range: TimeRange): boolean {
  return hours[range] > hours['7d'];
}
