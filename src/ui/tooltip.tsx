/** A name or a second form of something shown; never the only copy of a fact. */
import { Tooltip as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { Keys } from './kbd.tsx';

/** Once around the app. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={400} skipDelayDuration={200}>
      {children}
    </Radix.Provider>
  );
}

type TooltipProps = { text: ReactNode; keys?: string | undefined; side?: 'top' | 'right' | 'bottom' | 'left'; children: ReactElement };
/** `children` is one focusable element that takes a ref. */
export function Tooltip({ text, keys, side = 'bottom', children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-80 animate-float items-center gap-2 rounded-control bg-raised px-2 py-1 text-label text-ink shadow-float"
        >
          {text}
          {keys && <Keys keys={keys} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
