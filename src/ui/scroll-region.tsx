/** A part that scrolls inside itself, so that the page never does; reachable by keyboard and named. */
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

export function ScrollRegion({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the keyboard
      tabIndex={0}
      // Words for screen readers alone are placed absolutely: without a frame of their own they would widen the page and not this part.
      className={classNames('scroll-quiet relative overflow-auto', className)}
    >
      {children}
    </section>
  );
}
