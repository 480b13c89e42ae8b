/** A list of actions behind a button. Not modal: the page keeps scrolling and no style element is injected. */
import { Check, type LucideIcon } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Keys } from './kbd.tsx';

export type MenuItem =
  | {
      readonly kind?: 'action';
      readonly label: string;
      readonly run: () => void;
      readonly icon?: LucideIcon | undefined;
      readonly keys?: string | undefined;
      /** Second line: the effect. */
      readonly note?: string | undefined;
      readonly destructive?: boolean;
      /** For a choice of one or many: shows a tick. */
      readonly chosen?: boolean | undefined;
      /** Why it cannot be chosen now. */
      readonly refused?: string | undefined;
    }
  | { readonly kind: 'line' }
  | { readonly kind: 'heading'; readonly label: string };

type MenuProps = {
  /** A Button or IconButton. */
  trigger: ReactElement;
  items: readonly MenuItem[];
  align?: 'start' | 'end';
  /** Stands above the items: who is signed in. */
  head?: ReactNode;
};

export function Menu({ trigger, items, align = 'end', head }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) max-w-90 min-w-48 animate-float overflow-y-auto rounded-form bg-raised p-1 text-body shadow-float"
        >
          {head}
          {items.map((item, place) => (
            <Item key={item.kind === 'line' ? `line-${place}` : item.label} item={item} />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Item({ item }: { item: MenuItem }) {
  if (item.kind === 'line') return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
  if (item.kind === 'heading')
    return <DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-label text-ink-3">{item.label}</DropdownMenu.Label>;
  const { run, chosen, destructive, refused } = item;
  const common = { onSelect: run, disabled: refused !== undefined, className: classNames(itemLook, destructive && 'text-critical-ink') };
  if (chosen === undefined) {
    return (
      <DropdownMenu.Item {...common}>
        <ItemInside item={item} />
      </DropdownMenu.Item>
    );
  }
  return (
    <DropdownMenu.CheckboxItem {...common} checked={chosen}>
      <ItemInside item={item} />
    </DropdownMenu.CheckboxItem>
  );
}

const itemLook =
  'finger flex min-h-7.5 cursor-pointer items-center gap-2 rounded-control px-2 py-1 outline-none select-none data-disabled:cursor-not-allowed data-disabled:text-ink-3 data-highlighted:bg-accent-tint';

function ItemInside({
  item: { label, icon: Icon, keys, note, chosen, refused },
}: {
  item: Extract<MenuItem, { label: string; run: () => void }>;
}) {
  return (
    <>
      {Icon && <Icon size={14} aria-hidden="true" className="text-ink-3" />}
      <span className="min-w-0 flex-1">
        {label}
        {(note ?? refused) && <span className="block text-label text-ink-3">{refused ?? note}</span>}
      </span>
      {chosen !== undefined && <Check size={14} aria-hidden="true" className={chosen ? '' : 'invisible'} />}
      {keys && <Keys keys={keys} />}
    </>
  );
}
