/** Affected spans as people read them. */
import type { AffectedRange } from '../advisory.ts';

const words = { introduced: 'from', fixed: 'before', last_affected: 'up to', limit: 'before' } as const;

/** `from 1.2 before 1.4.1`, one text for each opening event; commits are named as such. */
export function spansInWords(ranges: readonly AffectedRange[]): string[] {
  return ranges.flatMap(({ of, events }) => {
    const spans: string[] = [];
    for (const { kind, version } of events) {
      const text = kind === 'introduced' && version === '0' ? 'all' : `${words[kind]} ${version}`;
      const last = spans.at(-1);
      if (kind === 'introduced' || last === undefined) spans.push(text);
      else spans[spans.length - 1] = `${last} ${text}`;
    }
    return of === 'commits' ? spans.map((span) => `commits ${span}`) : spans;
  });
}
