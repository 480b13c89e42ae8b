/** Go to, run, open by id; recent pages first. The same commands feed menus, so nothing exists here only. */
import { Command as Cmdk } from 'cmdk';
import { Search } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../client/session.ts';
import { type Command, registeredCommands } from '../../ui/commands.ts';
import type { PageEntry } from '../../ui/define-page.ts';
import { inertLine } from '../../ui/inert.ts';
import { Keys } from '../../ui/kbd.tsx';
import { recentPages } from './recent.ts';

const mostInGroup = 8;
const looksLikeId = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Z]{2,6}-\d{1,9})$/i;

export function Palette({ onClose, pages }: { onClose: () => void; pages: readonly PageEntry[] }) {
  const [, navigate] = useLocation();
  const { can } = useSession();
  const [typed, setTyped] = useState('');
  const commands = useMemo(() => [...recent(navigate), ...registeredCommands()], [navigate]);
  const records = useMemo(
    () =>
      recordCommands(
        typed.trim(),
        pages.filter(({ permission }) => can(permission)),
        navigate,
      ),
    [typed, pages, can, navigate],
  );
  const groups = useMemo(() => grouped([...records, ...commands], typed), [records, commands, typed]);
  const run = (command: Command) => {
    onClose();
    command.run();
  };
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <div aria-hidden="true" className="fixed inset-0 z-40 bg-[#0b0f14]/45" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-x-2 top-2 z-40 mx-auto max-h-[calc(100dvh-1rem)] max-w-150 animate-float overflow-hidden rounded-form bg-raised text-body shadow-float tablet:top-[12vh] tablet:max-h-[70vh]"
        >
          <Radix.Title className="sr-only">Search or run a command</Radix.Title>
          <CommandList typed={typed} onType={setTyped} groups={groups} onRun={run} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

type CommandGroup = { readonly group: string; readonly items: readonly Command[] };
type CommandListProps = {
  typed: string;
  onType: (text: string) => void;
  groups: readonly CommandGroup[];
  onRun: (command: Command) => void;
};
function CommandList({ typed, onType, groups, onRun }: CommandListProps) {
  return (
    <Cmdk label="Commands" shouldFilter={false} loop className="flex max-h-[inherit] flex-col">
      <div className="flex h-12 flex-none items-center gap-3 border-b border-line px-4">
        <Search size={16} aria-hidden="true" className="text-ink-3" />
        <Cmdk.Input
          value={typed}
          onValueChange={onType}
          placeholder="Go to, run, or paste an id"
          className="h-full min-w-0 flex-1 bg-transparent text-read outline-none"
        />
        <Keys keys="Escape" />
      </div>
      <Cmdk.List className="scroll-quiet min-h-0 flex-1 overflow-y-auto p-1.5">
        <Cmdk.Empty className="px-3 py-6 text-ink-2">Nothing here is called “{inertLine(typed, 80)}”.</Cmdk.Empty>
        {groups.map(({ group, items }) => (
          <Cmdk.Group
            key={group}
            heading={group}
            className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-label [&_[cmdk-group-heading]]:text-ink-3"
          >
            {items.map((command) => (
              <Cmdk.Item
                key={command.id}
                value={command.id}
                onSelect={() => onRun(command)}
                className="finger flex min-h-8 cursor-pointer items-center gap-3 rounded-control px-2.5 data-[selected=true]:bg-accent-tint"
              >
                <span className="min-w-0 flex-1 truncate">{command.label}</span>
                {command.keys !== undefined && <Keys keys={command.keys} />}
              </Cmdk.Item>
            ))}
          </Cmdk.Group>
        ))}
      </Cmdk.List>
    </Cmdk>
  );
}

function recent(navigate: (to: string) => void): Command[] {
  return recentPages().map(({ to, title }) => ({ id: `recent ${to}`, label: title, group: 'Recent', run: () => navigate(to) }));
}

/** A pasted id can be any kind of record: each page of one record is offered. */
function recordCommands(typed: string, pages: readonly PageEntry[], navigate: (to: string) => void): Command[] {
  if (!looksLikeId.test(typed)) return [];
  return pages
    .filter(({ path, group }) => group === null && path.endsWith('/:id') && path.split(':').length === 2)
    .map(({ path, title }) => ({
      id: `record ${path}`,
      label: `Open ${typed} as ${title.toLowerCase()}`,
      group: 'Record',
      run: () => navigate(path.replace(':id', encodeURIComponent(typed))),
    }));
}

function grouped(commands: readonly Command[], typed: string): CommandGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ label, group, words: more = [] }: Command): boolean => {
    const text = [label, group, ...more].join(' ').toLowerCase();
    return group === 'Record' || words.every((word) => text.includes(word));
  };
  const groups = new Map<string, Command[]>();
  for (const command of commands) {
    if (!matches(command)) continue;
    const items = groups.get(command.group) ?? [];
    if (items.length < mostInGroup || command.group === 'Go to') groups.set(command.group, [...items, command]);
  }
  return [...groups].map(([group, items]) => ({
    group,
    items: items.slice(0, words.length === 0 && group === 'Go to' ? 20 : mostInGroup),
  }));
}
