/** Tabs of one record or page; the chosen one belongs in the address. Arrow keys move, as the pattern asks. */
import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { formatNumber } from './format.ts';

export type Tab = { readonly id: string; readonly label: string; readonly count?: number | undefined; readonly content: ReactNode };

const lineTab =
  'finger -mb-px flex h-9 flex-none items-center gap-1.5 border-b-2 border-transparent px-2 font-name whitespace-nowrap text-ink-2 transition-colors hover:text-ink focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:font-strong data-[state=active]:text-ink';
const boxTab =
  'finger flex h-6 flex-none items-center rounded-tag px-2.5 text-body whitespace-nowrap text-ink-2 transition-colors hover:text-ink data-[state=active]:bg-raised data-[state=active]:font-name data-[state=active]:text-ink data-[state=active]:shadow-press data-[state=active]:ring-1 data-[state=active]:ring-line';

type TabsProps = {
  label: string;
  tabs: readonly Tab[];
  value: string;
  onChange: (id: string) => void;
  /** `line` under a page title; `box` inside a section. */
  kind?: 'line' | 'box';
  /** Beside the box tabs: a heading before, a fact after. */
  before?: ReactNode;
  after?: ReactNode;
};

export function Tabs({ label, tabs, value, onChange, kind = 'line', before, after }: TabsProps) {
  const list = (
    <Radix.List
      aria-label={label}
      className={
        kind === 'line'
          ? 'scroll-quiet flex gap-2 overflow-x-auto border-b border-line px-4 tablet:px-4'
          : 'flex rounded-control bg-sunken p-0.5'
      }
    >
      {tabs.map(({ id, label: word, count }) => (
        <Radix.Trigger key={id} value={id} className={kind === 'line' ? lineTab : boxTab}>
          {word}
          {count !== undefined && <span className="text-label font-regular text-ink-3 tabular-nums">{formatNumber(count)}</span>}
        </Radix.Trigger>
      ))}
    </Radix.List>
  );
  return (
    <Radix.Root value={value} onValueChange={onChange}>
      {kind === 'line' ? (
        list
      ) : (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          {before}
          {list}
          {after !== undefined && <span className="ml-auto min-w-0 wrap-anywhere">{after}</span>}
        </div>
      )}
      {tabs.map(({ id, content }) => (
        <Radix.Content key={id} value={id} tabIndex={-1} className="outline-none">
          {content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
