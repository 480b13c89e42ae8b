/** Draws only the rows near the view when there are more than a hundred; below that, all. */
import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { scrollParent } from './scroll.ts';

const drawAllUpTo = 100;
/** Height of the sticky head: rows must not hide under it. */
export const headHeight = 36;

export type RowWindow = {
  readonly items: readonly { readonly index: number; readonly key: string | number | bigint }[];
  readonly before: number;
  readonly after: number;
  readonly measure: ((element: Element | null) => void) | undefined;
  readonly reveal: (index: number, takeFocus: boolean) => void;
};

type WindowInput = {
  root: RefObject<HTMLElement | null>;
  count: number;
  rowHeight: number;
  keyOf: (index: number) => string;
  measured: boolean;
};

export function useRowWindow({ root, count, rowHeight, keyOf, measured }: WindowInput): RowWindow {
  const virtual = count > drawAllUpTo;
  const [scroller, setScroller] = useState<Element | null>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    const find = () => {
      const parent = scrollParent(element);
      setScroller(parent);
      setMargin(element.getBoundingClientRect().top - parent.getBoundingClientRect().top + parent.scrollTop);
    };
    find();
    window.addEventListener('resize', find);
    return () => window.removeEventListener('resize', find);
  }, [root]);

  const virtualizer = useVirtualizer<Element, Element>({
    count: virtual ? count : 0,
    getScrollElement: () => scroller,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 12,
    scrollMargin: margin,
    scrollPaddingStart: headHeight,
    scrollPaddingEnd: rowHeight,
    enabled: virtual && scroller !== null,
  });
  const latest = useRef(0);
  const reveal = useCallback(
    (index: number, takeFocus: boolean) => {
      latest.current += 1;
      const asked = latest.current;
      if (focusRow(root.current, index, takeFocus)) return;
      virtualizer.scrollToIndex(index, { align: 'auto' });
      // Two frames: the row is drawn only after the scroll. A later key wins over a row that comes late.
      requestAnimationFrame(() => requestAnimationFrame(() => asked === latest.current && focusRow(root.current, index, takeFocus)));
    },
    [root, virtualizer],
  );
  if (!virtual) {
    return {
      items: Array.from({ length: count }, (_, index) => ({ index, key: keyOf(index) })),
      before: 0,
      after: 0,
      measure: undefined,
      reveal,
    };
  }
  const items = virtualizer.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)] as readonly [VirtualItem | undefined, VirtualItem | undefined];
  return {
    items,
    before: first === undefined ? 0 : first.start - margin,
    after: last === undefined ? virtualizer.getTotalSize() : virtualizer.getTotalSize() - (last.end - margin),
    measure: measured ? virtualizer.measureElement : undefined,
    reveal,
  };
}

/** False when the row is not drawn. */
function focusRow(root: HTMLElement | null, index: number, takeFocus: boolean): boolean {
  const row = root?.querySelector<HTMLElement>(`[data-index="${index}"]`);
  if (!row) return false;
  if (takeFocus) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
  return true;
}

/** Calls when the foot of the list comes near, once per count of rows. */
export function useNearEnd(ref: RefObject<HTMLElement | null>, count: number, onNear: (() => void) | undefined): void {
  useEffect(() => {
    const element = ref.current;
    if (element === null || onNear === undefined || count === 0) return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && onNear(), {
      rootMargin: '900px 0px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, count, onNear]);
}
