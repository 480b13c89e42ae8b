/** Small facts in a frame. */
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { type Tone, toneChip } from './words.ts';

/** A fact: type, environment. Never looks clickable. */
export function Tag({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <span
      title={title}
      className="inline-flex h-5 items-center rounded-tag border border-line px-1.5 text-label whitespace-nowrap text-ink-2"
    >
      {children}
    </span>
  );
}

/** What nobody knows: neither nothing nor fine. The reason stands beside it or in the title. */
export function Unknown({ title }: { title?: string | undefined }) {
  return (
    <span
      title={title}
      className="inline-flex h-5 items-center rounded-tag border border-dashed border-unknown px-1.5 text-label whitespace-nowrap text-unknown-ink"
    >
      unknown
    </span>
  );
}

/** A short state in the colour of its meaning; the words carry it, the ground supports. */
export function Badge({ children, tone = 'info' }: { children: ReactNode; tone?: Tone }) {
  return (
    <span
      className={classNames(
        'inline-flex h-5.5 items-center gap-1.5 rounded-chip px-1.5 text-label font-name whitespace-nowrap',
        toneChip[tone],
      )}
    >
      {children}
    </span>
  );
}

/** A number on an icon or tab: waits for someone. */
export function CountBadge({ count, label }: { count: number; label: string }) {
  return (
    <span
      role="img"
      aria-label={label}
      className="inline-flex h-4 min-w-4 items-center justify-center rounded-round bg-accent px-1 text-initials font-strong text-on-accent tabular-nums"
    >
      {count > 99 ? '99+' : count}
    </span>
  );
}
