/** A part that scrolls inside itself, so that the page never does; reachable by keyboard and named. */
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

export function ScrollRegion({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the keyboard
      tabIndex={0}
      className={classNames('scroll-quiet overflow-auto', className)}
    >
      {children}
    </section>
  );
}
