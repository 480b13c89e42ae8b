/** Path, search, the state of the stream, keys, theme. */
import { Keyboard, Search } from 'lucide-react';
import type { Ref } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { Keys } from '../../ui/kbd.tsx';
import { LiveIndicator } from './live-indicator.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

type TopBarProps = { pathSlot: Ref<HTMLDivElement>; onSearch: () => void; onKeys: () => void };

export function TopBar({ pathSlot, onSearch, onKeys }: TopBarProps) {
  return (
    <header data-print="no" className="flex h-12 flex-none items-center gap-4 border-b border-line bg-surface px-6">
      <div ref={pathSlot} className="flex min-w-0 flex-1 empty:hidden" />
      <button
        type="button"
        onClick={onSearch}
        aria-keyshortcuts="Meta+K Control+K"
        className="flex h-7.5 w-75 min-w-32 items-center gap-2.5 rounded-control border border-line bg-canvas pr-1 pl-2.5 text-ink-2 hover:border-line-strong"
      >
        <Search size={14} aria-hidden="true" className="text-ink-3" />
        <span className="min-w-0 flex-1 truncate text-left">Search or run a command</span>
        <Keys keys="mod+k" />
      </button>
      <div className="ml-auto flex flex-1 items-center justify-end gap-1.5">
        <LiveIndicator />
        <IconButton icon={Keyboard} label="All keys of this page (?)" onClick={onKeys} />
        <ThemeSwitch />
      </div>
    </header>
  );
}
