/** Where a thing scrolls, and getting back to where one was. */
import { type RefObject, useEffect } from 'react';

/** The nearest ancestor that scrolls up and down now; the page itself when there is none. */
export function scrollParent(element: Element): Element {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    const { overflowY } = getComputedStyle(parent);
    if (overflowY === 'auto' || overflowY === 'scroll') return parent;
  }
  return document.scrollingElement ?? document.documentElement;
}

const remembered = new Map<string, number>();
const mostRemembered = 100;

/** Keeps the scroll position of this address while the app is open, so that going back finds the same rows. */
export function useScrollMemory(ref: RefObject<HTMLElement | null>, key: string, ready: boolean): void {
  useEffect(() => {
    const element = ref.current;
    if (element === null || !ready) return;
    const top = remembered.get(key);
    if (top !== undefined) element.scrollTop = top;
    const remember = () => {
      remembered.delete(key);
      remembered.set(key, element.scrollTop);
      const [oldest] = remembered.keys();
      if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest);
    };
    element.addEventListener('scroll', remember, { passive: true });
    return () => element.removeEventListener('scroll', remember);
  }, [ref, key, ready]);
}
