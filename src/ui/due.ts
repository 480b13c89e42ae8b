/** The due bar's words and urgency. */
import { formatDate, formatDuration } from './time.ts';

const hour = 3_600_000;
const day = 24 * hour;

export type DueUrgency = 'critical' | 'high' | 'calm' | 'hold' | 'none';
export type DueWords = {
  readonly text: string;
  readonly urgency: DueUrgency /** Share of time left, 0 to 1; null draws no bar. */;
  readonly left: number | null;
};
export type DueInput = {
  readonly due: string | number | Date | null;
  /** When the clock started: gives the share of time left. Without it the bar counts against 30 days. */
  readonly start?: string | number | Date | null | undefined;
  readonly onHold?: boolean | undefined;
};

/** Under a day or overdue is critical; under three days or the last fifth is high. */
export function dueWords({ due, start, onHold }: DueInput, now: number): DueWords {
  if (onHold) return { text: 'On hold', urgency: 'hold', left: null };
  if (due === null) return { text: 'No date', urgency: 'none', left: null };
  const end = new Date(due).getTime();
  const remaining = end - now;
  if (remaining < 0) return { text: `Overdue ${formatDuration(Math.max(-remaining, 60_000))}`, urgency: 'critical', left: 0 };

  const begin = start === null || start === undefined ? end - 30 * day : new Date(start).getTime();
  const left = end > begin ? Math.min(1, remaining / (end - begin)) : 0;
  return { text: wordsFor(remaining, end, now), urgency: urgencyOf(remaining, left), left };
}

function urgencyOf(remaining: number, left: number): DueUrgency {
  if (remaining < day) return 'critical';
  return remaining < 3 * day || left < 0.2 ? 'high' : 'calm';
}

function wordsFor(remaining: number, end: number, now: number): string {
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  if (remaining >= day && remaining < 2 * day && new Date(end).toDateString() === tomorrow.toDateString()) return 'Tomorrow';
  if (remaining > 365 * day) return formatDate(end, { now });
  return `${formatDuration(Math.max(remaining, 60_000))} left`;
}
