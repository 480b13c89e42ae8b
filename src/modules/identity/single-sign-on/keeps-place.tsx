/** Keeps the keyboard in a part whose form is made anew when it was saved: its own button gets the focus that went with the old one. */
import { type ReactNode, useEffect, useRef } from 'react';

/** Mark the button with `data-saves`. */
export function KeepsPlace({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const isHere = useRef(false);
  useEffect(() => {
    if (!isHere.current || document.activeElement !== document.body) return;
    box.current?.querySelector<HTMLButtonElement>('button[data-saves]:enabled')?.focus();
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only learns where the focus is
    <div
      ref={box}
      onFocus={() => {
        isHere.current = true;
      }}
      onBlur={({ relatedTarget }) => {
        // Gone to another place: a button that waits, or went with its form, names none.
        if (relatedTarget !== null) isHere.current = false;
      }}
    >
      {children}
    </div>
  );
}
