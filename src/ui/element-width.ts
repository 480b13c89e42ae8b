/** The width a drawing has, so that text in it is never stretched. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

export function useElementWidth(initial: number): [RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const take = () => setWidth(Math.max(120, element.clientWidth));
    take();
    const observer = new ResizeObserver(take);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
