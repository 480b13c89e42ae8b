/**
 * Stands in for `react-remove-scroll` in the bundle: that package locks scrolling with an injected style element, which the page's
 * policy refuses. Overlays here are not full-screen scrollers, so nothing needs the lock.
 */
import type { ElementType, ReactNode } from 'react';

type RemoveScrollProps = { as?: ElementType; children?: ReactNode } & Record<string, unknown>;

export function RemoveScroll({ as: As = 'div', children }: RemoveScrollProps) {
  return <As>{children}</As>;
}
