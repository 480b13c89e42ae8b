/** Takes the page until it is answered. Only for small whole tasks; never one from another. */
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { IconButton } from './button.tsx';
import { classNames } from './class-names.ts';

type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** One sentence under the title; also the accessible description. */
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons, the answer last. */
  actions?: ReactNode;
  width?: 'narrow' | 'normal' | 'wide';
};
const dialogWidths = { narrow: 'max-w-105', normal: 'max-w-140', wide: 'max-w-200' } as const;

/** What the dialog asks for comes first, then its answers (the harmless one leads); the button that closes it is nobody's task. */
function firstToFill(dialog: HTMLElement): HTMLElement | null {
  const reachable = ':not(:disabled, [type="hidden"], [tabindex="-1"])';
  const controls = `:is(input, select, textarea, button)${reachable}`;
  const places = [`[data-dialog-body] ${controls}`, `footer ${controls}`, `[data-dialog-body] :is(a[href], [tabindex="0"])${reachable}`];
  for (const place of places) {
    const found = dialog.querySelector<HTMLElement>(place);
    if (found !== null) return found;
  }
  return null;
}

/** What comes late, or begins anew under the hands, gets the focus that nothing else in the dialog has. */
function leadFocus(dialog: HTMLElement | null): (() => void) | undefined {
  if (dialog === null) return undefined;
  const observer = new MutationObserver(() => {
    const focused = document.activeElement;
    if (focused === document.body || focused === dialog) firstToFill(dialog)?.focus();
  });
  observer.observe(dialog, { childList: true, subtree: true });
  return () => observer.disconnect();
}

/** What was pressed; for an item of a menu, which goes with its menu, the button that opened it. */
function openerOf(pressed: Element | null): Element | null {
  const trigger = pressed?.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  return trigger == null ? pressed : (document.getElementById(trigger) ?? pressed);
}

// The backdrop is a plain element: Radix's own Overlay locks scrolling with an injected style element, which the CSP refuses.
export function Dialog({ open, onClose, ...rest }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <div aria-hidden="true" className="fixed inset-0 z-40 bg-[#0b0f14]/45" />
        <Content {...rest} />
      </Radix.Portal>
    </Radix.Root>
  );
}

function Content({ title, description, children, actions, width = 'normal' }: Omit<DialogProps, 'open' | 'onClose'>) {
  // Radix gives focus back to its own trigger only; ours are opened by whatever was pressed. Asked for while this is drawn for the first
  // time: afterwards a field that takes the focus by itself has it.
  const [opener] = useState(() => openerOf(document.activeElement));
  return (
    <Radix.Content
      {...(description === undefined ? { 'aria-describedby': undefined } : {})}
      onOpenAutoFocus={(event) => {
        if (!(event.currentTarget instanceof HTMLElement)) return;
        // While what it asks for is still to come, nothing has the focus but the dialog.
        event.preventDefault();
        (firstToFill(event.currentTarget) ?? event.currentTarget).focus();
      }}
      ref={leadFocus}
      onCloseAutoFocus={(event) => {
        event.preventDefault();
        if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
      }}
      className={classNames(
        'fixed inset-x-0 bottom-0 z-40 mx-auto flex max-h-[92dvh] w-full animate-float flex-col rounded-t-form bg-raised text-body shadow-float tablet:top-[12vh] tablet:bottom-auto tablet:max-h-[76vh] tablet:rounded-form',
        dialogWidths[width],
      )}
    >
      <header className="flex items-start gap-4 px-5 pt-4 pb-3">
        <div className="min-w-0 flex-1">
          <Radix.Title className="text-peek font-title">{title}</Radix.Title>
          {description !== undefined && <Radix.Description className="mt-1 text-read text-ink-2">{description}</Radix.Description>}
        </div>
        <Radix.Close asChild>
          <IconButton icon={X} label="Close" className="-mr-1.5" />
        </Radix.Close>
      </header>
      {children !== undefined && (
        <div data-dialog-body="" className="scroll-quiet min-h-0 flex-1 overflow-y-auto px-5 pb-4">
          {children}
        </div>
      )}
      {actions !== undefined && (
        <footer className="pad-safe-bottom border-t border-line">
          <div className="flex flex-wrap justify-end gap-2 px-5 py-3">{actions}</div>
        </footer>
      )}
    </Radix.Content>
  );
}
