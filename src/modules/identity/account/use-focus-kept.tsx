/** Keeps a place for the keyboard when what had the focus goes away: a button that had to wait, a row that left its list. */
import { type RefObject, useEffect, useRef } from 'react';

/** Longer, and the person has gone on to something else. */
const patienceMs = 10_000;

type FocusKept = { readonly ref: RefObject<HTMLButtonElement | null> /** Something is about to go. */; readonly keep: () => void };

/** The control of `ref` gets the focus once nothing has it, at the next drawing of the component that calls this. */
export function useFocusKept(): FocusKept {
  const ref = useRef<HTMLButtonElement>(null);
  const until = useRef(0);
  useEffect(() => {
    if (performance.now() > until.current || document.activeElement !== document.body) return;
    if (ref.current === null || ref.current.disabled) return;
    ref.current.focus();
    until.current = 0;
  });
  return {
    ref,
    keep: () => {
      until.current = performance.now() + patienceMs;
    },
  };
}
