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
    let isRestoring = true;
    const stop = restore(element, remembered.get(key) ?? 0, () => {
      isRestoring = false;
    });
    const remember = () => {
      if (isRestoring) return;
      remembered.delete(key);
      remembered.set(key, element.scrollTop);
      const [oldest] = remembered.keys();
      if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest);
    };
    element.addEventListener('scroll', remember, { passive: true });
    return () => {
      stop();
      element.removeEventListener('scroll', remember);
    };
  }, [ref, key, ready]);
}

const restoreMs = 2000;
const touches = ['wheel', 'pointerdown', 'keydown'] as const;

/** Scrolls there as soon as the content is high enough; gives up after a while, or when the reader moves first. */
function restore(element: HTMLElement, top: number, onEnd: () => void): () => void {
  const observer = new ResizeObserver(() => attempt());
  const end = () => {
    observer.disconnect();
    clearTimeout(timer);
    for (const touch of touches) window.removeEventListener(touch, end);
    onEnd();
  };
  const timer = setTimeout(end, restoreMs);
  function attempt() {
    element.scrollTop = top;
    if (Math.abs(element.scrollTop - top) <= 1) end();
  }
  for (const child of element.children) observer.observe(child);
  for (const touch of touches) window.addEventListener(touch, end, { passive: true });
  attempt();
  return end;
}
